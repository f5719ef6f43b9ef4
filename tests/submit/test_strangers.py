"""One address files for so many units, and against so many others, and no more; a retry is told what was stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.local.server.server import Shared, create_app
from tests.support.filings import make_uscc, valid_self_check

SELF_CHECK = "/api/submissions/annual-self-check"
HOME, STRANGER = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    settings = replace(
        services.settings, rate_limit=True, behind_proxy=True, filings_per_hour=6, contested_per_day=2, workers=1
    )
    app = create_app(replace(services, settings=settings), Shared.load(settings, ticks=lambda: 0))
    client = TestClient(app, base_url="http://127.0.0.1")
    yield client
    client.close()


def file(client: TestClient, unit: int, *, address: str = STRANGER, contest: bool = False, key: str = "") -> Any:
    return client.post(
        f"{SELF_CHECK}?contest={'true' if contest else 'false'}",
        json=valid_self_check(uscc=make_uscc(unit)),
        headers={"X-Forwarded-For": address, **({"Idempotency-Key": key} if key else {})},
    )


def test_one_address_does_not_take_the_places_of_a_whole_county(client: TestClient) -> None:
    seen = [file(client, unit).status_code for unit in range(118)]
    assert (seen.count(201), seen.count(429)) == (6, 112)
    refused = file(client, 7)
    assert refused.headers["retry-after"] == "601"
    assert "请等 10 分钟" in refused.json()["detail"]
    assert file(client, 7, address=HOME).status_code == 201


def test_what_is_wrong_or_was_stored_before_is_not_counted_against_anybody(client: TestClient) -> None:
    first = file(client, 0, key="once").json()
    assert [file(client, unit).status_code for unit in range(1, 7)] == [201] * 5 + [429]
    assert file(client, 0, key="once").json() == first
    wrong = client.post(SELF_CHECK, json={}, headers={"X-Forwarded-For": STRANGER})
    assert wrong.status_code == 422


def test_twins_are_bounded_for_an_address_and_for_a_unit(client: TestClient) -> None:
    assert file(client, 1, address=HOME).status_code == 201
    seen = [file(client, 1, contest=True).status_code for _ in range(4)]
    assert seen == [201, 201, 429, 429]
    others = [file(client, 1, contest=True, address=f"198.51.100.{place}").status_code for place in range(6)]
    assert others == [201, 201, 429, 429, 429, 429]
    assert "重复待核的填报太多" in file(client, 1, contest=True).json()["detail"]
