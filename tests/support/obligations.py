"""Rosters, filings and papers in one line each, for tests of who owes what; dates are ISO texts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from functions.forms.authoring.holidays import read_holidays
from functions.forms.filing_rules import Rules, rules_from
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Extension, Filed, Listed, Obligation, Order
from tests.support.forms import registration, self_check

CALENDAR: Final = read_holidays(Path(__file__).parents[2]).days_off()
CHECK: Final = "annual-self-check"
PROJECT: Final = "key-project-registration"
USCC: Final = "11130426000000001X"
START: Final = "/progress/start_date"
ACCEPTED: Final = "/progress/archive_acceptance_date"
RULES: Final = {CHECK: self_check().rules, PROJECT: registration().rules}


def day(text: str) -> date:
    """The day of an ISO text."""
    return date.fromisoformat(text)


def unit(since: str = "2020-01-01", until: str = "", roster: str = "professional-archives", **more: Any) -> Listed:
    """A unit that must file the self-check."""
    ended = day(until) if until else None
    return Listed(roster, more.pop("uscc", USCC), more.pop("name", "示例县档案馆"), day(since), ended, **more)


def project(start: str = "", accepted: str = "", since: str = "2020-01-01", until: str = "", **more: Any) -> Listed:
    """A key project, by the dates that the roster knows of it."""
    dates = {at: day(text) for at, text in ((START, start), (ACCEPTED, accepted)) if text}
    ended = day(until) if until else None
    name = more.pop("project", "示例县环城路")
    return Listed("key-projects", USCC, "示例建设公司", day(since), ended, name, dates, **more)


def filed(filing: str, period: str, counted: str, status: str = "accepted", **more: Any) -> Filed:
    """A filing of the registration; with `form=CHECK`, of the self-check."""
    form = more.pop("form", PROJECT)
    name = more.pop("project", "" if form == CHECK else "示例县环城路")
    dates = {at: day(text) for at, text in more.pop("dates", {}).items()}
    number = more.pop("number", f"N-{filing}-{period}-{counted}")
    return Filed(number, form, filing, period, USCC, day(counted), status, name, dates=dates, **more)


def extension(filing: str, period: str, until: str, granted: str = "2020-01-01", form: str = PROJECT) -> Extension:
    """An extension that the bureau granted."""
    name = "" if form == CHECK else "示例县环城路"
    return Extension(form, filing, period, USCC, day(until), day(granted), "搬迁库房", "局长", name)


def order(filing: str, period: str, correct_by: str, issued: str = "2020-01-01", form: str = PROJECT) -> Order:
    """An order to correct."""
    name = "" if form == CHECK else "示例县环城路"
    return Order("3", form, filing, period, USCC, day(issued), day(correct_by), name)


def found(on: str, rows: Iterable[Listed], *papers: Filed | Extension | Order, **more: Any) -> tuple[Obligation, ...]:
    """Every obligation on this day."""
    return owed(
        more.pop("rules", RULES),
        rows,
        [one for one in papers if isinstance(one, Filed)],
        [one for one in papers if isinstance(one, Extension)],
        [one for one in papers if isinstance(one, Order)],
        day(on),
        **more,
    )


def one_of(obligations: Iterable[Obligation], filing: str, period: str) -> Obligation | None:
    """The obligation of this case and period, None where nothing is owed."""
    return next((one for one in obligations if (one.rule.id, one.period) == (filing, period)), None)


def changed_rules(form: str, **changes: dict[str, Any]) -> Rules:
    """The rules of a form with these changes of its filings, by their ids: `due` is merged, the rest replaced."""
    raw = json.loads((self_check() if form == CHECK else registration()).document)["rules"]
    for filing in raw["filings"]:
        change = dict(changes.get(filing["id"], {}))
        filing["due"] |= change.pop("due", {})
        filing |= change
    return rules_from(raw)
