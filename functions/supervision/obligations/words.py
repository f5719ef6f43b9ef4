"""How an obligation is said: word, sign, order and the days column, the same on board, unit page, API and export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from functions.forms.filing_rules import DaysOff
from functions.records.words import TIMELINESS, Mark
from functions.supervision.obligations.values import Obligation, State
from functions.supervision.workdays import workdays_between

ACT: Final = "要处理"
NOT_DUE: Final = "没到期"
IN: Final = "已报"
GROUPS: Final = (ACT, NOT_DUE, IN)


@dataclass(frozen=True, slots=True)
class Word:
    """A state as its mark, its group, and in a few words what it means."""

    mark: Mark
    group: str
    meaning: str


# In the order in which they are shown everywhere: what needs action, what is not due, what is in.
WORDS: Final[Mapping[State, Word]] = {
    "overdue": Word(Mark("逾期未报", "over"), ACT, "过了期限没收到"),
    "refused": Word(Mark("不报", "never"), ACT, "责令改正后仍没报"),
    "missing": Word(Mark("漏报", "gap"), ACT, "列入名册，缺一份"),
    "upcoming": Word(Mark("未到期", "open"), NOT_DUE, "期限还没到"),
    "extended": Word(Mark("已延期", "ext"), NOT_DUE, "准予延期，按新期限"),
    "on_time": Word(TIMELINESS["on_time"], IN, "期限内收到"),
    "late": Word(TIMELINESS["late"], IN, "期限后收到"),
}
STATES: Final[tuple[State, ...]] = tuple(WORDS)
_PLACES: Final = {state: place for place, state in enumerate(STATES)}


def place_of(obligation: Obligation) -> tuple[int, date, str, str, str, str, str]:
    """Return the key that sorts obligations as every list shows them: by state, then the last day, then the unit."""
    one = obligation
    return _PLACES[one.state], one.last_day, one.unit_name, one.uscc, one.form, one.project, one.period


def days_text(obligation: Obligation, on: date) -> str:
    """Say what the days column says on this day: 还有 64 天, 今天到期, ↑ 过 28 天, 09-18 收到，早 12 天."""
    filed, last = obligation.filed, obligation.last_day
    if filed is not None:
        return f"{_short(filed.counted_day, last)} 收到，{_apart(obligation, filed.counted_day)}"
    if obligation.state == "refused" and obligation.order is not None:
        correct_by = obligation.order.correct_by
        return f"改正期限 {_short(correct_by, on)}，↑ 过 {(on - correct_by).days} 天"
    if obligation.state == "extended" and obligation.extension is not None:
        original = _short(obligation.due_by_filing or obligation.due, last)
        return f"原 {original}，{obligation.extension.reason}，{_left(obligation, on)}"
    return _left(obligation, on) if on <= last else f"↑ 过 {_count(obligation, last, on)}"


def facts_of(obligation: Obligation) -> dict[str, str]:
    """One obligation as programs read it; `due` is the day that the state goes by."""
    return {
        "unit_name": obligation.unit_name,
        "uscc": obligation.uscc,
        "project": obligation.project,
        "period": obligation.period,
        "due": obligation.last_day.isoformat(),
        "basis": obligation.basis,
        "state": obligation.state,
        "number": obligation.number,
    }


def day_shown(on: date, today: date) -> str:
    """The day that a page goes by, as it says it in its frame: 截至 2026-10-28（今天）."""
    return f"截至 {on.isoformat()}（今天）" if on == today else f"这是 {on.isoformat()} 那天的样子，不是今天"


def _left(obligation: Obligation, on: date) -> str:
    last = obligation.last_day
    return "今天到期" if on == last else f"还有 {_count(obligation, on, last)}"


def _apart(obligation: Obligation, received: date) -> str:
    last = obligation.last_day
    if received == last:
        return "正好是最后一天"
    return f"晚 {_count(obligation, last, received)}" if received > last else f"早 {_count(obligation, received, last)}"


def _count(obligation: Obligation, first: date, last: date) -> str:
    """The days from one to the other, in working days where the deadline is; an extension is a day of the calendar."""
    calendar = _calendar_of(obligation)
    return f"{workdays_between(first, last, calendar)} 个工作日" if calendar else f"{(last - first).days} 天"


def _calendar_of(obligation: Obligation) -> DaysOff | None:
    due = obligation.rule.due
    return due.days_off if due.rule == "workdays_after" and obligation.extension is None else None


def _short(day: date, beside: date) -> str:
    """09-18, or with its year where that is not the one of the day beside it."""
    return f"{day:%m-%d}" if day.year == beside.year else day.isoformat()
