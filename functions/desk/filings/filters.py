"""The filters of the list, read from and written to an address; knows no store and no page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast
from urllib.parse import urlencode

from functions.forms.definition import Definition
from functions.forms.normalise import plain_line
from functions.records.store import Selection, Timeliness
from functions.records.words import CONTESTED, STATUSES, TIMELINESS, WAITING
from functions.web.http.problems import HttpProblem

LONGEST: Final = 100
MOST_WORDS: Final = 10
MOST_NUMBERS: Final = 500
FILTER_WORDS: Final[Mapping[str, str]] = {
    **{str(value): mark.word for value, mark in (*TIMELINESS.items(), *STATUSES.items())},
    "contested": CONTESTED.word,
    "waiting": WAITING,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the list; empty text means no filter.

    `q` is words with blanks between them. `status` may also be "waiting": filings that wait for the viewer, `who`.
    """

    form: str = ""
    period: str = ""
    timeliness: str = ""
    status: str = ""
    unit: str = ""
    q: str = ""
    who: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str], who: str) -> Filters:
        """Read the filters from a query string, ignoring other keys; HttpProblem 400 for an impossible value."""
        given = {field.name: plain_line(query.get(field.name, "")) for field in fields(cls)}
        filters = cls(**{**given, "who": who})
        _require_one_of("timeliness", filters.timeliness, TIMELINESS)
        _require_one_of("status", filters.status, (*STATUSES, "contested", "waiting"))
        if any(len(value) > LONGEST for _, value in filters.pairs):
            raise HttpProblem(400, f"筛选的文字最多 {LONGEST} 个字。请写短一些再找")
        if len(filters.words) > MOST_WORDS:
            raise HttpProblem(400, f"一次最多找 {MOST_WORDS} 个词。请少写几个再找")
        return filters

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.q.split())

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the filters that are set, as names and values."""
        named = ((field.name, cast(str, getattr(self, field.name))) for field in fields(self))
        return tuple((name, value) for name, value in named if value and name != "who")

    @property
    def waiting(self) -> bool:
        """Whether this is the viewer's own queue."""
        return self.status == "waiting"

    def selection(self, numbers: Iterable[str] = ()) -> Selection:
        """Return the store's selection; non-empty `numbers` restrict it."""
        return Selection(
            form=self.form or None,
            period=self.period or None,
            timeliness=cast(Timeliness, self.timeliness) if self.timeliness else None,
            status=None if self.waiting else self.status or None,
            waiting_for=self.who if self.waiting else None,
            unit=self.unit or None,
            words=self.words,
            numbers=tuple(dict.fromkeys(numbers)),
        )

    def query(self, **more: str) -> str:
        """Return the query string of these filters followed by `more`, with its question mark; empty for none."""
        pairs = [*self.pairs, *((name, value) for name, value in more.items() if value)]
        return "?" + urlencode(pairs) if pairs else ""

    def chips(self, titles: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return each filter's words and the query without it. `titles` has forms and periods in words."""
        chips = []
        for name, value in self.pairs:
            if name == "q":
                continue
            word = f"单位：{value}" if name == "unit" else FILTER_WORDS.get(value) or titles.get(value, value)
            chips.append((word, replace(self, **{name: ""}).query()))
        return chips + [(word, self._without(word).query()) for word in self.words]

    def _without(self, word: str) -> Filters:
        return replace(self, q=" ".join(other for other in self.words if other != word))


def _require_one_of(name: str, value: str, known: Iterable[str]) -> None:
    if value and value not in known:
        raise HttpProblem(400, f"筛选条件 {name} 只能是 {'、'.join(known)} 之一。请回到列表重新选")


def filters_noted(filters: Filters, held: Callable[[], Sequence[Definition]]) -> dict[str, Any]:
    """Return what the audit log stores of the filters: that words or a unit were used, but never which.

    An address may hold any words in place of a form or a period: those are stored like words. `held` is the set of
    existing forms.
    """
    forms = held() if filters.form or filters.period else ()
    form = filters.form if any(filters.form == definition.id for definition in forms) else ""
    period = filters.period if _is_period(filters.period, forms) else ""
    return {
        "form": form,
        "period": period,
        "timeliness": filters.timeliness,
        "status": filters.status,
        "narrowed": bool(filters.unit or filters.q or form != filters.form or period != filters.period) or None,
    }


def _is_period(text: str, forms: Iterable[Definition]) -> bool:
    fixed = {filing.period for definition in forms for filing in definition.rules.filings}
    return text in fixed or (len(text) == 4 and text.isascii() and text.isdecimal())
