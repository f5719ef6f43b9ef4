"""When the result of a draw is owed to the public, and when its notice comes down."""

from __future__ import annotations

from datetime import date

from functions.forms.authoring.holidays import read_holidays
from functions.supervision.draws.dates import release_due, stands_on, take_down_due
from tests.conftest import ROOT

DAYS_OFF = read_holidays(ROOT).days_off()


def test_a_result_is_published_within_20_working_days() -> None:
    """2026-09-20 and 2026-10-10 are weekends that are worked; 25 to 27 September and 1 to 7 October are off."""
    assert release_due(date(2026, 9, 10), DAYS_OFF) == date(2026, 10, 14)


def test_what_was_revoked_is_taken_down_within_3_working_days() -> None:
    assert take_down_due(date(2026, 9, 30), DAYS_OFF) == date(2026, 10, 10)


def test_a_notice_stands_for_five_years_and_for_two_about_persons() -> None:
    released = date(2026, 9, 11)
    assert stands_on(released, date(2031, 9, 11), about_persons=False)
    assert not stands_on(released, date(2031, 9, 12), about_persons=False)
    assert stands_on(released, date(2028, 9, 11), about_persons=True)
    assert not stands_on(released, date(2028, 9, 12), about_persons=True)
