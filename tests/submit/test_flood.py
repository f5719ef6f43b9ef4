"""In a flood, new addresses file with a proof of work; without one, the small limit stays and nothing typed goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.forms.definition import Definition
from functions.local.server.server import create_app
from functions.records.store import Selection
from functions.web.filing.flood import FLOOD, WITHOUT_PROOF, Flood
from tests.support.filings import make_uscc, valid_self_check
from tests.support.proof_of_work import prove
from tests.support.web.pages import page_of, post, reviewed

SELF_CHECK = "/api/submissions/annual-self-check"
CHALLENGE = "/api/challenge"


@pytest.fixture
def asked(services: Services) -> Iterator[TestClient]:
    """A client of an application that always asks new addresses for a proof."""
    settings = replace(services.settings, proof_of_work="on")
    client = TestClient(create_app(replace(services, settings=settings)), base_url="http://127.0.0.1")
    yield client
    client.close()


def file(client: TestClient, unit: int, *, proof: str = "", key: str = "") -> Any:
    headers = {"Proof-Of-Work": proof} if proof else {}
    headers |= {"Idempotency-Key": key} if key else {}
    return client.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(unit)), headers=headers)


def test_a_program_is_told_the_task_and_files_with_its_solution(asked: TestClient) -> None:
    assert [file(asked, unit).status_code for unit in range(WITHOUT_PROOF)] == [201] * WITHOUT_PROOF
    refused = file(asked, 9)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    assert refused.headers["content-type"] == "application/problem+json"
    assert "proof" not in refused.json()["detail"]
    proof = prove(refused.json()["challenge"])
    assert file(asked, 9, proof=proof).status_code == 201
    assert file(asked, 10, proof=proof).status_code == 429, "it is used once"
    assert file(asked, 10, proof=prove(asked.get(CHALLENGE).json())).status_code == 201


def test_a_retry_is_told_what_was_stored_with_its_used_proof_or_without(asked: TestClient) -> None:
    for unit in range(WITHOUT_PROOF):
        file(asked, unit)
    proof = prove(asked.get(CHALLENGE).json())
    first = file(asked, 9, proof=proof, key="once").json()
    assert file(asked, 9, proof=proof, key="once").json() == first
    assert file(asked, 9, key="once").json() == first


def test_two_tasks_differ_and_are_kept_by_nobody(client: TestClient) -> None:
    one, other = client.get(CHALLENGE), client.get(CHALLENGE)
    assert one.json() != other.json()
    assert one.headers["cache-control"] == "no-store"


def test_a_page_without_javascript_says_what_to_do_and_keeps_what_was_typed(
    asked: TestClient, services: Services, definition: Definition
) -> None:
    for unit in range(WITHOUT_PROOF):
        file(asked, unit)
    data = valid_self_check(uscc=make_uscc(9))
    check = reviewed(asked, definition, data)
    assert check.one("form", id="form").attributes["data-task"] == CHALLENGE
    refused = page_of(post(asked, check.posted(), "file"), 429)
    words = refused.one("div", class_="errors").text
    assert (
        "浏览器不能运行脚本（JavaScript）的，请打开脚本或者换一个浏览器，也可以等 15 分钟再按，或者打电话给本局"
        in words
    )
    assert refused.posted() == check.posted(), "what was typed, and the key"
    solved = [*refused.posted(), ("altcha", prove(asked.get(CHALLENGE).json()))]
    page_of(post(asked, solved, "file"), 201)
    assert services.records.count(Selection()) == WITHOUT_PROOF + 1


def test_outside_a_flood_no_page_has_a_task(client: TestClient, definition: Definition) -> None:
    assert "data-task" not in reviewed(client, definition, valid_self_check()).one("form", id="form").attributes


def test_filings_that_were_stored_make_the_flood(services: Services, definition: Definition) -> None:
    limited = replace(services, settings=replace(services.settings, rate_limit=True))
    for place in range(FLOOD - 1):
        Flood(limited).count(f"198.51.100.{place}")
    client = TestClient(create_app(limited), base_url="http://127.0.0.1")
    assert client.post(SELF_CHECK, json={}).status_code == 422
    assert not Flood(limited).asks("203.0.113.1"), "what was refused does not count"
    check = reviewed(client, definition, valid_self_check())
    assert not Flood(limited).asks("203.0.113.1"), "nor what was looked at"
    page_of(post(client, check.posted(), "file"), 201)
    assert Flood(limited).asks("203.0.113.1")
