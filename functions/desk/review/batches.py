"""One decision on several filings, for pages and API: each filing has its own step and its own answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from functions.desk.filings.filters import MOST_NUMBERS
from functions.desk.review.decisions import Decisions
from functions.desk.sessions import Visitor
from functions.errors import NotFound, QingdanError, StoreUnavailable
from functions.forms.problem import Problem
from functions.records.decision import Decision, read_common
from functions.records.state import Erased
from functions.web.filing.stepper import Stepper
from functions.web.http.problems import HttpProblem, problem_of

Kind = Literal["accept", "void"]
LONGEST_NUMBER: Final = 40
MOST_SEQUENCE: Final = 999_999_999
KINDS: Final[tuple[Kind, ...]] = ("accept", "void")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one filing: `told` is the answer to its step, or `problem`; an unknown one has no `unit_name`."""

    number: str
    unit_name: str
    told: dict[str, Any] | None = None
    problem: HttpProblem | None = None


def read_several(given: Mapping[str, Any]) -> tuple[Decision, list[tuple[str, int]]]:
    """Read the decision, and the filings with the sequence at which each was seen; HttpProblem 422.

    `given` is what a program sends: a decision, and `filings`, a list of {number, sequence}.
    """
    decision = read_common({name: value for name, value in given.items() if name != "filings"})
    found = [] if isinstance(decision, Decision) else list(decision)
    filings = given.get("filings")
    if not isinstance(filings, list) or not 1 <= len(filings) <= MOST_NUMBERS:
        words = f"filings 要写成列表，1 到 {MOST_NUMBERS} 件，每一件有 number 和 sequence"
        found.append(Problem("/filings", "填报", words, "required"))
        filings = []
    seen: dict[str, int] = {}
    for place, one in enumerate(filings):
        words = _wrong(one, seen)
        if words:
            found.append(Problem(f"/filings/{place}", f"第 {place + 1} 件", words, "type"))
        else:
            seen[one["number"]] = one["sequence"]
    if found or not isinstance(decision, Decision):
        raise HttpProblem(422, f"有 {len(found)} 处要改，一件也没有办", title="没有照办", errors=found)
    return decision, list(seen.items())


def _wrong(one: Any, seen: Mapping[str, int]) -> str:
    if not isinstance(one, dict) or one.keys() != {"number", "sequence"}:
        return '每一件要写 number 和 sequence，不写别的，如 {"number": "SC-2026-…", "sequence": 2}'
    number, sequence = one["number"], one["sequence"]
    if not isinstance(number, str) or not 1 <= len(number) <= LONGEST_NUMBER:
        return "number 要写填报的编号，是文字"
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 1 <= sequence <= MOST_SEQUENCE:
        return "sequence 要写您看到的序号，是 1 以上的整数"
    return f"{number} 写了两次。请删去一次" if number in seen else ""


class Batches:
    """Calls block: run them in a worker thread."""

    def __init__(self, stepper: Stepper, decisions: Decisions) -> None:
        self._stepper = stepper
        self._decisions = decisions

    def decide(
        self, visitor: Visitor, decision: Decision, seen: Iterable[tuple[str, int | None]], *, key: str | None
    ) -> list[Outcome]:
        """Take the decision on each number at its sequence, which is None when none was seen.

        This voids only contested filings, one after another: the last of several that contest each other is no longer
        contested, and stays. Raises StoreUnavailable; repeating it under its `key` returns the earlier results again.
        """
        return [self._one(visitor, decision, number, sequence, key) for number, sequence in seen]

    def _one(self, visitor: Visitor, decision: Decision, number: str, sequence: int | None, key: str | None) -> Outcome:
        try:
            name = self._stepper.open(number).record.summary.unit_name
        except (NotFound, Erased) as error:
            return Outcome(number, "", problem=problem_of(error))
        if sequence is None:
            return Outcome(number, name, problem=HttpProblem(400, "这一页不完整。请回到列表再选一次"))
        try:
            told = self._decisions.decide(
                visitor, number, decision, sequence=sequence, key=key, if_contested=decision.kind == "void"
            )
        except StoreUnavailable:
            raise
        except (HttpProblem, QingdanError) as error:
            return Outcome(number, name, problem=problem_of(error))
        return Outcome(number, name, told)
