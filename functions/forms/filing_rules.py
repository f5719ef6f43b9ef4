"""The rules of a form as light values: who files, when, and the uniqueness of a filing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from functions.forms import pointer
from functions.forms.characters import comparable
from functions.forms.formats import whole_number

DueRule = Literal["months_after", "days_after", "workdays_after", "day_of_year"]
Repeats = Literal["once", "per_period", "at_each_change"]

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The calendar of working days: Saturdays and Sundays but those in `workdays`, and the `holidays`, are off.

    Both hold ISO dates. Of a year that is not in `years` the State Council's notice is not known: only weekends count.
    """

    holidays: frozenset[str]
    workdays: frozenset[str]
    years: frozenset[int]

    def include(self, day: date) -> bool:
        written = day.isoformat()
        return written in self.holidays or (day.weekday() >= _SATURDAY and written not in self.workdays)

    def document(self) -> dict[str, Any]:
        """Return the plain form for a form's document."""
        days = {"holidays": sorted(self.holidays), "workdays": sorted(self.workdays)}
        return {**days, "years": sorted(self.years)}


@dataclass(frozen=True, slots=True)
class Due:
    """When a filing is due, in Asia/Shanghai.

    "months_after", "days_after", "workdays_after": so many `months`, `days` or `workdays` after the date at `at`, which
    is not counted (Civil Code 201-202). "day_of_year": on `month`-`day` of the year at `at` plus `years`.
    With `days_off`, never on one of them: the next working day takes its place (203).
    """

    rule: DueRule
    at: str
    months: int = 0
    days: int = 0
    workdays: int = 0
    years: int = 0
    month: int = 12
    day: int = 31
    days_off: DaysOff | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """One case in which a filing is owed: `when` it is this case, for which `period`, and `due` when.

    `when` is (pointer, value) or None for always. `period` is a pointer to the year, or a fixed word; of a filing that
    `repeats` at each change it is a pointer to the day of the change.
    `title` names the case ("开工阶段"), `period_title` the period ("{} 年度"), `words` say the deadline to a filer.
    """

    id: str
    when: tuple[str, str] | None
    period: str
    title: str
    due: Due
    words: str
    basis: str
    period_title: str
    repeats: Repeats = "once"

    def applies_to(self, data: Any) -> bool:
        return self.when is None or pointer.read(data, pointer.split(self.when[0])) == self.when[1]

    def period_of(self, data: Any) -> str:
        """Return the period of this filing: "2025", "start", or the day of a change, "2026-03-01"."""
        if not self.period.startswith("/"):
            return self.period
        value = pointer.read(data, pointer.split(self.period))
        return str(value if self.repeats == "at_each_change" else whole_number(value))


def folded(text: str) -> str:
    """Normalise a name for comparison: widths folded, without white space and invisible characters."""
    return "".join(comparable(text).split())


@dataclass(frozen=True, slots=True)
class Key:
    """One part of the uniqueness guard; `normalise` folds widths, and drops white space and invisible characters."""

    at: str
    normalise: bool

    def value_in(self, data: Any) -> str:
        text = str(pointer.read(data, pointer.split(self.at)))
        return folded(text) if self.normalise else text


@dataclass(frozen=True, slots=True)
class Check:
    """A cross-field check: its name in `forms.checking.checks`, its arguments, and whether it refuses or warns."""

    name: str
    args: Mapping[str, Any]
    warns: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one form, as its document pins them; `condition` narrows the rosters by their columns' values."""

    code: str
    short: str
    audience: Literal["public", "staff"]
    intro: str
    obliged_words: str
    rosters: tuple[str, ...]
    condition: tuple[tuple[str, str], ...]
    when_words: str
    when_note: str
    basis: tuple[str, ...]
    basis_note: str
    official: bool
    filings: tuple[Filing, ...]
    unique: tuple[Key, ...]
    unit_name_at: str
    uscc_at: str
    checks: tuple[Check, ...]
    four_eyes: bool


def rules_from(raw: Mapping[str, Any]) -> Rules:
    """Read the rules from a form document."""
    return Rules(
        code=raw["code"],
        short=raw["short"],
        audience=raw["audience"],
        intro=raw["intro"],
        obliged_words=raw["obliged"]["words"],
        rosters=tuple(raw["obliged"]["rosters"]),
        condition=tuple(raw["obliged"].get("condition", {}).items()),
        when_words=raw["when"]["words"],
        when_note=raw["when"]["note"],
        basis=tuple(raw["basis"]["paragraphs"]),
        basis_note=raw["basis"]["note"],
        official=raw["official"],
        filings=tuple(_filing(filing) for filing in raw["filings"]),
        unique=tuple(Key(key["at"], key["normalise"]) for key in raw["unique"]),
        unit_name_at=raw["unit_name_at"],
        uscc_at=raw["uscc_at"],
        checks=tuple(_check(check) for check in raw["checks"]),
        four_eyes=raw["review"]["four_eyes"],
    )


def _filing(raw: Mapping[str, Any]) -> Filing:
    when, period = raw.get("when"), raw["period"]
    return Filing(
        id=raw["id"],
        when=(when["at"], when["equals"]) if when else None,
        period=period.get("at") or period["word"],
        title=raw["title"],
        due=_due(raw["due"]),
        words=raw["words"],
        basis=raw["basis"],
        period_title=period["title"],
        repeats=raw.get("repeats") or ("per_period" if "at" in period else "once"),
    )


def _due(raw: Mapping[str, Any]) -> Due:
    days = raw.get("next_workday")
    rest = {key: value for key, value in raw.items() if key != "next_workday"}
    return Due(**rest, days_off=None if days is None else _days_off(days))


def _days_off(raw: Mapping[str, Any]) -> DaysOff:
    """The calendar in a document. The oldest do not say which years they know: those that they have holidays of."""
    holidays = frozenset(raw["holidays"])
    years = raw["years"] if "years" in raw else (int(day[:4]) for day in holidays)
    return DaysOff(holidays, frozenset(raw["workdays"]), frozenset(years))


def _check(raw: Mapping[str, Any]) -> Check:
    args = {key: value for key, value in raw.items() if key not in ("check", "warns")}
    return Check(raw["check"], args, raw.get("warns", False))
