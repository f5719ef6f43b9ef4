"""The public function with which a unit follows, corrects and withdraws its filing; it needs the access code."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.bootstrap import Services
from functions.errors import GuardTaken
from functions.forms.characters import trimmed
from functions.records.decision import judge_words
from functions.records.transitions import FILER, OpenRecord, require_allowed, withdraw
from functions.track.access import Access
from functions.track.correction_form import CorrectionForm
from functions.track.corrections import Corrections, outdated, require_room
from functions.track.pages import lookup_page, status_page
from functions.track.result_pages import withdraw_page, withdrawn_page
from functions.web.edge.aws_gateway import Gateway
from functions.web.filing.as_json import status_json, until_in
from functions.web.filing.attachments import ListedFiles, digest_in
from functions.web.filing.form_pages import Page, local_day
from functions.web.filing.intake import judge, taken_words
from functions.web.filing.stepper import Stepper
from functions.web.filing.vouchers import named_before, unproven, vouchers_in
from functions.web.http.bodies import FORM_TYPE, JSON_TYPE, parse_flag, parse_json, parse_pairs, require_type
from functions.web.http.conditional import idempotency_key, require_match, tag
from functions.web.http.endpoints import reading, writing
from functions.web.http.multipart import Posted, posting
from functions.web.http.problems import HttpProblem, handlers
from functions.web.http.routes import Route
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame

if TYPE_CHECKING:
    from functions.web.filing.documents import Documents

KEY_BYTES: Final = 16
SHELL: Final = "track.html"


def create_app(services: Services) -> Starlette:
    """Make the application over these services; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(services.settings.site, SHELL)
    track = Track(services, site_frame)
    again, take_files = reading(track.begin_again), posting(track.take_files, typed=services.settings.body_limit)
    routes = [
        Route("/api/submissions/{number}", reading(track.tell)),
        Route("/api/submissions/{number}", writing(track.correct), methods=["PUT"]),
        Route("/api/submissions/{number}/withdrawal", writing(track.withdraw), methods=["POST"]),
        Route("/api/submissions/{number}/document.pdf", reading(track.give_document)),
        Route("/api/submissions/{number}/attachments/{sha256}", reading(track.give_file)),
        Route("/track", again),
        Route("/track", writing(track.show), methods=["POST"]),
        Route("/track/{number}/{step}", again),
        Route("/track/{number}/correct", writing(track.fill_in), methods=["POST"]),
        Route("/track/{number}/correct/files", again),
        Route("/track/{number}/correct/files", take_files, methods=["POST"], carries="files"),
        Route("/track/{number}/document", writing(track.give_paper), methods=["POST"]),
        Route("/track/{number}/attachments", writing(track.give_named_file), methods=["POST"]),
        Route("/track/{number}/withdraw", writing(track.ask_or_withdraw), methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers=handlers(site_frame))


class Track:
    """The handlers. Each blocks and runs in a worker thread."""

    def __init__(self, services: Services, site_frame: SiteFrame) -> None:
        self._services, self._site_frame = services, site_frame
        self._stepper = Stepper(services)
        self._door = Access(services, self._stepper)
        self._corrections = Corrections(services, self._stepper)
        self._enclosures = ListedFiles(services)
        self._form = CorrectionForm(services, self._corrections, self._stepper, site_frame.links)

    def tell(self, request: Request) -> Response:
        """How the filing stands, and every version, the last ones whole."""
        open_record = self._admit(request)
        address = f"{request.scope.get('root_path', '')}/api/submissions/{open_record.record.summary.number}"
        return _json(
            status_json(open_record, address, until_in(request)), headers={"ETag": tag(open_record.state.version)}
        )

    def correct(self, request: Request, body: bytes) -> Response:
        """Store a new version; the body is the data, as for the first filing."""
        open_record = self._admit(request)
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        data, version = parse_json(body), require_match(request, "版本")
        contest = parse_flag("contest", request.query_params.get("contest"))
        act = self._corrections.act(data, version=version, contest=contest, key=idempotency_key(request))
        number = open_record.record.summary.number
        given = self._stepper.recall(number, act)
        if given is None:
            self._require_right(open_record, data, version, vouchers_in(request))
            try:
                given = self._corrections.take(number, act, data, version=version, contest=contest)
            except GuardTaken:
                words = taken_words(open_record.definition, data, "请加上 contest=true 再提交")
                raise HttpProblem(409, words) from None
        return _json(given, headers={"ETag": tag(given["version"])})

    def _admit(self, request: Request) -> OpenRecord:
        """Return the filing that the request's number and access code open."""
        number = request.path_params["number"]
        if any(number == definition.id for definition in self._services.catalogue):
            # The address files a form and tracks nothing: filing and tracking share their addresses.
            raise HttpProblem(405, headers={"Allow": "POST"})
        return self._door.admit(request, number, _bearer(request))

    def _require_right(self, open_record: OpenRecord, data: Any, version: int, vouchers: Sequence[str]) -> None:
        require_allowed("corrected", open_record.state.status)
        require_room(open_record, self._services.settings.versions)
        if version != open_record.state.version:
            raise outdated(open_record, version)
        found = (
            *judge(open_record.definition, data, local_day(self._services.clock())),
            *unproven(self._services, open_record.definition, data, vouchers, named_before(open_record.record)),
        )
        if found:
            raise HttpProblem(422, f"有 {len(found)} 处要改，改好再提交。您填的内容没有存下来", errors=found)

    def withdraw(self, request: Request, body: bytes) -> Response:
        """Withdraw the filing; `reason` is optional."""
        open_record = self._admit(request)
        return _json(self._take_back(open_record, _reason_in(request, body), idempotency_key(request)))

    def _take_back(self, open_record: OpenRecord, reason: str, key: str | None) -> dict[str, Any]:
        act = self._stepper.act(FILER, key=key, request=f"withdraw {reason}")
        number = open_record.record.summary.number
        return self._stepper.take(number, act, lambda current: withdraw(current, act, reason))

    def give_document(self, request: Request) -> Response:
        """Return the filing as PDF, in the given version or the one that counts."""
        from functions.web.filing.documents import version_in

        return self._papers.filing(self._admit(request).record, version_in(request))

    def give_paper(self, request: Request, body: bytes) -> Response:
        """Return the filing, its receipt or the last opinion on it, as PDF."""
        controls = _controls(request, body)
        record = self._door.admit(request, request.path_params["number"], controls.get("code", "")).record
        return self._papers.paper(record, controls.get("paper", ""))

    def give_file(self, request: Request) -> Response:
        """Return a file that the filing names."""
        return self._enclosures.give(self._admit(request).record, digest_in(request))

    def give_named_file(self, request: Request, body: bytes) -> Response:
        """Return a file for the filing's page: the access code comes in the body, never in an address."""
        controls = _controls(request, body)
        record = self._door.admit(request, request.path_params["number"], controls.get("code", "")).record
        # The pages' CSP lets a form go only to hosts that they were built for, redirects from ours included.
        linked = bool(self._site_frame.assets.get("upload_host"))
        return self._enclosures.give(record, controls.get("sha256", ""), linked=linked)

    @cached_property
    def _papers(self) -> Documents:
        # Loaded on first use: most people who track a filing do not need it.
        from functions.web.filing.documents import Documents

        return Documents(self._services)

    def show(self, request: Request, body: bytes) -> Response:
        """Show the filing's page, or the two fields again."""
        controls = _controls(request, body)
        number, code = controls.get("number", ""), controls.get("code", "")
        try:
            open_record = self._door.admit(request, number, code)
        except HttpProblem as problem:
            return self._page(problem.status, lookup_page(number, problem.detail), problem.headers)
        until, files = controls.get("until", ""), self._enclosures.of(open_record.record)
        shown = int(until) if until.isdecimal() and len(until) < 6 else None
        return self._page(200, status_page(open_record, code, files, until=shown))

    def begin_again(self, request: Request) -> Response:
        """Show the two fields: a posted page cannot be opened by its address, which does not contain the code."""
        return RedirectResponse(f"{self._site_frame.base}track/", 303)

    def fill_in(self, request: Request, body: bytes) -> Response:
        """Answer a post of the correction form: as it was filed, then checked, then filed again."""
        controls = _controls(request, body)
        code = controls.get("code", "")
        open_record = self._door.admit(request, request.path_params["number"], code)
        site = site_address(self._site_frame, self._services.settings)
        answer = self._form.answer(open_record, code, body, opened="action" not in controls, site=site)
        return self._page(answer.status, answer.page, answer.headers)

    def take_files(self, request: Request, posted: Posted) -> Response:
        """Show the correction form with the files that came with it: the way without JavaScript."""
        code = dict(reversed(posted.pairs)).get("code", "")
        open_record = self._door.admit(request, request.path_params["number"], code)
        answer = self._form.with_files(open_record, code, posted)
        return self._page(answer.status, answer.page)

    def ask_or_withdraw(self, request: Request, body: bytes) -> Response:
        """Show the page before a withdrawal, or withdraw."""
        controls = _controls(request, body)
        code, reason = controls.get("code", ""), trimmed(controls.get("reason", ""))
        open_record = self._door.admit(request, request.path_params["number"], code)
        number = open_record.record.summary.number
        key = controls.get("key") or self._services.entropy(KEY_BYTES).hex()
        if controls.get("action") != "withdraw":
            require_allowed("withdrawn", open_record.state.status)
            return self._page(200, withdraw_page(number, code, key))
        wrong = judge_words("reason", reason, "")
        if wrong:
            page = withdraw_page(number, code, key, reason=reason, stop=wrong[0].message)
            return self._page(422, page)
        self._take_back(open_record, reason, key)
        return self._page(200, withdrawn_page(number, code))

    def _page(self, status: int, page: Page, headers: Mapping[str, str] | None = None) -> Response:
        return HTMLResponse(self._site_frame.page(*page), status, headers=headers)


def _bearer(request: Request) -> str:
    """Return the access code in the header; HttpProblem 401 when there is none, whatever the number."""
    scheme, _, code = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not code.strip():
        headers = {"WWW-Authenticate": "Bearer"}
        raise HttpProblem(401, "请在 Authorization 里写 Bearer 和查询码", title="请给出查询码", headers=headers)
    return code.strip()


def _reason_in(request: Request, body: bytes) -> str:
    if not body:
        return ""
    require_type(request.headers.get("content-type", ""), JSON_TYPE)
    content = parse_json(body)
    if not isinstance(content, dict) or content.keys() - {"reason"}:
        raise HttpProblem(400, "撤回时可以不写内容；要写，只写 reason")
    wrong = judge_words("reason", content.get("reason"), "")
    if wrong:
        raise HttpProblem(422, wrong[0].message, errors=wrong)
    return trimmed(content.get("reason") or "")


def _controls(request: Request, body: bytes) -> dict[str, str]:
    require_type(request.headers.get("content-type", ""), FORM_TYPE)
    return dict(reversed(parse_pairs(body)))


def _json(content: Any, *, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), headers=headers, media_type="application/json")


gateway = Gateway(create_app, os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
