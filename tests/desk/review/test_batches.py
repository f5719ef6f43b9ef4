"""A program decides on several filings: each by the sequence it saw, each recorded and answered separately."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from tests.desk.admin.test_audit_log import noted
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.desk.review.test_api import RETURN, decide, types
from tests.support.clock import Clock

ACCEPT = {"decision": "accept"}
VOID = {"decision": "void", "reason": "示例：核实过，不是这个单位报的"}


def several(client: TestClient, decision: dict[str, Any], *seen: tuple[str, int], **headers: str) -> Any:
    filings = [{"number": number, "sequence": sequence} for number, sequence in seen]
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/api/desk/decisions", json={**decision, "filings": filings}, headers=more)


def taken(answer: Any) -> list[bool]:
    assert answer.status_code == 200, answer.text
    return [each["taken"] for each in answer.json()["results"]]


def test_each_filing_of_a_batch_is_recorded_and_answered_separately(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    numbers = [file(self_check(unit)) for unit in (1, 2)]
    answer = several(come_in("reviewer"), {**ACCEPT, "opinion": "示例意见"}, *((number, 1) for number in numbers))
    results = answer.json()["results"]
    assert taken(answer) == [True, True]
    assert [each["number"] for each in results] == [each["step"]["number"] for each in results] == numbers
    assert {(each["step"]["status"], each["step"]["sequence"]) for each in results} == {("accepted", 2)}
    for number in numbers:
        assert types(services, number) == ["submitted", "accepted"]
        assert ("reviewer", "decided", number, {"decision": "accept"}) in noted(services)


def test_one_refused_filing_does_not_stop_the_batch(come_in: ComeIn, file: Filer, services: Services) -> None:
    first, returned, last = (file(self_check(unit)) for unit in (1, 2, 3))
    client = come_in("reviewer")
    assert decide(client, returned, RETURN).status_code == 200
    seen = [(first, 1), (returned, 1), (returned[:-1] + "?", 1), (last, 1)]
    answer = several(client, ACCEPT, *seen)
    assert taken(answer) == [True, False, False, True]
    moved, unknown = (answer.json()["results"][place]["problem"] for place in (1, 2))
    assert (moved["status"], moved["sequence"], moved["state"]) == (412, 2, "returned")
    assert "退回" in moved["detail"]
    assert unknown["status"] == 404
    assert types(services, returned) == ["submitted", "returned"]


def test_repeating_a_batch_under_its_key_gives_the_same_answer(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    seen = [(file(self_check(unit)), 1) for unit in (1, 2)]
    client = come_in("reviewer")
    first, again = (several(client, ACCEPT, *seen, Idempotency_Key="shili-0001") for _ in range(2))
    assert first.json() == again.json()
    assert [types(services, number) for number, _ in seen] == [["submitted", "accepted"]] * 2
    other = several(client, {**ACCEPT, "opinion": "另一条"}, *seen, Idempotency_Key="shili-0001")
    assert [each["problem"]["status"] for each in other.json()["results"]] == [409, 409]


def test_contested_filings_are_voided_until_one_is_left(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    seen = [(file(self_check(1), contest=contest), 1) for contest in (False, True, True)]
    alone = file(self_check(2)), 1
    answer = several(come_in("reviewer"), VOID, *seen, alone)
    assert taken(answer) == [True, True, False, False]
    assert {each["problem"]["status"] for each in answer.json()["results"][2:]} == {409}
    assert types(services, seen[2][0]) == ["submitted"]


def wrong(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {each["pointer"]: each["message"] for each in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("change", "pointer", "words"),
    [
        ({"decision": "return"}, "/decision", "退回的意见请一件一件写"),
        ({"decision": ["accept"]}, "/decision", "只能接受"),
        ({"decision": "void"}, "/reason", "请写为什么作废"),
        ({"reason": "示例"}, "/reason", "请删去"),
        ({"opinion": "字" * 2001}, "/opinion", "最多 2000 字"),
        ({"filings": []}, "/filings", "1 到 500 件"),
        ({"filings": {}}, "/filings", "要写成列表"),
        ({"filings": [{"number": "SC-2026-AAAAAAAA", "sequence": 1}] * 501}, "/filings", "1 到 500 件"),
        ({"filings": ["SC-2026-AAAAAAAA"]}, "/filings/0", "number 和 sequence"),
        ({"filings": [{"number": "SC-2026-AAAAAAAA"}]}, "/filings/0", "number 和 sequence"),
        ({"filings": [{"number": "", "sequence": 1}]}, "/filings/0", "number 要写"),
        ({"filings": [{"number": "SC-2026-AAAAAAAA", "sequence": 0}]}, "/filings/0", "sequence 要写"),
        ({"filings": [{"number": "SC-2026-AAAAAAAA", "sequence": True}]}, "/filings/0", "sequence 要写"),
    ],
)
def test_a_malformed_batch_names_the_mistake_and_decides_nothing(
    come_in: ComeIn, file: Filer, services: Services, change: dict[str, Any], pointer: str, words: str
) -> None:
    number = file()
    body = {"decision": "accept", "filings": [{"number": number, "sequence": 1}], **change}
    found = wrong(come_in("reviewer").post("/api/desk/decisions", json=body))
    assert words in found[pointer]
    assert types(services, number) == ["submitted"]


def test_the_same_number_twice_is_refused(come_in: ComeIn, file: Filer, services: Services) -> None:
    number = file()
    found = wrong(several(come_in("reviewer"), ACCEPT, (number, 1), (number, 1)))
    assert "写了两次" in found["/filings/1"]
    assert types(services, number) == ["submitted"]


@pytest.mark.parametrize("body", [ACCEPT, VOID])
@pytest.mark.parametrize("role", ["viewer", "officer"])
def test_a_batch_requires_the_permission_of_its_decision(come_in: ComeIn, file: Filer, body: Any, role: str) -> None:
    assert several(come_in(role), body, (file(), 1)).status_code == 403
