"""The pages for accepting several filings, or voiding several contested ones: a review page, then one step for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.filters import MOST_NUMBERS, Filters
from functions.desk.filings.warnings import Warnings, in_full
from functions.desk.frame import Pages
from functions.desk.review.batches import Batches, Kind, Outcome
from functions.desk.review.decisions import Decisions
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.forms.characters import trimmed
from functions.forms.problem import Problem
from functions.records.decision import ASK_VOID, Decision, judge_words
from functions.records.transitions import OpenRecord
from functions.records.words import DECISIONS, STATUSES, TIMELINESS, Mark, mark_of
from functions.web.filing.stepper import Stepper
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.conditional import require_key
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """One filing of the selection: its facts, its warnings, and why it cannot be decided on now, if so."""

    number: str
    unit_name: str
    form: str
    period: str
    timeliness: Mark
    status: Mark
    sequence: int
    warnings: list[str]
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result for one filing, in words."""

    number: str
    unit_name: str
    mark: Mark
    words: str


@dataclass(frozen=True, slots=True)
class BatchView:
    """The ticked filings for review; `ready` counts those that can be decided on."""

    template: ClassVar = "selected.html"
    kind: Kind
    verb: str
    candidates: list[Candidate]
    ready: int
    key: str
    back: str
    reason: str
    error: str


@dataclass(frozen=True, slots=True)
class BatchDone:
    """The result for each filing; `taken` counts those that were decided on."""

    template: ClassVar = "selected_done.html"
    verb: str
    outcomes: list[Result]
    taken: int
    back: str


class BatchPages:
    """Calls block: run them in a worker thread."""

    def __init__(
        self, services: Services, sessions: Sessions, pages: Pages, stepper: Stepper, decisions: Decisions
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._stepper = stepper
        self._several = Batches(stepper, decisions)
        self._warnings = Warnings(services.records, stepper)
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [*self._of("accept"), *self._of("void")]

    def _of(self, kind: Kind) -> list[Route]:
        look_over = reading(lambda request: self.look_over(request, kind))
        decide = writing(lambda request, body: self.decide(request, body, kind))
        at = f"/desk/{kind}"
        return [Route(at, look_over), Route(at, decide, methods=["POST"], step=f"{DECISIONS[kind]}所选的填报", back=at)]

    def look_over(self, request: Request, kind: Kind) -> Response:
        """Show the ticked filings with their warnings, before anything is decided."""
        visitor = self._sessions.admit(request, kind)
        wanted = _numbers(request.query_params.getlist("number"))
        page = self._look_over(request, visitor, kind, wanted)
        self._trail.note_soon("listed", visitor.account.name, numbers=wanted)
        return page

    def decide(self, request: Request, body: bytes, kind: Kind) -> Response:
        """Decide on each filing at its reviewed sequence; each has its own result."""
        visitor = self._sessions.admit(request, kind)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        pairs = parse_pairs(body)
        controls = dict(pairs)
        require_csrf(visitor, controls.get("csrf", ""))
        key = require_key(controls.get("key"))
        wanted = _numbers([value for name, value in pairs if name == "number"])
        reason = controls.get("reason", "") if kind == "void" else ""
        if wrong := judge_words("reason", reason, ASK_VOID) if kind == "void" else []:
            return self._look_over(request, visitor, kind, wanted, reason, wrong)
        seen = [(number, _sequence(controls.get(f"at.{number}", ""))) for number in wanted]
        outcomes = self._several.decide(visitor, Decision(kind, trimmed(reason)), seen, key=key)
        return self._pages.page(
            request,
            BatchDone(
                verb=DECISIONS[kind],
                outcomes=[_result(kind, each) for each in outcomes],
                taken=sum(each.told is not None for each in outcomes),
                back=_back(request, visitor),
            ),
            visitor,
        )

    def _look_over(
        self,
        request: Request,
        visitor: Visitor,
        kind: Kind,
        wanted: Sequence[str],
        reason: str = "",
        wrong: Sequence[Problem] = (),
    ) -> Response:
        candidates = [self._candidate(visitor, kind, number) for number in wanted]
        return self._pages.page(
            request,
            BatchView(
                kind=kind,
                verb=DECISIONS[kind],
                candidates=candidates,
                ready=sum(not each.why for each in candidates),
                key=self._services.entropy(KEY_BYTES).hex(),
                back=_back(request, visitor),
                reason=reason,
                error=wrong[0].message if wrong else "",
            ),
            visitor,
            status=422 if wrong else 200,
        )

    def _candidate(self, visitor: Visitor, kind: Kind, number: str) -> Candidate:
        open_record = self._stepper.open(number)
        summary, definition = open_record.record.summary, open_record.definition
        return Candidate(
            number,
            summary.unit_name,
            definition.short,
            definition.period_title(summary.period),
            TIMELINESS[summary.timeliness],
            mark_of(summary),
            summary.sequence,
            [in_full(each) for each in self._warnings.of(open_record)],
            _why_not_accept(visitor, open_record) if kind == "accept" else _why_not_void(open_record),
        )


def _result(kind: Kind, outcome: Outcome) -> Result:
    name = outcome.unit_name
    if outcome.told is None:
        words = outcome.problem.detail if outcome.problem else ""
        return Result(outcome.number, name, Mark(f"没有{DECISIONS[kind]}", "void"), words)
    if kind == "void":
        return Result(outcome.number, name, Mark(STATUSES["voided"].word, "ok"), "")
    if outcome.told["status"] == "accepted":
        return Result(outcome.number, name, Mark(STATUSES["accepted"].word, "ok"), "")
    return Result(outcome.number, name, Mark("已同意", "ok"), "还要另一位审核员同意，才算接受")


def _why_not_accept(visitor: Visitor, open_record: OpenRecord) -> str:
    summary = open_record.record.summary
    if summary.contested:
        return "重复待核，先把另一件作废"
    if summary.status != "submitted":
        return f"{mark_of(summary).word}，不用接受"
    return "您已同意，请等另一位审核员" if summary.approved_by == visitor.account.name else ""


def _why_not_void(open_record: OpenRecord) -> str:
    return "" if open_record.record.summary.contested else "没有和别的重复，请打开这一件单独作废"


def _back(request: Request, visitor: Visitor) -> str:
    return Filters.read(request.query_params, visitor.account.name).query()


def _sequence(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _numbers(given: list[str]) -> list[str]:
    numbers = list(dict.fromkeys(given))
    if len(numbers) > MOST_NUMBERS:
        raise HttpProblem(400, f"一次最多勾选 {MOST_NUMBERS} 件。请分几次办")
    return numbers
