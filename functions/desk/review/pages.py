"""The plain HTML actions on the page of a filing: decide, note, give a new access code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.filings.page import Failed, FilingPage
from functions.desk.frame import Pages, redirect
from functions.desk.review.decisions import Decisions
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import IdempotencyMismatch, QingdanError
from functions.forms.characters import trimmed
from functions.forms.problem import Problem
from functions.records.decision import Decision, Kind, judge_words, read_decision
from functions.staff.permissions import Permission
from functions.web.filing.form_pages import local_day
from functions.web.filing.stepper import Stepper
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.conditional import require_key
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem, problem_of
from functions.web.http.routes import Route

ASK_NOTE: Final = "请写备注"
ASK_CHECKED: Final = "请写是怎样核对身份的，如：按表里的电话回拨，由填表人接听"
_OF_FORM: Final = {"accept": "decide", "return": "decide", "reopen": "reopen", "void": "void"}


@dataclass(frozen=True, slots=True)
class NewCode:
    """A new access code, shown only this once."""

    template: ClassVar = "new_code.html"
    unit_name: str
    number: str
    back: str
    code: str


class Review:
    """Calls block: run them in a worker thread."""

    def __init__(
        self, services: Services, sessions: Sessions, pages: Pages, stepper: Stepper, decisions: Decisions
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._stepper = stepper
        self._decisions = decisions
        self.page = FilingPage(services, pages, stepper)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        one = "/desk/submissions/{number}"
        return [
            Route(one, reading(self.show)),
            Route(
                f"{one}/decision",
                writing(self.decide),
                methods=["POST"],
                step="对填报 {number} 作决定",
                back=one,
                keyed=True,
            ),
            Route(
                f"{one}/note", writing(self.note), methods=["POST"], step="给填报 {number} 写备注", back=one, keyed=True
            ),
            Route(
                f"{one}/code",
                writing(self.reissue),
                methods=["POST"],
                step="给填报 {number} 换发查询码",
                back=one,
                keyed=True,
            ),
        ]

    def show(self, request: Request) -> Response:
        """Show the filing."""
        return self.page.show(request, self._sessions.admit(request, "read"))

    def decide(self, request: Request, body: bytes) -> Response:
        """Take the decision, then go on: to the next filing of the queue, or back to this one."""
        # Each decision has its own permission; everyone who may decide may return.
        visitor, pairs = self._posted(request, body, "return")
        controls, number = dict(pairs), request.path_params["number"]
        open_record = self._stepper.open(number)
        fields = [value for name, value in pairs if name == "field"]
        kind = controls.get("decision", "")
        if kind in get_args(Kind):
            self._sessions.admit(request, cast(Permission, kind))
        given = _given(kind, controls, fields)
        today = local_day(self._services.clock())
        decision = read_decision(given, today=today, definition=open_record.definition)
        form = _OF_FORM.get(kind, "decide")
        if not isinstance(decision, Decision):
            return self._again(request, visitor, Failed(form, controls, fields, _renamed(form, decision)))
        following = self.page.next_after(request, visitor, number)
        try:
            self._decisions.decide(
                visitor, number, decision, sequence=_sequence(controls), key=require_key(controls.get("key"))
            )
        except (HttpProblem, QingdanError) as error:
            return self._again(request, visitor, _stopped(form, controls, fields, error))
        return self._go_on(request, number, following)

    def note(self, request: Request, body: bytes) -> Response:
        """Leave a note for other officers."""
        visitor, pairs = self._posted(request, body, "note")
        controls, number = dict(pairs), request.path_params["number"]
        wrong = judge_words("text", controls.get("text"), ASK_NOTE)
        if wrong:
            return self._again(request, visitor, Failed("note", controls, problems=wrong))
        text = trimmed(controls["text"])
        try:
            self._decisions.note(visitor, number, text, key=require_key(controls.get("key")))
        except (HttpProblem, QingdanError) as error:
            return self._again(request, visitor, _stopped("note", controls, (), error))
        return redirect(request, _address(request, number, done=number) + "#log")

    def reissue(self, request: Request, body: bytes) -> Response:
        """Issue a new access code; only this answer shows it."""
        visitor, pairs = self._posted(request, body, "reissue")
        controls, number = dict(pairs), request.path_params["number"]
        wrong = judge_words("checked", controls.get("checked"), ASK_CHECKED)
        if wrong:
            return self._again(request, visitor, Failed("code", controls, problems=wrong))
        checked, key = trimmed(controls["checked"]), require_key(controls.get("key"))
        try:
            given = self._decisions.reissue(visitor, number, checked, sequence=_sequence(controls), key=key)
        except (HttpProblem, QingdanError) as error:
            return self._again(request, visitor, _stopped("code", controls, (), error))
        summary = self._stepper.open(number).record.summary
        back = _address(request, number)
        return self._pages.page(
            request,
            NewCode(
                unit_name=summary.unit_name,
                number=number,
                back=back,
                code=given["access_code"],
            ),
            visitor,
        )

    def _posted(self, request: Request, body: bytes, needed: Permission) -> tuple[Visitor, list[tuple[str, str]]]:
        visitor = self._sessions.admit(request, needed)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        pairs = parse_pairs(body)
        require_csrf(visitor, dict(pairs).get("csrf", ""))
        return visitor, pairs

    def _again(self, request: Request, visitor: Visitor, failed: Failed) -> Response:
        return self.page.show(request, visitor, failed)

    def _go_on(self, request: Request, number: str, following: str | None) -> Response:
        if request.query_params.get("status") != "waiting":
            return redirect(request, _address(request, number, done=number))
        if following is None:
            return redirect(request, f"/desk/submissions?{urlencode({**_list_query(request), 'done': number})}")
        return redirect(request, f"/desk/submissions/{following}&{urlencode({'done': number})}")


def _given(kind: str, controls: Mapping[str, str], fields: Sequence[str]) -> dict[str, Any]:
    """Return the decision as it was filled in, without empty values and those of other decisions."""
    if kind in ("reopen", "void"):
        return {"decision": kind, "reason": controls.get(f"reason_{kind}", "")}
    given: dict[str, Any] = {"decision": kind, "opinion": controls.get("opinion", "")}
    if kind == "return":
        given |= {"correction_due": controls.get("correction_due", ""), "fields": fields}
    return given


def _renamed(form: str, problems: Sequence[Problem]) -> list[Problem]:
    """Return the problems under the names of this form's controls: a page has two fields for a reason."""
    return [
        Problem(f"/reason_{form}" if each.pointer == "/reason" else each.pointer, each.label, each.message, each.rule)
        for each in problems
    ]


def _stopped(form: str, controls: Mapping[str, str], fields: Sequence[str], error: Exception) -> Failed:
    problem = problem_of(error)
    if problem.status >= 500 and not isinstance(error, HttpProblem | QingdanError):
        raise error
    if isinstance(error, IdempotencyMismatch):
        # A page that is shown again needs a key under which nothing was stored.
        controls = {name: value for name, value in controls.items() if name != "key"}
    return Failed(form, controls, fields, stop=problem.detail, status=problem.status, headers=problem.headers)


def _sequence(controls: Mapping[str, str]) -> int:
    given = controls.get("sequence", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise HttpProblem(400, "这一页不完整，没有照办。请刷新后再做一次")
    return int(given)


def _list_query(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.query_params.items() if name not in ("view", "done")}


def _address(request: Request, number: str, **more: str) -> str:
    """Return the address of the filing's page, within the list from which it was opened."""
    query = urlencode({**_list_query(request), **more})
    return f"/desk/submissions/{number}" + (f"?{query}" if query else "")
