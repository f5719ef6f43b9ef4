"""The JSON API of review: decisions, notes, a new access code; knows no page."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

import orjson
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.review.batches import KINDS, Batches, Outcome, read_several
from functions.desk.review.decisions import Decisions
from functions.desk.review.pages import ASK_CHECKED, ASK_NOTE
from functions.desk.sessions import Sessions, Visitor
from functions.forms.characters import trimmed
from functions.forms.problem import Problem
from functions.records.decision import Decision, Kind, judge_words, problem, read_decision
from functions.staff.permissions import Permission
from functions.web.filing.form_pages import local_day
from functions.web.filing.stepper import Stepper
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.conditional import idempotency_key, require_match, tag
from functions.web.http.endpoints import writing
from functions.web.http.problems import HttpProblem, content_of
from functions.web.http.routes import Route

SEQUENCE: Final = "序号（sequence）"


class ReviewApi:
    """Calls block: run them in a worker thread.

    It needs no CSRF token: another site's page cannot send this content type without a CORS preflight, and no preflight
    is granted.
    """

    def __init__(self, services: Services, sessions: Sessions, stepper: Stepper, decisions: Decisions) -> None:
        self._services = services
        self._sessions = sessions
        self._stepper = stepper
        self._decisions = decisions
        self._several = Batches(stepper, decisions)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        one = "/api/desk/submissions/{number}"
        return [
            Route("/api/desk/decisions", writing(self.decide_several), methods=["POST"], keyed=True),
            Route(f"{one}/decisions", writing(self.decide), methods=["POST"], keyed=True),
            Route(f"{one}/notes", writing(self.note), methods=["POST"], keyed=True),
            Route(f"{one}/code", writing(self.reissue), methods=["POST"], keyed=True),
        ]

    def decide(self, request: Request, body: bytes) -> Response:
        """Take a decision on the filing as it is at the sequence in If-Match."""
        # Each decision has its own permission; everyone who may decide may return.
        visitor, given = self._posted(request, body, "return")
        if given.get("decision") in get_args(Kind):
            self._sessions.admit(request, cast(Permission, given["decision"]))
        number, key = request.path_params["number"], idempotency_key(request)
        definition = self._stepper.open(number).definition
        sequence = require_match(request, SEQUENCE)
        decision = read_decision(given, today=local_day(self._services.clock()), definition=definition)
        if not isinstance(decision, Decision):
            raise _refusal(decision)
        return _told(self._decisions.decide(visitor, number, decision, sequence=sequence, key=key), status=200)

    def decide_several(self, request: Request, body: bytes) -> Response:
        """Take one decision on several filings, each at its sequence; each has its own answer."""
        visitor, given = self._posted(request, body, "accept")
        if given.get("decision") in KINDS:
            self._sessions.admit(request, cast(Permission, given["decision"]))
        key = idempotency_key(request)
        decision, seen = read_several(given)
        outcomes = self._several.decide(visitor, decision, seen, key=key)
        return Response(orjson.dumps({"results": [_answered(each) for each in outcomes]}), media_type=JSON_TYPE)

    def note(self, request: Request, body: bytes) -> Response:
        """Leave a note for other officers."""
        visitor, given = self._posted(request, body, "note")
        text = _words(given, "text", ASK_NOTE)
        key = idempotency_key(request)
        return _told(self._decisions.note(visitor, request.path_params["number"], text, key=key), status=201)

    def reissue(self, request: Request, body: bytes) -> Response:
        """Issue a new access code; the old one is invalid from now on."""
        visitor, given = self._posted(request, body, "reissue")
        number, key = request.path_params["number"], idempotency_key(request)
        sequence = require_match(request, SEQUENCE)
        checked = _words(given, "checked", ASK_CHECKED)
        return _told(self._decisions.reissue(visitor, number, checked, sequence=sequence, key=key), status=201)

    def _posted(self, request: Request, body: bytes, needed: Permission) -> tuple[Visitor, dict[str, Any]]:
        visitor = self._sessions.admit(request, needed)
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        given = parse_json(body)
        if not isinstance(given, dict):
            raise HttpProblem(400, "请发送一个 JSON 对象")
        return visitor, given


def _words(given: dict[str, Any], key: str, ask: str) -> str:
    """Return the one text that was sent, or raise HttpProblem 422."""
    wrong = [problem(name, f"这里没有“{name[:40]}”这一项。请删去", "unknown") for name in given.keys() - {key}]
    wrong += judge_words(key, given.get(key), ask)
    if wrong:
        raise _refusal(wrong)
    return trimmed(str(given[key]))


def _answered(outcome: Outcome) -> dict[str, Any]:
    """Return the result for one filing: the step, or the problem document that a request for it alone would get."""
    if outcome.problem is None:
        return {"number": outcome.number, "taken": True, "step": outcome.told}
    return {"number": outcome.number, "taken": False, "problem": content_of(outcome.problem)}


def _refusal(found: list[Problem] | tuple[Problem, ...]) -> HttpProblem:
    return HttpProblem(422, f"有 {len(found)} 处要改，没有照办", title="没有照办", errors=found)


def _told(given: dict[str, Any], *, status: int) -> Response:
    headers = {"ETag": tag(given["sequence"])}
    return Response(orjson.dumps(given), status, headers=headers, media_type="application/json")
