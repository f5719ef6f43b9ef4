"""Warnings about changes of more than half since the year before, on exact numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.definition import Definition
from functions.supervision.comparison import Filed, differs_by_half, is_same_matter, year_before
from tests.support.exports.samples import ANSWERS, FORM, SCHEMA, form, text, with_added
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.forms import changed, registration, self_check

AT = "/holdings/y30/y30_items"


def filed(data: Any) -> Filed:
    return Filed(self_check() if "holdings" in data else registration(), data)


def messages(before: int, now: int) -> list[str]:
    data = valid_self_check()
    found = differs_by_half(filed(changed(data, {AT: now})), filed(changed(data, {AT: before})))
    assert {problem.pointer for problem in found} <= {AT}
    return [problem.message for problem in found]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (2615, 1020, ["上年 2,615 件，少 61%"]),
        (2, 3, []),
        (2, 4, ["上年 2 件，多 100%"]),
        (3, 1, ["上年 3 件，少 67%"]),
        (0, 1, ["上年 0 件，今年有了"]),
        (0, 0, []),
        (1, 0, ["上年 1 件，少 100%"]),
    ],
)
def test_the_words_say_how_much(before: int, now: int, said: list[str]) -> None:
    assert messages(before, now) == said


@given(st.integers(0, 999999999), st.integers(0, 999999999))
def test_a_change_is_reported_exactly_above_one_half(before: int, now: int) -> None:
    assert bool(messages(before, now)) == (abs(now - before) > before / 2)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("60.00", []),
        ("60.01", ["上年 40.00 平方米，多 50%"]),
        ("20.00", []),
        ("19.99", ["上年 40.00 平方米，少 50%"]),
    ],
)
def test_decimals_are_compared_exactly(now: str, said: list[str]) -> None:
    data = valid_registration()
    found = differs_by_half(filed(changed(data, {"/storage/storeroom_sqm": now})), filed(data))
    assert [problem.message for problem in found] == said


@pytest.mark.parametrize(
    ("period", "before"), [("2025", "2024"), ("start", None), ("", None), ("２０２５", None), ("20255", None)]
)
def test_only_a_year_has_a_previous_period(period: str, before: str | None) -> None:
    assert year_before(period) == before


def test_a_matter_is_its_unit_and_its_project() -> None:
    one, other = valid_self_check(), valid_self_check(uscc=make_uscc(5))
    assert is_same_matter(filed(one), filed(one))
    assert not is_same_matter(filed(one), filed(other))
    same, different = (valid_registration(project_name=name) for name in ("示例 河综合治理工程", "示例山工程"))
    assert is_same_matter(filed(valid_registration()), filed(same))
    assert not is_same_matter(filed(valid_registration()), filed(different))


def asked(**volumes: Any) -> Definition:
    return form(with_added(SCHEMA, "work", volumes=volumes))


INTEGER = {"type": "integer", "title": "卷"}
DECIMAL = {**text("卷"), "x-decimals": 2}


@pytest.mark.parametrize(
    ("now", "value", "before", "was", "said"),
    [
        (INTEGER, 200, INTEGER, 100, ["上年 100 卷，多 100%"]),
        (DECIMAL, "200.50", INTEGER, 100, ["上年 100 卷，多 100%"]),
        (INTEGER, 200, DECIMAL, "100.00", ["上年 100.00 卷，多 100%"]),
        (DECIMAL, "200.00", text("卷"), "约 40 GB", []),
        (DECIMAL, "200.00", text("卷"), "40", []),
        (text("卷"), "200", INTEGER, 100, []),
        ({**INTEGER, "x-unit": "元"}, 200, {**INTEGER, "x-unit": "万元"}, 100, []),
        ({**INTEGER, "x-unit": "卷"}, 200, INTEGER, 100, ["上年 100 卷，多 100%"]),
    ],
)
def test_each_filing_is_read_by_its_own_version(
    now: dict[str, Any], value: Any, before: dict[str, Any], was: Any, said: list[str]
) -> None:
    """What one version asked as a number, and the other not, or in another unit, is not compared."""
    filed_now = Filed(asked(**now), changed(ANSWERS, {"/work/volumes": value}))
    filed_before = Filed(asked(**before), changed(ANSWERS, {"/work/volumes": was}))
    assert [problem.message for problem in differs_by_half(filed_now, filed_before)] == said


def test_a_matter_is_found_where_each_version_has_it() -> None:
    moved = form(unique=[{"at": "/unit/unit_name", "normalise": False}])
    answers = changed(ANSWERS, {"/unit/unit_name": ANSWERS["unit"]["uscc"]})
    assert is_same_matter(Filed(FORM, ANSWERS), Filed(moved, answers))
