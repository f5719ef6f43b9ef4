"""Letters and extensions for programs, judged as on the pages (K1, T8)."""

from __future__ import annotations

from typing import Any

import pytest

from functions.bootstrap import Services
from functions.supervision.orders.reading import read_letters
from tests.desk.conftest import ComeIn
from tests.support.board import CHECK, list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc

pytestmark = pytest.mark.proves("K1", "T8")
ITEM = {"form": CHECK, "period": "2025", "uscc": make_uscc(1)}
ORDER = {"kind": "correction", "until": "2026-10-20", "signed_by": "示例局长", "items": [ITEM]}


@pytest.fixture
def owing(services: Services, clock: Clock) -> Services:
    """On 2026-10-08 one unit owes the self-check of 2025."""
    clock.at = moment("2026-10-08")
    list_units(services, {"unit_name": "示例县气象站", "uscc": make_uscc(1), "since": "2026-01-01"})
    return services


def test_a_program_numbers_an_order_once_and_the_board_says_refused_later(
    owing: Services, come_in: ComeIn, clock: Clock
) -> None:
    browser = come_in("reviewer")
    made = browser.post("/api/desk/orders", json=ORDER)
    assert (made.status_code, made.json()["items"][0]["number"]) == (201, "涉档责改〔2026〕1号")
    assert browser.post("/api/desk/orders", json=ORDER).status_code == 409
    assert browser.get("/api/desk/orders").json() == made.json()
    clock.at = moment("2026-10-21 00:00:00")
    (item,) = come_in("viewer").get("/api/desk/due?state=refused").json()["items"]
    assert item["uscc"] == make_uscc(1)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"until": "2026-10-08"}, 422),
        ({"signed_by": ""}, 422),
        ({"kind": "fine"}, 400),
        ({"items": []}, 400),
        ({"items": [{**ITEM, "period": "1999"}]}, 422),
        ({"items": [{**ITEM, "facts": 7}]}, 400),
        ({"kind": "recommendation", "to": "示例县教育局"}, 409),
    ],
)
def test_what_is_wrong_numbers_nothing(owing: Services, come_in: ComeIn, change: dict[str, Any], status: int) -> None:
    answer = come_in("reviewer").post("/api/desk/orders", json={**ORDER, **change})
    assert answer.status_code == status, answer.text
    assert read_letters(owing.ledger) == ()


def test_an_extension_is_asked_by_an_officer_and_granted_by_a_reviewer(owing: Services, come_in: ComeIn) -> None:
    wanted = {"until": "2026-11-15", "reason": "搬迁库房", "items": [ITEM]}
    asked = come_in("officer").post("/api/desk/extensions", json=wanted)
    assert (asked.status_code, asked.json()["status"], asked.json()["approver"]) == (201, "asked", None)
    assert come_in("reviewer").post("/api/desk/extensions", json=wanted).status_code == 409
    assert come_in("viewer").get("/api/desk/extensions").json()["items"] == [asked.json()]
