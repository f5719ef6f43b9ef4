"""Review for programs: decisions with If-Match, notes, a new access code; every refusal as the contract says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from tests.desk.conftest import ComeIn, Filer, self_check
from tests.support.clock import Clock
from tests.support.forms import changed

RETURN = {"decision": "return", "opinion": "示例意见", "correction_due": "2026-09-25", "fields": ["/unit/uscc"]}
ACCEPT = {"decision": "accept"}


def decide(client: TestClient, number: str, body: Any, sequence: int | None = 1, **headers: str) -> Any:
    match = {} if sequence is None else {"If-Match": f'"{sequence}"'}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/api/desk/submissions/{number}/decisions", json=body, headers={**match, **more})


def types(services: Services, number: str) -> list[str]:
    return [event.type for event in services.records.read(number).events]


def test_a_decision_is_taken_on_what_was_seen(come_in: ComeIn, file: Filer, services: Services) -> None:
    client, number = come_in("reviewer"), file()
    answer = decide(client, number, RETURN)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    told = answer.json()
    assert (told["number"], told["status"], told["sequence"], told["version"]) == (number, "returned", 2, 1)
    record = client.get(f"/api/desk/submissions/{number}").json()
    assert (record["correction_due"], record["opinion"], record["fields"]) == ("2026-09-25", "示例意见", ["/unit/uscc"])
    assert record["events"][1]["said"] == {
        "opinion": "示例意见",
        "correction_due": "2026-09-25",
        "asked": ["/unit/uscc"],
        "role": "reviewer",
    }
    assert record["events"][1]["actor"] == "reviewer"
    assert "data" not in record["events"][0]["said"]


@pytest.mark.parametrize(("sequence", "status"), [(None, 428), (2, 412), (99, 412)])
def test_a_missing_or_stale_sequence_decides_nothing(
    come_in: ComeIn, file: Filer, services: Services, sequence: int | None, status: int
) -> None:
    number = file()
    assert decide(come_in("reviewer"), number, ACCEPT, sequence).status_code == status
    assert types(services, number) == ["submitted"]


def test_the_slower_officer_is_told_what_happened(come_in: ComeIn, file: Filer, clock: Clock) -> None:
    number = file()
    clock.at += timedelta(minutes=5)
    assert decide(come_in("reviewer"), number, ACCEPT).status_code == 200
    answer = decide(come_in("admin"), number, RETURN)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["sequence"], problem["state"]) == (412, 412, 2, "accepted")
    assert problem["happened"] == [{"what": "接受", "who": "reviewer（审核员）", "at": "2026-09-18T10:29:07+08:00"}]
    assert "reviewer（审核员）在 2026-09-18 10:29 接受" in problem["detail"]


def test_one_of_eight_concurrent_decisions_is_stored(come_in: ComeIn, file: Filer, services: Services) -> None:
    number, start = file(), Barrier(8)
    bodies = [ACCEPT, RETURN, {"decision": "void", "reason": "示例"}, ACCEPT] * 2
    clients = [come_in("reviewer") for _ in bodies]

    def one(pair: tuple[TestClient, Any]) -> int:
        start.wait(30)
        return int(decide(pair[0], number, pair[1]).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(one, zip(clients, bodies, strict=True)))
    assert statuses == [200] + [412] * 7
    assert len(types(services, number)) == 2


def test_the_same_key_and_decision_is_told_the_same(come_in: ComeIn, file: Filer, services: Services) -> None:
    client, number = come_in("reviewer"), file()
    first = decide(client, number, RETURN, Idempotency_Key="k")
    assert decide(client, number, RETURN, Idempotency_Key="k").json() == first.json()
    assert decide(client, number, ACCEPT, Idempotency_Key="k").status_code == 409
    assert decide(come_in("admin"), number, RETURN, Idempotency_Key="k").status_code == 409, "another officer's act"
    assert types(services, number) == ["submitted", "returned"]


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ([], 400, None),
        ({}, 422, ["/decision"]),
        ({"decision": "delete"}, 422, ["/decision"]),
        ({"decision": "return"}, 422, ["/opinion", "/correction_due"]),
        (RETURN | {"correction_due": "2026-09-18"}, 422, ["/correction_due"]),
        (RETURN | {"fields": ["/nobody"]}, 422, ["/fields"]),
        ({"decision": "void"}, 422, ["/reason"]),
        ({"decision": "accept", "force": True}, 422, ["/force"]),
    ],
)
def test_a_malformed_decision_is_refused_with_the_field(
    come_in: ComeIn, file: Filer, services: Services, body: Any, status: int, pointers: list[str] | None
) -> None:
    number = file()
    answer = decide(come_in("reviewer"), number, body)
    assert answer.status_code == status
    if pointers:
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers
        assert all(error["label"] and error["message"] for error in answer.json()["errors"])
    assert types(services, number) == ["submitted"]


@pytest.mark.parametrize(
    ("body", "role", "status"),
    [
        (ACCEPT, "viewer", 403),
        (RETURN, "viewer", 403),
        (ACCEPT, "officer", 403),
        (RETURN, "officer", 200),
        ({"decision": "void", "reason": "示例"}, "officer", 403),
        ({"decision": "void", "reason": "示例"}, "reviewer", 200),
        (ACCEPT, "admin", 200),
    ],
)
def test_each_decision_needs_its_permission(come_in: ComeIn, file: Filer, body: Any, role: str, status: int) -> None:
    assert decide(come_in(role), file(), body).status_code == status


def test_a_state_that_does_not_allow_it_is_409(come_in: ComeIn, file: Filer) -> None:
    client, number = come_in("reviewer"), file()
    assert decide(client, number, {"decision": "reopen", "reason": "示例"}).status_code == 409
    decide(client, number, ACCEPT)
    answer = decide(client, number, ACCEPT, 2)
    assert (answer.status_code, answer.json()["detail"]) == (409, "这份填报已经接受，不能接受")


def test_an_unknown_number_is_404(come_in: ComeIn) -> None:
    assert decide(come_in("reviewer"), "SC-2026-79999999", ACCEPT).status_code == 404


def test_a_contested_filing_is_accepted_once_the_other_is_void(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    stranger, own = file(self_check(7)), file(self_check(7), contest=True)
    client = come_in("reviewer")
    assert decide(client, own, ACCEPT).status_code == 409
    assert decide(client, stranger, {"decision": "void", "reason": "不是该单位报的。"}).status_code == 200
    assert decide(client, own, ACCEPT).status_code == 200
    answer = decide(client, stranger, {"decision": "reopen", "reason": "示例"}, 2)
    assert answer.status_code == 409
    assert services.records.read(stranger).summary.status == "voided"


def test_notes_of_many_at_once_are_all_kept(come_in: ComeIn, file: Filer, services: Services) -> None:
    number = file()
    clients = [come_in("officer") for _ in range(4)]

    def one(pair: tuple[int, TestClient]) -> int:
        body = {"text": f"示例备注 {pair[0]}"}
        return int(pair[1].post(f"/api/desk/submissions/{number}/notes", json=body).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, enumerate(clients))) == [201] * 4
    record = clients[0].get(f"/api/desk/submissions/{number}").json()
    assert {event["said"].get("text") for event in record["events"][1:]} == {f"示例备注 {n}" for n in range(4)}


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": 7}, {"text": "x", "to": "y"}, {"text": "字" * 2001}])
def test_a_note_without_words_is_422(come_in: ComeIn, file: Filer, services: Services, body: Any) -> None:
    number = file()
    assert come_in("officer").post(f"/api/desk/submissions/{number}/notes", json=body).status_code == 422
    assert types(services, number) == ["submitted"]


def test_a_code_is_given_once_for_what_was_seen(come_in: ComeIn, file: Filer, services: Services) -> None:
    client, number = come_in("officer"), file()
    path, body = f"/api/desk/submissions/{number}/code", {"checked": "回拨总机，示例乙接听。"}
    assert client.post(path, json=body).status_code == 428
    first = client.post(path, json=body, headers={"If-Match": '"1"', "Idempotency-Key": "k"})
    assert first.status_code == 201
    again = client.post(path, json=body, headers={"If-Match": '"1"', "Idempotency-Key": "k"})
    assert again.json() == first.json(), "a lost answer can be asked for again"
    assert client.post(path, json=body, headers={"If-Match": '"1"'}).status_code == 412
    epoch = services.keys.access_code(number, kid=services.keys.hmac_kid, epoch=2)
    assert first.json()["access_code"] == epoch


def test_a_correction_and_a_decision_at_once(come_in: ComeIn, file: Filer, services: Services) -> None:
    """The unit corrects in the moment in which the officer accepts what was there before."""
    from functions.track.corrections import Corrections
    from functions.web.filing.stepper import Stepper

    number = file()
    corrections = Corrections(services, Stepper(services))
    data = changed(self_check(1), {"/responsible/title": "示例职务"})
    act = corrections.act(data, version=1, contest=False, key=None)
    corrections.take(number, act, data, version=1, contest=False)
    answer = decide(come_in("reviewer"), number, ACCEPT)
    assert answer.status_code == 412
    assert "示例县第1中学在 2026-09-18 10:24 补正（第 2 版）" in answer.json()["detail"]
    assert services.records.read(number).summary.status == "submitted"
