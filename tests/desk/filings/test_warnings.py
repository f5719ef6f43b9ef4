"""Warnings beside a field: staff of 0, a change by more than half since the year before, a shared telephone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.desk.conftest import ComeIn, Filer, registration, self_check
from tests.desk.review.test_pages import Officer
from tests.support.forms import changed
from tests.support.markup import Page


def opened(come_in: ComeIn, number: str) -> Page:
    return Officer(come_in("viewer"), number).page


def warned(page: Page) -> list[str]:
    return [each.text for each in page.find("span", class_="warn")]


def own_phone(unit: int, data: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = changed(data, {"/unit/contact_phone": f"0000-76543{unit:02d}"})
    return own


def test_a_number_that_changed_by_more_than_half_is_flagged(come_in: ComeIn, file: Filer) -> None:
    """More than half: 100 → 150 does not, 151 does; 100 → 50 does not, 49 does."""
    before = own_phone(1, self_check(1, year=2024))
    file(
        changed(
            before,
            {
                "/holdings/permanent/permanent_volumes": 100,
                "/holdings/permanent/permanent_items": 100,
                "/holdings/y30/y30_volumes": 100,
                "/holdings/y30/y30_items": 100,
            },
        )
    )
    now = own_phone(1, self_check(1))
    number = file(
        changed(
            now,
            {
                "/holdings/permanent/permanent_volumes": 150,
                "/holdings/permanent/permanent_items": 151,
                "/holdings/y30/y30_volumes": 50,
                "/holdings/y30/y30_items": 49,
            },
        )
    )
    page = opened(come_in, number)
    assert warned(page) == ["上年 100 件，多 51%", "上年 100 件，少 51%"]
    box = page.find(class_="say--warn")[0].text
    assert "请看 2 处提醒" in box
    assert "永久档案 件：上年 100 件，多 51%" in box
    links = [each.attributes["href"] for each in page.find("a") if each.attributes.get("href", "").startswith("#a-")]
    ids = {each.attributes.get("id") for each in page.elements}
    assert links == ["#a-holdings-permanent", "#a-holdings-y30"]
    assert {link[1:] for link in links} <= ids


def test_only_the_same_unit_and_the_year_before_count(come_in: ComeIn, file: Filer) -> None:
    other = changed(own_phone(2, self_check(2, year=2024)), {"/holdings/y30/y30_items": 1})
    older = changed(own_phone(1, self_check(1, year=2023)), {"/holdings/y30/y30_items": 1})
    for data in (other, older):
        file(data)
    assert warned(opened(come_in, file(own_phone(1, self_check(1))))) == []


def test_a_withdrawn_filing_of_the_year_before_is_not_compared(come_in: ComeIn, file: Filer) -> None:
    first = file(changed(own_phone(1, self_check(1, year=2024)), {"/holdings/y30/y30_items": 1}))
    Officer(come_in("reviewer"), first).post("decision", {"reason_void": "示例"}, "void")
    assert warned(opened(come_in, file(own_phone(1, self_check(1))))) == []


def test_projects_of_one_unit_are_told_apart(come_in: ComeIn, file: Filer) -> None:
    from tests.support.filings import valid_registration

    kind = "key-project-registration"
    for name, items in (("示例工程甲", 1), ("示例工程乙", 210)):
        before = valid_registration("annual", year=2025, start_date="2025-04-01", project_name=name)
        file(changed(before, {"/archives/quantity/drawings": items}), form=kind)
    now = valid_registration("annual", year=2026, start_date="2025-04-01", project_name="示例 工程乙")
    assert warned(opened(come_in, file(now, form=kind))) == []


def test_a_telephone_shared_with_another_unit_is_flagged(come_in: ComeIn, file: Filer) -> None:
    file(self_check(2))
    file(changed(self_check(3), {"/unit/contact_phone": "0000-1234568", "/unit/contact_name": "示例 1234567"}))
    number = file(self_check(1))
    assert warned(opened(come_in, number)) == ["与“示例县第2中学”相同，请核实"]
    file(self_check(4, year=2024))
    assert warned(opened(come_in, number)) == ["与“示例县第2中学”相同，请核实"], "another year is another clerk"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0000-1234567", "00001234567"),
        ("00001234567", "0000 1234567"),
        ("0000-1234567", "+86 0000-1234567"),
        ("0000-1234567-801", "0000-1234567"),
        ("13900000000", "+8613900000000"),
        ("86-13900000000", "13900000000"),
    ],
)
def test_a_shared_telephone_is_flagged_in_any_spelling(come_in: ComeIn, file: Filer, one: str, other: str) -> None:
    file(changed(self_check(2), {"/unit/contact_phone": other}))
    number = file(changed(self_check(1), {"/unit/contact_phone": one}))
    page = opened(come_in, number)
    assert warned(page) == ["与“示例县第2中学”相同，请核实"]
    (link,) = [each for each in page.find("a") if each.attributes.get("href", "").startswith("tel:")]
    assert link.attributes["href"] in ("tel:00001234567", "tel:13900000000")


def test_a_unit_that_filed_twice_is_named_once(come_in: ComeIn, file: Filer) -> None:
    for contest in (False, True, True):
        file(self_check(2), contest=contest)
    file(self_check(3))
    (words,) = warned(opened(come_in, file(self_check(1))))
    assert sorted(re.findall("“(.*?)”", words)) == ["示例县第2中学", "示例县第3中学"]
    assert "等" not in words


def test_units_sharing_one_telephone_are_counted(come_in: ComeIn, file: Filer) -> None:
    for unit in range(2, 7):
        file(self_check(unit))
    [words] = warned(opened(come_in, file(self_check(1))))
    assert words.endswith("等 5 个单位相同，请核实")
    assert words.count("“") == 3
    for unit in range(7, 25):
        file(self_check(unit))
    [words] = warned(opened(come_in, file(self_check(25))))
    assert words.endswith("等 19 个以上单位相同，请核实"), "no more are looked at than these"


def test_t1_no_staff_and_lateness_are_flagged(come_in: ComeIn, file: Filer) -> None:
    data = changed(registration(1), {"/people/staff": {"fulltime_staff": 0, "parttime_staff": 0}})
    data = changed(data, {"/progress/start_date": "2026-03-01"})
    page = opened(come_in, file(data, form="key-project-registration"))
    assert warned(page) == ["专职和兼职档案人员都是 0"]
    assert "延报" in page.one("dl", class_="slip").text
    assert "晚 17 天" in page.one("dl", class_="slip").text
