"""Which letter or extension an obligation allows on each side of each boundary (domain.md §11, K1, K8, T8, T14)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
import yaml

from functions.bootstrap import Services
from functions.forms.letters import LETTER_KINDS
from functions.supervision.board import due_of
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.judging import (
    allowed_letters,
    standing_for,
    why_no_extension,
    why_no_letter,
    why_not_on,
    why_not_until,
)
from functions.supervision.orders.ledger import Orders
from functions.supervision.orders.reading import read_extensions, read_letters
from functions.supervision.orders.values import Letter
from tests.conftest import ROOT
from tests.support.board import CHECK, PROJECT, file_at, list_units, moment
from tests.support.filings import make_uscc, valid_self_check
from tests.support.letters import grant, write_letter

UNIT = {"unit_name": "示例县气象站", "uscc": make_uscc(1), "since": "2026-01-01"}
ROAD = {"unit_name": "示例建设公司", "uscc": make_uscc(2), "project_name": "示例县环城路", "start_date": "2026-03-31"}
OwedOn = Callable[..., Obligation]


@pytest.fixture
def owed_on(services: Services) -> OwedOn:
    """What a unit (or, with PROJECT, a project) owes, as it stands at a time in Shanghai."""
    list_units(services, UNIT)
    list_units(services, ROAD, roster="key-projects")

    def owed(at: str, form: str = CHECK) -> Obligation:
        period = "2025" if form == CHECK else "start"
        return due_of(services, form=form, period=period, on=moment(at).date())[0]

    return owed


def standing(services: Services, one: Obligation) -> list[Letter]:
    return standing_for(one, read_letters(services.ledger))


def allowed(services: Services, one: Obligation) -> list[str]:
    return [*allowed_letters(one, standing(services, one), services.catalogue.letters)]


@pytest.mark.proves("K8", "T5", "T8")
def test_self_check_goes_from_due_to_order_to_refused_to_recommendation(services: Services, owed_on: OwedOn) -> None:
    assert owed_on("2026-09-30 23:59:59").state == "upcoming"
    assert allowed(services, owed_on("2026-09-30 23:59:59")) == []
    one = owed_on("2026-10-01 00:00:00")
    assert (one.state, allowed(services, one)) == ("overdue", ["correction"])

    order = write_letter(services.ledger, services.catalogue, one, at="2026-10-08", until="2026-10-20")
    before = owed_on("2026-10-20 23:59:59")
    assert (before.state, before.order, allowed(services, before)) == ("overdue", order.order, [])
    after = owed_on("2026-10-21 00:00:00")
    # 丙六3 knows no circular, 甲四1 no sanction.
    assert (after.state, allowed(services, after)) == ("refused", ["recommendation"])

    write_letter(
        services.ledger, services.catalogue, after, at="2026-10-21", until="2026-11-30", kind="recommendation",
        order=order, to="示例县教育局",
    )  # fmt: skip
    assert allowed(services, owed_on("2026-10-21")) == []
    assert owed_on("2026-10-21").state == "refused"


@pytest.mark.proves("K1", "T1", "T8")
def test_a_project_goes_from_due_to_order_to_refused_to_circular(services: Services, owed_on: OwedOn) -> None:
    assert owed_on("2026-09-30", PROJECT).state == "upcoming"
    one = owed_on("2026-10-01", PROJECT)
    assert (one.state, allowed(services, one)) == ("overdue", ["correction"])
    order = write_letter(services.ledger, services.catalogue, one, at="2026-10-08", until="2026-10-20")
    assert owed_on("2026-10-20 23:59:59", PROJECT).state == "overdue"
    after = owed_on("2026-10-21 00:00:00", PROJECT)
    assert (after.state, allowed(services, after)) == ("refused", ["circular"])
    circular = write_letter(services.ledger, services.catalogue, after, at="2026-10-21", kind="circular", order=order)
    assert allowed(services, owed_on("2026-10-21", PROJECT)) == []
    assert order.number in "".join(circular.draft.paragraphs)
    assert "示例县环城路" in circular.draft.paragraphs[0]


def test_what_came_in_settles_it_whatever_was_ordered(services: Services, owed_on: OwedOn) -> None:
    write_letter(services.ledger, services.catalogue, owed_on("2026-10-08"), at="2026-10-08", until="2026-10-20")
    number = file_at(services, "2026-10-19", valid_self_check(uscc=UNIT["uscc"]))
    one = owed_on("2026-10-21")
    assert one.state == "late"
    for kind in LETTER_KINDS:
        why = why_no_letter(kind, one, [], services.catalogue.letters)
        assert number in why or "没有规定" in why


def test_after_a_voided_order_the_unit_may_be_ordered_again(services: Services, owed_on: OwedOn) -> None:
    order = write_letter(
        services.ledger, services.catalogue, owed_on("2026-10-08"), at="2026-10-08", until="2026-10-20"
    )
    Orders(services.ledger, services.entropy).void(order, "写错", actor="审核甲", at=moment("2026-10-22"))
    one = owed_on("2026-10-22")
    assert (one.state, allowed(services, one)) == ("overdue", ["correction"])


def test_an_extension_moves_the_last_day_and_then_it_is_overdue(services: Services, owed_on: OwedOn) -> None:
    grant(services.ledger, services.catalogue, owed_on("2026-09-20"), at="2026-09-20", until="2026-11-15")
    extended = owed_on("2026-11-15 23:59:59")
    assert (extended.state, allowed(services, extended)) == ("extended", [])
    assert why_no_letter("correction", extended, [], services.catalogue.letters) == "没到期，不能责令改正"
    one = owed_on("2026-11-16 00:00:00")
    assert (one.state, allowed(services, one)) == ("overdue", ["correction"])


def test_an_order_stands_in_the_way_of_an_extension(services: Services, owed_on: OwedOn) -> None:
    one = owed_on("2026-10-08")
    assert why_no_extension(one, [], read_extensions(services.ledger)) == ""
    order = write_letter(services.ledger, services.catalogue, one, at="2026-10-08", until="2026-10-20")
    assert order.number in why_no_extension(one, standing(services, one), ())


@pytest.mark.proves("T8")
@pytest.mark.parametrize(
    ("until", "wrong"),
    [(None, "请填"), ("2026-10-08", "以后"), ("2026-10-09", ""), ("2027-10-09", ""), ("2027-10-10", "最晚")],
)
def test_the_officer_enters_a_date_after_the_day_of_issue(until: str | None, wrong: str) -> None:
    day = date.fromisoformat(until) if until else None
    why = why_not_until(day, date(2026, 10, 8), "改正期限")
    assert (wrong in why) if wrong else why == ""


@pytest.mark.parametrize(
    ("day", "fits"), [("2026-10-07", False), ("2026-10-08", True), ("2026-10-12", True), ("2026-10-13", False)]
)
def test_a_letter_is_served_between_its_issue_and_today(
    services: Services, owed_on: OwedOn, day: str, fits: bool
) -> None:
    order = write_letter(
        services.ledger, services.catalogue, owed_on("2026-10-08"), at="2026-10-08", until="2026-10-20"
    )
    assert (why_not_on(date.fromisoformat(day), order, date(2026, 10, 12)) == "") is fits


def test_the_words_of_an_order_say_what_was_owed_until_when(services: Services, owed_on: OwedOn) -> None:
    order = write_letter(
        services.ledger, services.catalogue, owed_on("2026-10-08"), at="2026-10-08", until="2026-10-20"
    )
    text = "\n".join(order.draft.paragraphs)
    for words in (
        "示例县气象站",
        "2025 年度",
        "2026 年 9 月 30 日",
        "丙五2",
        "已过期 8 天",
        "2026 年 10 月 20 日",
        "丙六3",
    ):
        assert words in text
    assert order.draft.to == "示例县气象站"


def test_no_letter_cites_a_law_that_is_repealed_or_replaced(services: Services) -> None:
    laws = yaml.safe_load((ROOT / "content/data/laws.yml").read_text(encoding="utf-8"))["laws"]
    known = {law["name"]: law.get("state") for law in laws if law["kind"] != "paper"}
    letters = services.catalogue.letters
    grounds = [letters.ground(form.id, kind) for form in services.catalogue for kind in LETTER_KINDS]
    cited = [re.findall("《(.+?)》", law) for ground in grounds if ground for law in ground.laws]
    assert cited
    assert {known[name] for names in cited for name in names} <= {"in_force", "unchecked"}
