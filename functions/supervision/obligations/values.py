"""Hold what obligations are made from, and what they are: light values that name no store; computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from functions.forms.filing_rules import Filing
from functions.records.filed import Filed

State = Literal["overdue", "refused", "missing", "upcoming", "extended", "on_time", "late"]
# A unit and its project as they are compared; the project is "" where the form is about the unit itself.
Matter = tuple[str, str]
# The case of the form's rules and the period.
Case = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a roster: who must file, by the dates that the roster knows.

    `dates` are keyed by the pointers that they feed, such as /progress/start_date. The unit is on the roster from
    `since` to `until`, both included. `changes` are the days on which something changed that must be filed each time.
    `columns` are the values that a form's condition may ask for. `former` are its earlier codes and projects, whose
    filings count; `into` is the code of the unit that it was merged into, which has to see to what is still open.
    """

    roster: str
    uscc: str
    unit_name: str
    since: date
    until: date | None = None
    project: str = ""
    dates: Mapping[str, date] = field(default_factory=dict)
    changes: tuple[date, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    former: tuple[Matter, ...] = ()
    into: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """A later last day that the bureau granted, with its reason; `granted` is the day of the decision."""

    form: str
    filing: str
    period: str
    uscc: str
    until: date
    granted: date
    reason: str
    approver: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """An order to correct: what is owed must be filed by `correct_by`; `id` is what addresses call it."""

    number: str
    form: str
    filing: str
    period: str
    uscc: str
    issued: date
    correct_by: date
    project: str = ""
    id: str = ""


class Obligation(NamedTuple):
    """Hold what one unit owes for one period; a plain tuple, since a board holds fifty thousand.

    `since` is the day from which it is owed. `due` is the last day by the roster's dates, `due_by_filing` the one by
    the dates as filed where it differs: both are shown, and the officer decides. `last_day` is the one that `state`
    goes by: that of the filing once it is accepted, else the roster's, and a granted extension before both.
    `unannounced` are the years whose days off are not known and of which only weekends were counted. `into` is the code
    of the unit that has to see to it since the unit was merged, "" where it was not.
    """

    unit_name: str
    uscc: str
    project: str
    form: str
    rule: Filing
    period: str
    since: date
    due: date
    due_by_filing: date | None
    last_day: date
    state: State
    filed: Filed | None
    contested: bool
    extension: Extension | None
    order: Order | None
    unannounced: tuple[int, ...]
    into: str = ""

    @property
    def basis(self) -> str:
        """The paragraph of the list that demands it."""
        return self.rule.basis

    @property
    def number(self) -> str:
        """The number of the filing that counts, "" while there is none."""
        return self.filed.number if self.filed else ""


__all__ = ["Case", "Extension", "Filed", "Listed", "Matter", "Obligation", "Order", "State"]
