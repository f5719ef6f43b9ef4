"""Reads from an address what an officer asks the board for, and writes it into one; knows no store or page."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from functions.desk.filings.filters import LONGEST
from functions.forms.formats import day_of
from functions.forms.normalise import plain_date, plain_line
from functions.supervision.obligations.words import ACT, IN, NOT_DUE, STATES, WORDS
from functions.web.http.problems import HttpProblem

FIRST_DAY: Final = date(2020, 1, 1)
YEARS_AHEAD: Final = 4
EVERY: Final = "all"
GROUP_NAMES: Final[Mapping[str, str]] = {"act": ACT, "not_due": NOT_DUE, "in": IN}
STATE_WORDS: Final[Mapping[str, str]] = {
    "act": f"{ACT}的",
    **{str(state): WORDS[state].mark.word for state in STATES},
    "not_due": f"{NOT_DUE}的",
    "in": f"{IN}的",
}
SORTS: Final[Mapping[str, str]] = {"": "要处理的在前", "due": "按期限", "unit": "按单位"}


class WrongDay(HttpProblem):
    """The day cannot be shown."""


@dataclass(frozen=True, slots=True)
class DueFilters:
    """Hold what narrows the rows; empty text means that this part does not.

    `form` may be EVERY, for every period that there is; without form and period the current periods are shown. `state`
    may be one of GROUP_NAMES. `on` is "" for today.
    """

    form: str = ""
    period: str = ""
    state: str = ""
    stratum: str = ""
    on: str = ""
    q: str = ""
    sort: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> DueFilters:
        """Return the filters of a query string; HttpProblem 400 for a value that can never match.

        A page's one choice for both sends form and period as "annual-self-check/2025".
        """
        given = {name: plain_line(query.get(name, "")) for name in cls.__dataclass_fields__}
        if any(len(value) > LONGEST for value in given.values()):
            raise HttpProblem(400, f"筛选的文字最多 {LONGEST} 个字。请写短一些再找")
        form, _, period = given["form"].partition("/")
        filters = cls(**{**given, "form": form, "period": given["period"] or period, "on": plain_date(given["on"])})
        if filters.state and filters.state not in STATE_WORDS:
            raise HttpProblem(400, f"筛选条件 state 只能是 {'、'.join(STATE_WORDS)} 之一。请回到看板重新选")
        return replace(filters, sort=filters.sort if filters.sort in SORTS else "")

    def day(self, today: date) -> date:
        """Return the day that is looked at; WrongDay for one that is none or too far away."""
        if not self.on:
            return today
        last = date(today.year + YEARS_AHEAD, 12, 31)
        day = day_of(self.on)
        if day is None or not FIRST_DAY <= day <= last:
            raise WrongDay(400, f"截至日期要在 {FIRST_DAY} 和 {last} 之间")
        return day

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.q.split())

    @property
    def matter(self) -> str:
        """Return form and period as the page's one choice has them."""
        return f"{self.form}/{self.period}" if self.period else self.form

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the parts that are set, as names and values."""
        return tuple((name, value) for name in self.__dataclass_fields__ if (value := getattr(self, name)))

    def query(self, **changes: Any) -> str:
        """Return the query string of these filters with other values, with its question mark; empty for none."""
        parts = {**dict(self.pairs), **changes}
        pairs = [(name, value) for name, value in parts.items() if value]
        return "?" + urlencode(pairs) if pairs else ""

    def whole(self, **changes: Any) -> str:
        """Return the query string of all that the figures count, with day and order kept, and these values."""
        kept = DueFilters(form=EVERY if self.form == EVERY else "", on=self.on, sort=self.sort)
        return kept.query(**changes)

    def noted(self, forms: Container[str]) -> dict[str, Any]:
        """Return what of this is noted: that words narrowed the rows, never which; of a form in use its id."""
        form = self.form if self.form in forms else ""
        narrowed = bool(self.q or self.stratum or self.period or form != self.form) or None
        on = self.on if day_of(self.on) else ""
        return {"where": "due_board", "form": form, "state": self.state, "on": on, "narrowed": narrowed}
