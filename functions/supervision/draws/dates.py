"""Until when the notices of a draw are owed, and how long they stand; knows no notice and no clock."""

from __future__ import annotations

from datetime import date
from typing import Final

from functions.forms.filing_rules import DaysOff
from functions.supervision.deadlines import add_months
from functions.supervision.workdays import workdays_after

RELEASE_WORKDAYS: Final = 20
TAKE_DOWN_WORKDAYS: Final = 3
STANDS_MONTHS: Final = 60
STANDS_MONTHS_OF_PERSONS: Final = 24


def release_due(drawn: date, days_off: DaysOff) -> date:
    """The last day on which the result may be published (T9)."""
    return workdays_after(drawn, RELEASE_WORKDAYS, days_off)


def take_down_due(revoked: date, days_off: DaysOff) -> date:
    """The last day on which a notice of what was revoked may still stand (T11)."""
    return workdays_after(revoked, TAKE_DOWN_WORKDAYS, days_off)


def stands_on(released: date, on: date, *, about_persons: bool) -> bool:
    """Whether a notice still stands: it comes down after five years, or two where it names natural persons (T11)."""
    months = STANDS_MONTHS_OF_PERSONS if about_persons else STANDS_MONTHS
    return on <= add_months(released, months)
