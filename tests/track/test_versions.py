"""However often a filing is corrected, it stays readable: its versions are bounded, and shown some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.local.server.server import create_app
from functions.records.versions import SHOWN
from tests.support.filings import valid_self_check
from tests.support.forms import changed
from tests.support.web.tracking import SELF_CHECK, at, bearer, put, send_back

MOST = 8


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    bounded = replace(services, settings=replace(services.settings, versions=MOST, rate_limit=False))
    client = TestClient(create_app(bounded), base_url="http://127.0.0.1")
    yield client
    client.close()


def answers(place: int) -> Any:
    return changed(valid_self_check(), {"/holdings/y30/y30_items": 1000 + place})


@pytest.fixture
def full(client: TestClient) -> dict[str, Any]:
    """A filing with as many versions as there may be."""
    given: dict[str, Any] = client.post(SELF_CHECK, json=answers(1)).json()
    for version in range(1, MOST):
        assert put(client, given, answers(version + 1), version=version).status_code == 200
    return given


def test_a_unit_makes_so_many_versions_and_no_more(
    client: TestClient, full: dict[str, Any], services: Services
) -> None:
    refused = put(client, full, answers(9), version=MOST)
    assert refused.status_code == 409
    assert "已经有 8 版" in refused.json()["detail"]
    assert "请打电话给本局" in refused.json()["detail"]
    page = client.post(f"/track/{full['number']}/correct", data={"code": full["access_code"]})
    assert page.status_code == 409
    assert "已经有 8 版" in page.text
    send_back(services, full["number"])
    assert put(client, full, answers(9), version=MOST).status_code == 200, "the bureau has asked for it"
    assert put(client, full, answers(10), version=MOST + 1).status_code == 409


def test_programs_get_the_last_versions_whole_and_links_to_the_others(client: TestClient, full: dict[str, Any]) -> None:
    told = client.get(at(full), headers=bearer(full)).json()["versions"]
    assert [version["version"] for version in told] == list(range(1, MOST + 1))
    assert ["data" in version for version in told] == [False] * (MOST - SHOWN) + [True] * SHOWN
    assert told[-SHOWN]["changes"], "what changed since a version that is not shown itself"
    older = client.get(told[MOST - SHOWN - 1]["link"], headers=bearer(full)).json()["versions"]
    assert [version.get("data") for version in older[:3]] == [answers(1), answers(2), answers(3)]
    assert "data" not in older[3]
    for wrong in ("0", "x", "１", "9" * 6):
        assert client.get(f"{at(full)}?until={wrong}", headers=bearer(full)).status_code == 400


def test_the_page_shows_the_last_versions_and_leads_to_the_others(client: TestClient, full: dict[str, Any]) -> None:
    pair = {"number": full["number"], "code": full["access_code"]}

    def shown(**more: str) -> tuple[list[int], list[str]]:
        page = client.post("/track", data={**pair, **more}).text
        versions = [number for number in range(1, MOST + 1) if f"第 {number} 版全文" in page]
        return versions, [words for words in ("看第 3 版和更早的", "看最后几版") if words in page]

    assert shown() == ([4, 5, 6, 7, 8], ["看第 3 版和更早的"])
    assert shown(until="3") == ([1, 2, 3], ["看最后几版"])
    assert shown(until="x") == shown()
