"""The public function that takes filings in, as JSON and as plain HTML forms; it may only append."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.errors import GuardTaken, IdempotencyMismatch, NotFound, StoreUnavailable
from functions.forms.definition import Definition
from functions.records.event import canonical
from functions.records.receipt import InvalidReceipt
from functions.web.edge.aws_gateway import Gateway
from functions.web.edge.security_headers import TO_GO_BACK_TO
from functions.web.filing.form_pages import Checked, Filled, Page, Place, check_page, form_page, local_day, public_place
from functions.web.filing.intake import Filing, file, find_problems, recall, taken_words
from functions.web.filing.posted_form import SUPERSEDED, PostedForm
from functions.web.filing.receipt_pages import receipt_page
from functions.web.filing.vouchers import unproven, vouchers_in
from functions.web.http.bodies import FORM_TYPE, JSON_TYPE, parse_json, parse_pairs, require_type
from functions.web.http.conditional import idempotency_key, require_key
from functions.web.http.problems import HttpProblem, handlers, problem_of
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame

KEY_BYTES = 16
FILED_OTHERWISE = (
    "这一页已经提交过，那时的内容和现在的不一样，所以这一次没有存下来。请核对下面的内容；还要提交的，再按一次“确认提交”"
)


def create_app(services: Services) -> Starlette:
    """The application over these services; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(services.settings.site)
    submit = Submit(services, site_frame)
    routes = [
        Route("/api/submissions/{form}", submit.take_json, methods=["POST"]),
        Route("/healthz", submit.tell_health),
        Route("/.well-known/jwks.json", submit.give_keys),
        Route("/forms/{form}", submit.lead_to_form),
        Route("/forms/{form}", submit.take_form, methods=["POST"]),
        Route("/forms/{form}/receipt", submit.give_receipt, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=handlers(site_frame))


class Submit:
    """The handlers, each of which parses, calls one use case and answers."""

    def __init__(self, services: Services, site_frame: SiteFrame) -> None:
        self.services, self.site_frame = services, site_frame

    async def tell_health(self, request: Request) -> Response:
        await asyncio.to_thread(self.services.records.check_writable)
        return _json({"status": "ok"})

    async def give_keys(self, request: Request) -> Response:
        return _json(self.services.keys.jwks(), headers={"Cache-Control": "public, max-age=3600"})

    def definition(self, request: Request) -> Definition:
        found = self.services.catalogue.get(request.path_params["form"])
        if found.rules.audience != "public":
            raise NotFound("没有这种填报。请从“我要填报”里选一种")
        return found

    async def take_json(self, request: Request) -> Response:
        definition = self.definition(request)
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        key = idempotency_key(request)
        contest = _contested(request.query_params.get("contest"))
        body = await request.body()
        data = parse_json(body)
        found = (
            *await find_problems(definition, data, local_day(self.services.clock()), size=len(body)),
            *unproven(self.services, definition, data, vouchers_in(request)),
        )
        filing = Filing(definition, data, key, body, contest)
        try:
            given = await (recall if found else file)(self.services, filing)
        except GuardTaken:
            raise HttpProblem(409, taken_words(definition, data, "请加上 contest=true 再提交")) from None
        if given is None:
            raise HttpProblem(422, f"有 {len(found)} 处要改，改好再提交。您填的内容没有存下来", errors=found)
        return _json(given, status=201, headers={"Location": f"{_root(request)}/api/submissions/{given['number']}"})

    async def lead_to_form(self, request: Request) -> Response:
        """The way to the form's page, for who opens anew the address that a form was posted to."""
        return RedirectResponse(f"{self.site_frame.base}forms/{self.definition(request).id}/", 301)

    async def take_form(self, request: Request) -> Response:
        definition = self.definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        posted_form = PostedForm.read(definition, await request.body())
        if posted_form.superseded:
            return self.form(409, posted_form.filled(notice=SUPERSEDED))
        again = posted_form.rearranged()
        return self.form(200, again) if again else await self.judge(request, posted_form)

    async def judge(self, request: Request, posted_form: PostedForm) -> Response:
        """The form with everything to change, or the answers to check, or, when they are to be filed, the receipt."""
        today = local_day(self.services.clock())
        problems = await find_problems(posted_form.definition, posted_form.data, today, size=posted_form.size)
        found = (*posted_form.decoded.problems, *problems)
        unsent = unproven(self.services, posted_form.definition, posted_form.data, posted_form.vouchers)
        contest = _contested(posted_form.controls.get("contest"))
        if found or (unsent and not await self.filed(posted_form, contest=contest)):
            return self.form(422, posted_form.filled((*found, *unsent)))
        checked = posted_form.checked(today, self.services.entropy(KEY_BYTES).hex())
        if not posted_form.files:
            return self.check(200, checked)
        site = site_address(request, self.site_frame, encrypted=self.services.settings.encrypted)
        return await self.store(checked, site, contest=contest)

    async def filed(self, posted_form: PostedForm, *, contest: bool) -> bool:
        """Whether this very page has been filed: a voucher that is out of date by now was none then."""
        if not posted_form.files:
            return False
        key, data = require_key(posted_form.controls.get("key")), posted_form.data
        request = Filing(posted_form.definition, data, key, canonical(data), contest)
        return await recall(self.services, request) is not None

    async def store(self, checked: Checked, site: str, *, contest: bool) -> Response:
        """The receipt; or the answers again with what stands in the way, so that nothing typed is lost."""
        definition, data = checked.definition, checked.data
        try:
            # In one spelling: a page's other fields may differ between two clicks of one button.
            given = await file(self.services, Filing(definition, data, checked.key, canonical(data), contest))
        except GuardTaken:
            return self.check(409, checked, stop=taken_words(definition, data, "请勾选“仍要提交”"), contest=True)
        except IdempotencyMismatch:
            return self.check(409, replace(checked, key=self.services.entropy(KEY_BYTES).hex()), stop=FILED_OTHERWISE)
        except StoreUnavailable as error:
            problem = problem_of(error)
            return self.check(problem.status, checked, stop=problem.detail, headers=problem.headers)
        # In a thread: the code to scan takes as long as many filings.
        page = await asyncio.to_thread(
            receipt_page, self.site_frame.base, site, definition, data, given, contest=contest
        )
        return self.page(201, page)

    def form(self, status: int, filled: Filled) -> Response:
        page = form_page(self.site_frame.base, filled, self.place(filled.definition))
        return self.page(status, page, TO_GO_BACK_TO)

    def place(self, definition: Definition) -> Place:
        return public_place(definition, self.services.settings.upload_limit)

    def check(
        self,
        status: int,
        checked: Checked,
        *,
        stop: str = "",
        contest: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Response:
        page = check_page(checked, self.place(checked.definition), stop=stop, contest=contest)
        return self.page(status, page, {**TO_GO_BACK_TO, **(headers or {})})

    async def give_receipt(self, request: Request) -> Response:
        """The receipt that the page holds, back as a file: so neither a request nor an address ever shows the code."""
        self.definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        receipt = dict(parse_pairs(await request.body())).get("receipt", "")
        try:
            number = self.services.keys.verify(receipt)["number"]
        except InvalidReceipt as error:
            raise HttpProblem(400, str(error)) from None
        headers = {"Content-Disposition": f'attachment; filename="{number}.jws"'}
        return Response(receipt, headers=headers, media_type="application/jose")

    def page(self, status: int, page: Page, headers: dict[str, str] | None = None) -> Response:
        return HTMLResponse(self.site_frame.page(*page), status, headers=headers)


def _root(request: Request) -> str:
    """The path that the service is mounted at, "" at the root."""
    return str(request.scope.get("root_path", ""))


def _json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


def _contested(value: str | None) -> bool:
    if value in (None, "", "false", "true"):
        return value == "true"
    raise HttpProblem(400, "contest 只能是 true 或 false。请改好再提交")


gateway = Gateway(create_app, os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
