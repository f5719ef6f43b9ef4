"""Accepting several filings at once: a page to look them over, then each one by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.errors import NotFound, QingdanError, StoreUnavailable
from functions.records.decision import Decision
from functions.records.state import Erased
from functions.records.steps import Dossier
from functions.web.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.deciding import Deciding
from functions.web.desk_filters import MOST_NUMBERS, Filters
from functions.web.desk_frame import Pages
from functions.web.desk_warnings import Warnings, in_full
from functions.web.desk_words import TIMELINESS, Mark, mark_of
from functions.web.filing import require_key
from functions.web.problems import HttpProblem, problem_of
from functions.web.sessions import Doorkeeper, Visitor, require_csrf
from functions.web.stepping import Stepper
from functions.web.threads import reading, writing
from functions.web.trail import Trail

KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Candidate:
    """One filing of the selection: what it is, what stands out, and why it cannot be accepted, if so."""

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
class Outcome:
    """What became of one filing."""

    number: str
    unit_name: str
    mark: Mark
    words: str


class SelectionPages:
    """Calls block: run them in a worker thread."""

    def __init__(
        self, services: Services, doorkeeper: Doorkeeper, pages: Pages, stepper: Stepper, deciding: Deciding
    ) -> None:
        self._services = services
        self._doorkeeper = doorkeeper
        self._pages = pages
        self._stepper = stepper
        self._deciding = deciding
        self._warnings = Warnings(services.records, stepper)
        self._trail = Trail(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        return [
            Route("/desk/accept", reading(self.look_over)),
            Route("/desk/accept", writing(self.accept), methods=["POST"]),
        ]

    def look_over(self, request: Request) -> Response:
        """The ticked filings with what stands out in each, before any is accepted."""
        visitor = self._doorkeeper.admit(request, "accept")
        wanted = _numbers(request.query_params.getlist("number"))
        self._trail.note_soon("listed", visitor.account.name, numbers=wanted)
        candidates = [self._candidate(visitor, number) for number in wanted]
        return self._pages.page(
            request,
            "accept.html",
            visitor,
            candidates=candidates,
            ready=sum(not each.why for each in candidates),
            key=self._services.entropy(KEY_BYTES).hex(),
            back=Filters.read(request.query_params, visitor.account.name).query(),
        )

    def accept(self, request: Request, body: bytes) -> Response:
        """Accept each of them as it was looked over; what becomes of one changes nothing for another."""
        visitor = self._doorkeeper.admit(request, "accept")
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        pairs = parse_pairs(body)
        controls = dict(pairs)
        require_csrf(visitor, controls.get("csrf", ""))
        key = require_key(controls.get("key"))
        wanted = _numbers([value for name, value in pairs if name == "number"])
        outcomes = [self._accept_one(visitor, number, controls.get(f"at.{number}", ""), key) for number in wanted]
        return self._pages.page(
            request,
            "accepted.html",
            visitor,
            outcomes=outcomes,
            taken=sum(each.mark.shape == "ok" for each in outcomes),
            back=Filters.read(request.query_params, visitor.account.name).query(),
        )

    def _candidate(self, visitor: Visitor, number: str) -> Candidate:
        dossier = self._stepper.open(number)
        summary, definition = dossier.record.summary, dossier.definition
        return Candidate(
            number,
            summary.unit_name,
            definition.short,
            definition.period_title(summary.period),
            TIMELINESS[summary.timeliness],
            mark_of(summary),
            summary.sequence,
            [in_full(each) for each in self._warnings.of(dossier)],
            _why_not(visitor, dossier),
        )

    def _accept_one(self, visitor: Visitor, number: str, sequence: str, key: str | None) -> Outcome:
        try:
            dossier = self._stepper.open(number)
        except (NotFound, Erased) as error:
            return Outcome(number, "", Mark("没有接受", "void"), str(error))
        name = dossier.record.summary.unit_name
        if not (sequence.isascii() and sequence.isdecimal() and len(sequence) < 10):
            return Outcome(number, name, Mark("没有接受", "void"), "这一页不完整。请回到列表再选一次")
        try:
            told = self._deciding.decide(visitor, number, Decision("accept"), sequence=int(sequence), key=key)
        except StoreUnavailable:
            raise
        except (HttpProblem, QingdanError) as error:
            return Outcome(number, name, Mark("没有接受", "void"), problem_of(error).detail)
        return Outcome(number, name, *_taken(told))


def _taken(told: dict[str, Any]) -> tuple[Mark, str]:
    if told["status"] == "accepted":
        return Mark("已接受", "ok"), ""
    return Mark("已同意", "ok"), "还要另一位审核员同意，才算接受"


def _why_not(visitor: Visitor, dossier: Dossier) -> str:
    summary = dossier.record.summary
    if summary.contested:
        return "重复待核，先把另一件作废"
    if summary.status != "submitted":
        return f"{mark_of(summary).word}，不用接受"
    return "您已同意，请等另一位审核员" if summary.approved_by == visitor.account.name else ""


def _numbers(given: list[str]) -> list[str]:
    numbers = list(dict.fromkeys(given))
    if len(numbers) > MOST_NUMBERS:
        raise HttpProblem(400, f"一次最多勾选 {MOST_NUMBERS} 件。请分几次接受")
    return numbers
