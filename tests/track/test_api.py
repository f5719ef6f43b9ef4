"""A unit's programs track, correct and withdraw a filing with its access code; without it nothing is disclosed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.local.server.server import create_app
from functions.records.store import Append, Selection
from functions.records.transitions import note, reissue_code
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.forms import changed
from tests.support.web.tracking import SELF_CHECK, accept, at, bearer, officer_does, put, send_back


@pytest.fixture
def filed(client: TestClient) -> dict[str, Any]:
    """The receipt of a self-check report."""
    given: dict[str, Any] = client.post(SELF_CHECK, json=valid_self_check()).json()
    return given


def test_a_filing_reports_its_status(client: TestClient, filed: dict[str, Any], services: Services) -> None:
    send_back(services, filed["number"])
    answer = client.get(at(filed), headers=bearer(filed))
    told = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.headers["cache-control"] == "no-store"
    assert (told["status"], told["version"], told["opinion"]) == ("returned", 1, "30 年档案数量漏填。")
    assert (told["correction_due"], told["due"], told["timeliness"]) == ("2026-09-25", "2026-09-30", "on_time")
    assert told["fields"] == [
        {"pointer": "/holdings/y30", "label": "30 年档案"},
        {"pointer": "/unit/contact_phone", "label": "联系电话"},
    ]
    [version] = told["versions"]
    assert (version["data"], version["changes"]) == (valid_self_check(), None)
    assert [event["type"] for event in told["events"]] == ["submitted", "returned"]


@pytest.mark.parametrize("spelling", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_code_is_right_however_it_is_spelled(client: TestClient, filed: dict[str, Any], spelling: Any) -> None:
    header = {"Authorization": f"bearer {spelling(filed['access_code'])}"}
    assert client.get(at(filed), headers=header).status_code == 200


def test_notes_and_names_of_officers_are_not_disclosed(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    officer_does(services, filed["number"], lambda open_record, act: note(open_record, act, "听说搬了家"))
    accept(services, filed["number"])
    answer = client.get(at(filed), headers=bearer(filed))
    assert [event["type"] for event in answer.json()["events"]] == ["submitted", "accepted"]
    for secret in ("听说搬了家", "jia", "reviewer"):
        assert secret not in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_a_wrong_pair_is_one_404_whichever_half_is_wrong(
    client: TestClient, filed: dict[str, Any], method: str
) -> None:
    other = client.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(5))).json()
    path = "/withdrawal" if method == "POST" else ""
    pairs = [
        (filed["number"], other["access_code"]),
        ("SC-2026-79999999", filed["access_code"]),
        (filed["number"], "0000-0000-0000-0000"),
        (filed["number"], "示例"),
        ("x" * 500, filed["access_code"]),
    ]
    body = json.dumps(valid_self_check()).encode() if method == "PUT" else b""
    answers = []
    for number, code in pairs:
        given = {b"Authorization": f"Bearer {code}".encode(), b"If-Match": b'"1"', b"Content-Type": b"application/json"}
        answers.append(client.request(method, f"/api/submissions/{number}{path}", headers=given, content=body))
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi"])
def test_without_a_code_it_is_401_for_any_number(client: TestClient, filed: dict[str, Any], header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answers = [client.get(path, headers=headers) for path in (at(filed), "/api/submissions/SC-2026-79999999")]
    assert {(answer.status_code, answer.headers["www-authenticate"]) for answer in answers} == {(401, "Bearer")}
    assert answers[0].content == answers[1].content


def test_a_method_that_is_not_allowed_names_all_that_are(client: TestClient, filed: Any) -> None:
    answer = client.request("PATCH", at(filed))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT")


def test_a_form_id_is_not_read_as_a_number(client: TestClient) -> None:
    for method in ("GET", "PUT"):
        answer = client.request(method, SELF_CHECK)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_correction_is_a_new_version(client: TestClient, filed: dict[str, Any], services: Services) -> None:
    send_back(services, filed["number"])
    data = changed(valid_self_check(), {"/holdings/y30/y30_items": 1264})
    answer = put(client, filed, data)
    given = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (given["version"], given["status"], given["timeliness"]) == (2, "submitted", "on_time")
    assert "access_code" not in given
    signed = services.keys.verify(given["receipt"])
    assert (signed["digest"], signed["version"]) == (given["digest"], "2")
    told = client.get(at(filed), headers=bearer(filed)).json()
    assert [version["data"] for version in told["versions"]] == [valid_self_check(), data]
    assert told["versions"][1]["changes"] == [
        {"pointer": "/holdings/y30/y30_items", "label": "30 年档案 件", "before": 960, "after": 1264}
    ]
    assert (told["opinion"], told["correction_due"], told["fields"]) == ("", None, [])
    assert told["submitted_at"] == filed["submitted_at"]
    assert told["corrected_at"] == given["corrected_at"]


@pytest.mark.parametrize(
    ("corrected_at", "timeliness"), [("2026-10-09T15:59:59+00:00", "on_time"), ("2026-10-09T16:00:00+00:00", "late")]
)
def test_t5_a_returned_filing_corrected_in_time_keeps_its_first_timeliness(
    client: TestClient, filed: dict[str, Any], services: Services, clock: Clock, corrected_at: str, timeliness: str
) -> None:
    send_back(services, filed["number"], date(2026, 10, 9))
    clock.at = datetime.fromisoformat(corrected_at)
    assert put(client, filed, valid_self_check()).json()["timeliness"] == timeliness


def test_a_correction_is_judged_like_a_filing(client: TestClient, filed: dict[str, Any], services: Services) -> None:
    answer = put(client, filed, changed(valid_self_check(), {"/unit/uscc": "1", "/unit/contact_phone": "12"}))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/unit/uscc", "/unit/contact_phone"]
    assert len(services.records.read(filed["number"]).events) == 1


def test_a_correction_of_an_older_version_is_told_what_happened(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    send_back(services, filed["number"])
    assert put(client, filed, valid_self_check(unit_name="示例县第二中学")).status_code == 200
    answer = put(client, filed, valid_self_check(unit_name="示例县第三中学"))
    assert (answer.status_code, answer.json()["version"]) == (412, 2)
    assert "本局在 2026-09-18 10:24 退回" in answer.json()["detail"]
    assert "补正（第 2 版）" in answer.json()["detail"]
    assert services.records.read(filed["number"]).summary.unit_name == "示例县第二中学"
    assert put(client, filed, valid_self_check(), version=99).status_code == 412


@pytest.mark.parametrize(("match", "status"), [(None, 428), ("2", 400), ('"x"', 400), ("*", 400), ('W/"1"', 400)])
def test_a_correction_says_which_version_it_replaces(
    client: TestClient, filed: dict[str, Any], match: str | None, status: int
) -> None:
    headers = bearer(filed, **({"If_Match": match} if match else {}))
    assert client.put(at(filed), json=valid_self_check(), headers=headers).status_code == status


def test_after_acceptance_nothing_is_corrected_or_withdrawn(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    accept(services, filed["number"])
    for answer in (
        put(client, filed, valid_self_check()),
        client.post(at(filed, "/withdrawal"), headers=bearer(filed)),
    ):
        assert answer.status_code == 409
        assert answer.json()["detail"].startswith("这份填报已经接受，不能")
    assert services.records.read(filed["number"]).summary.status == "accepted"


def test_the_same_key_and_correction_is_told_the_same_whatever_came_since(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    data = valid_self_check(unit_name="示例县第二中学")
    first = put(client, filed, data, Idempotency_Key="k")
    accept(services, filed["number"])
    assert put(client, filed, data, Idempotency_Key="k").json() == first.json()
    other = put(client, filed, valid_self_check(), Idempotency_Key="k")
    assert other.status_code == 409
    assert len(services.records.read(filed["number"]).events) == 3


def test_a_key_of_one_filing_says_nothing_of_another(client: TestClient, filed: dict[str, Any]) -> None:
    other = client.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(5))).json()
    for given in (filed, other):
        assert client.post(at(given, "/withdrawal"), headers=bearer(given, Idempotency_Key="k")).status_code == 200


def test_a_correction_to_a_taken_guard_reveals_nothing_and_can_be_contested(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    theirs = client.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(5), unit_name="示例县另一个单位")).json()
    data = valid_self_check(uscc=make_uscc(5))
    answer = put(client, filed, data)
    assert answer.status_code == 409
    assert theirs["number"] not in answer.text
    assert "另一个单位" not in answer.text
    headers = bearer(filed, If_Match='"1"')
    assert client.put(f"{at(filed)}?contest=true", json=data, headers=headers).status_code == 200
    assert services.records.read(theirs["number"]).summary.contested
    # What it was filed under first is free again.
    assert client.post(SELF_CHECK, json=valid_self_check()).status_code == 201


def test_a_withdrawal_frees_the_guard_and_ends_the_filing(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    answer = client.post(at(filed, "/withdrawal"), json={"reason": "填错了单位"}, headers=bearer(filed))
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert client.post(SELF_CHECK, json=valid_self_check()).status_code == 201
    assert client.post(at(filed, "/withdrawal"), headers=bearer(filed)).status_code == 409
    assert put(client, filed, valid_self_check()).status_code == 409
    told = client.get(at(filed), headers=bearer(filed)).json()
    assert (told["status"], told["opinion"]) == ("withdrawn", "")
    last = services.records.read(filed["number"]).events[-1]
    assert json.loads(last.body or b"") == {"reason": "填错了单位"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 400),
        (b'{"why": "x"}', 400),
        (b"{", 400),
        (b'{"reason": 7}', 422),
        (json.dumps({"reason": "字" * 2001}).encode(), 422),
    ],
)
def test_a_withdrawal_that_cannot_be_read_withdraws_nothing(
    client: TestClient, filed: dict[str, Any], services: Services, body: bytes, status: int
) -> None:
    headers = bearer(filed) | {"Content-Type": "application/json"}
    assert client.post(at(filed, "/withdrawal"), content=body, headers=headers).status_code == status
    assert services.records.read(filed["number"]).summary.status == "submitted"


def test_a_reissued_code_invalidates_the_old_one(client: TestClient, filed: dict[str, Any], services: Services) -> None:
    kid = services.keys.hmac_kid
    officer_does(
        services, filed["number"], lambda open_record, act: reissue_code(open_record, act, kid=kid, checked="回拨")
    )
    assert client.get(at(filed), headers=bearer(filed)).status_code == 404
    code = services.keys.access_code(filed["number"], kid=kid, epoch=2)
    assert client.get(at(filed), headers=bearer({"access_code": code})).status_code == 200


def test_a_correction_is_made_under_the_form_it_was_filed_with(
    client: TestClient, filed: dict[str, Any], services: Services
) -> None:
    """design.md §3: the pinned version, even when the form in use asks for more."""
    from functions.forms.catalogue import Catalogue
    from functions.forms.definition import Definition, write_document

    raw = json.loads(services.catalogue.get("annual-self-check").document)
    raw["schema"]["properties"]["unit"]["required"].append("contact_email")
    stricter = Definition(write_document(raw["id"], raw["schema"], raw["rules"]))
    services.records.keep_document(stricter.digest, stricter.document)
    later = TestClient(create_app(replace(services, catalogue=Catalogue([stricter]))))
    assert later.post(SELF_CHECK, json=valid_self_check(uscc=make_uscc(6))).status_code == 422
    answer = later.put(at(filed), json=valid_self_check(), headers=bearer(filed, If_Match='"1"'))
    assert answer.status_code == 200
    later.close()


@pytest.fixture
def limited(services: Services) -> Iterator[TestClient]:
    """The public application with its rate limits on."""
    settings = replace(services.settings, rate_limit=True, rate_per_minute=100_000)
    client = TestClient(create_app(replace(services, settings=settings)))
    yield client
    client.close()


def test_guesses_are_limited_and_a_right_pair_does_not_reset_the_count(
    limited: TestClient, filed: dict[str, Any], clock: Clock
) -> None:
    def guess(count: int) -> list[int]:
        wrong = {"Authorization": "Bearer 0000-0000-0000-0000"}
        return [limited.get(at(filed), headers=wrong).status_code for _ in range(count)]

    assert guess(29) == [404] * 29
    for _ in range(40):
        assert limited.get(at(filed), headers=bearer(filed)).status_code == 200, "and takes no try away"
    assert guess(1) == [404]
    refused = limited.get(at(filed), headers=bearer(filed))
    assert refused.status_code == 429, "not even the right one is looked at"
    assert int(refused.headers["retry-after"]) == 900
    assert set(guess(970)) == {429}
    clock.at += timedelta(minutes=15)
    assert limited.get(at(filed), headers=bearer(filed)).status_code == 200


def test_a_registration_is_followed_too(client: TestClient) -> None:
    given = client.post("/api/submissions/key-project-registration", json=valid_registration()).json()
    told = client.get(at(given), headers=bearer(given)).json()
    assert (told["period"], told["due"]) == ("start", given["due"])


def test_a_race_between_filer_and_officer_leaves_one_of_them(
    client: TestClient, filed: dict[str, Any], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The officer accepts in the moment in which the filer's correction is being stored."""
    append = services.records.append
    decided: list[Append] = []

    def overtaken(step: Append) -> Any:
        if not decided and step.events[0].type == "corrected":
            decided.append(step)
            accept(services, filed["number"])
        return append(step)

    monkeypatch.setattr(services.records, "append", overtaken)
    answer = put(client, filed, valid_self_check(unit_name="示例县第二中学"))
    assert answer.status_code == 412
    assert "本局在 2026-09-18 10:24 接受" in answer.json()["detail"]
    record = services.records.read(filed["number"])
    assert [event.type for event in record.events] == ["submitted", "accepted"]
    assert services.records.count(Selection()) == 1
