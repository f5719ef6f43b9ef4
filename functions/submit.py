"""The public function that accepts filings, as JSON and as plain HTML forms; it may only append."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.bootstrap import Services
from functions.errors import GuardTaken, NotFound, OutcomeUnknown
from functions.forms.address import Links
from functions.forms.definition import Definition
from functions.forms.problem import Problem
from functions.records.attachments.named import Attachment
from functions.records.event import canonical
from functions.records.receipt import InvalidReceipt
from functions.web.edge.aws_gateway import Gateway
from functions.web.edge.security_headers import TO_GO_BACK_TO
from functions.web.filing.flood import Flood
from functions.web.filing.form_flow import KEY_BYTES, REFUSALS, Answer, FormFlow, ShowCheck, Store
from functions.web.filing.form_pages import Checked, Filled, Page, Place, check_page, form_page, local_day, public_place
from functions.web.filing.health import check_health
from functions.web.filing.intake import TICK, Filing, file, find_problems, recall, taken_words
from functions.web.filing.posted_form import PostedForm
from functions.web.filing.receipt_pages import receipt_page
from functions.web.filing.vouchers import unproven, vouchers_in
from functions.web.http.bodies import FORM_TYPE, JSON_TYPE, parse_flag, parse_json, parse_pairs, require_type
from functions.web.http.conditional import idempotency_key
from functions.web.http.problems import HttpProblem, handlers, problem_of
from functions.web.http.routes import Route
from functions.web.http.scope import client_address, spend_filing
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame

# Where the solution of a task stands: in a header, or in the field that ALTCHA has for it.
PROOF: Final = "Proof-Of-Work"
PROOF_FIELD: Final = "altcha"
NOT_KNOWN: Final = (
    "没有等到存储的答复，不知道存下来没有。请过一会儿把同样的内容再提交一次，带上 Idempotency-Key: {}。"
    "已经存下来的不会再存一份，给出的是同一份回执"
)


def create_app(services: Services) -> Starlette:
    """Make the application over these services; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(services.settings.site)
    submit = Submit(services, site_frame)
    routes = [
        Route("/api/submissions/{form}", submit.take_json, methods=["POST"]),
        Route("/api/challenge", submit.give_challenge),
        Route("/healthz", submit.tell_health),
        Route("/.well-known/jwks.json", submit.give_keys),
        Route("/forms/{form}", submit.lead_to_form),
        Route("/forms/{form}", submit.take_form, methods=["POST"]),
        Route("/forms/{form}/receipt", submit.give_receipt, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=handlers(site_frame))


class Submit:
    """The handlers: each parses, calls one use case, and answers."""

    def __init__(self, services: Services, site_frame: SiteFrame) -> None:
        self.services, self.site_frame = services, site_frame
        self.flow = FormFlow(services)
        self.flood = Flood(services)

    async def tell_health(self, request: Request) -> Response:
        await check_health(self.services)
        return _json({"status": "ok"})

    async def give_keys(self, request: Request) -> Response:
        return _json(self.services.keys.jwks(), headers={"Cache-Control": "public, max-age=3600"})

    async def give_challenge(self, request: Request) -> Response:
        """Return a task for the proof of work, whether one is asked for now or not."""
        return _json(self.flood.challenge())

    def definition(self, request: Request) -> Definition:
        found = self.services.catalogue.get(request.path_params["form"])
        if found.rules.audience != "public":
            raise NotFound("没有这种填报。请从“我要填报”里选一种")
        return found

    async def take_json(self, request: Request) -> Response:
        definition = self.definition(request)
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        # Without its own key, a client that loses the answer on the way to the store could not find its filing.
        key = idempotency_key(request) or self.services.entropy(KEY_BYTES).hex()
        contest = parse_flag("contest", request.query_params.get("contest"))
        body = await request.body()
        data = parse_json(body)
        found = (
            *await find_problems(definition, data, local_day(self.services.clock()), size=len(body)),
            *unproven(self.services, definition, data, vouchers_in(request)),
        )
        filing = Filing(definition, data, key, body, contest)
        try:
            proof = request.headers.get(PROOF, "")
            given = await (
                asyncio.to_thread(recall, self.services, filing) if found else self.file(request, filing, proof)
            )
        except GuardTaken:
            raise HttpProblem(409, taken_words(definition, data, "请加上 contest=true 再提交")) from None
        except OutcomeUnknown as error:
            unknown = problem_of(error)
            more = {"idempotency_key": key}
            raise HttpProblem(
                unknown.status, NOT_KNOWN.format(key), title=unknown.title, headers=unknown.headers, more=more
            ) from None
        if given is None:
            raise HttpProblem(422, f"有 {len(found)} 处要改，改好再提交。您填的内容没有存下来", errors=found)
        headers = {"Location": f"{_root(request)}/api/submissions/{given['number']}"}
        return self.counted(request, _json(given, status=201, headers=headers))

    async def lead_to_form(self, request: Request) -> Response:
        """Redirect to the form's page: somebody opened the address that the form is posted to."""
        return RedirectResponse(f"{self.site_frame.base}forms/{self.definition(request).id}/", 301)

    async def take_form(self, request: Request) -> Response:
        """Answer with the form and what to change, the answers to check, or, once they are stored, the receipt."""
        definition = self.definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        posted = PostedForm.read(definition, await request.body())
        site = site_address(self.site_frame, self.services.settings)
        asks = partial(self.flood.asks, self.address(request))
        proof = posted.controls.get(PROOF_FIELD, "")
        to = PublicFiling(self.services, definition, self.site_frame.links, site, asks, proof)
        step = await asyncio.to_thread(self.flow.begin, to, posted)
        return await self.store(request, to, step) if isinstance(step, Store) else self.page(step, TO_GO_BACK_TO)

    async def file(self, request: Request, filing: Filing, proof: str) -> dict[str, Any]:
        """Store the filing, when its sender's address may file one more; what was stored before is told all the same.

        HttpProblem 429, and as `intake.file`.
        """
        try:
            place = filing.definition.guard(filing.data)
            once = f"{filing.key} {filing.digest()}"
            await asyncio.to_thread(self.flood.admit, self.address(request), proof, once)
            spend_filing(request.scope, place, contest=filing.contest)
        except HttpProblem:
            given = await asyncio.to_thread(recall, self.services, filing)
            if given is None:
                raise
            return given
        return await file(self.services, filing)

    async def store(self, request: Request, to: PublicFiling, step: Store) -> Response:
        """The receipt, or the answers again. No thread waits for the store, however many file at once."""
        try:
            given = await self.file(request, to.filing(step), to.proof)
        except REFUSALS as error:
            return self.page(await asyncio.to_thread(self.flow.refuse, to, step, error), TO_GO_BACK_TO)
        # In a thread: making the QR code takes as long as many filings.
        return self.counted(request, self.page(await asyncio.to_thread(to.receipt, step, given)))

    async def give_receipt(self, request: Request) -> Response:
        """Return the receipt that the page holds as a file: so neither a request nor an address ever shows the code."""
        self.definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        receipt = dict(parse_pairs(await request.body())).get("receipt", "")
        try:
            number = self.services.keys.verify(receipt)["number"]
        except InvalidReceipt as error:
            raise HttpProblem(400, str(error)) from None
        headers = {"Content-Disposition": f'attachment; filename="{number}.jws"'}
        return Response(receipt, headers=headers, media_type="application/jose")

    def address(self, request: Request) -> str:
        return client_address(request.scope, self.services.settings.trusted_hops)

    def counted(self, request: Request, response: Response) -> Response:
        """Count the filing once its answer has been sent."""
        response.background = BackgroundTask(self.flood.count, self.address(request))
        return response

    def page(self, answer: Answer, headers: Mapping[str, str] | None = None) -> Response:
        html = self.site_frame.page(*answer.page)
        return HTMLResponse(html, answer.status, headers={**(headers or {}), **answer.headers})


@dataclass(frozen=True, slots=True)
class PublicFiling:
    """The destination of an ordinary filing: today counts, and every file needs a voucher.

    `site` is the site's whole address, for the QR code on the receipt. `asks` says whether the filer is to prove a
    browser's work now, `proof` is what the page has sent of it.
    """

    services: Services
    definition: Definition
    links: Links
    site: str
    asks: Callable[[], bool]
    proof: str = ""
    problems: tuple[Problem, ...] = ()
    known: tuple[Attachment, ...] = ()

    @property
    def day(self) -> date:
        return local_day(self.services.clock())

    def filing(self, step: Store) -> Filing:
        """Digests the parsed answers: the page's other fields may differ between two clicks on one button."""
        checked = step.checked
        return Filing(self.definition, checked.data, checked.key, canonical(checked.data), step.contest)

    def recall(self, step: Store) -> Mapping[str, Any] | None:
        return recall(self.services, self.filing(step))

    def taken_words(self, checked: Checked) -> str:
        return taken_words(self.definition, checked.data, TICK)

    def form(self, filled: Filled) -> Page:
        return form_page(self.links, filled, self._place())

    def check(self, step: ShowCheck) -> Page:
        task = f"{self.links.base}api/challenge" if self.asks() else ""
        return check_page(step.checked, self._place(), stop=step.stop, contest=step.offers_contest, task=task)

    def receipt(self, step: Store, given: Mapping[str, Any]) -> Answer:
        page = receipt_page(self.links.base, self.site, self.definition, step.checked.data, given, contest=step.contest)
        return Answer(201, page)

    def _place(self) -> Place:
        return public_place(self.definition, self.services.settings.upload_limit)


def _root(request: Request) -> str:
    """Return the path that the service is mounted at, "" at the root."""
    return str(request.scope.get("root_path", ""))


def _json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


gateway = Gateway(create_app, os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
