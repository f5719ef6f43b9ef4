"""A plan for next year may be filed this year and not earlier; the message says so."""

from __future__ import annotations

import json
from datetime import date

import pytest

from functions.forms.checking.validation import validate
from functions.forms.definition import Definition
from tests.support.filings import valid_self_check
from tests.support.forms import self_check


def plan() -> Definition:
    """The self-check as if it were a plan that is filed in the year before."""
    raw = json.loads(self_check().document)
    raw["rules"]["checks"] = [{"check": "year_is_next", "at": "/unit/report_year", "warns": False}]
    return Definition(json.dumps(raw, ensure_ascii=False).encode())


@pytest.mark.parametrize(("today", "refused"), [("2026-12-31", True), ("2027-01-01", False), ("2028-06-01", False)])
def test_a_year_is_filed_for_from_the_january_before_it(today: str, refused: bool) -> None:
    problems = validate(plan(), valid_self_check(year=2028), date.fromisoformat(today))
    assert [problem.rule for problem in problems] == (["year_is_next"] if refused else [])
    for problem in problems:
        assert "填的是 2028 年，还不到报的时候。请填明年（2027）或者更早的年份" in problem.message
