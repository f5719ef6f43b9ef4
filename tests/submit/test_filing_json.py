"""POST /api/submissions/{form}: F1 and F11 filed by programs, and everything that can be wrong with what they send."""

from __future__ import annotations

import copy
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.records.event import event_is_whole
from functions.records.store import Selection
from functions.submit import create_app
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.ways import losing_answers

SELF_CHECK = "/api/submissions/annual-self-check"
REGISTRATION = "/api/submissions/key-project-registration"
TYPE = {"Content-Type": "application/json"}


def refused(client: TestClient, status: int, **sent: Any) -> dict[str, Any]:
    """The problem document that answers the request, once its form has been checked."""
    answer = client.post(sent.pop("path", SELF_CHECK), **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    return problem


def only_error(problem: dict[str, Any]) -> dict[str, str]:
    (error,) = problem["errors"]
    assert set(error) == {"pointer", "label", "message", "rule"}
    found: dict[str, str] = error
    return found


@pytest.mark.proves("F11")
def test_a_valid_report_is_answered_with_the_full_receipt(client: TestClient, services: Services) -> None:
    answer = client.post(SELF_CHECK, json=valid_self_check())
    given = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/submissions/{given['number']}"
    assert set(given) == {
        "number", "access_code", "version", "form", "period", "submitted_at", "due", "timeliness", "digest", "receipt"
    }  # fmt: skip
    assert (given["form"], given["version"], given["period"]) == ("annual-self-check", 1, "2025")
    assert (given["due"], given["timeliness"]) == ("2026-09-30", "on_time")
    (event,) = services.records.read(given["number"]).events
    assert event_is_whole(event)
    assert event.digest == given["digest"]
    assert json.loads(event.body or b"")["data"] == valid_self_check()


@pytest.mark.proves("T5")
@pytest.mark.parametrize(
    ("at", "timeliness"), [("2026-09-30T15:59:59+00:00", "on_time"), ("2026-09-30T16:00:00+00:00", "late")]
)
def test_t5_midnight_in_shanghai_divides_on_time_from_late(
    client: TestClient, clock: Clock, at: str, timeliness: str
) -> None:
    clock.at = clock.at.fromisoformat(at)
    answer = client.post(SELF_CHECK, json=valid_self_check())
    assert (answer.status_code, answer.json()["timeliness"]) == (201, timeliness)


def test_malformed_json_is_400(client: TestClient) -> None:
    assert "JSON" in refused(client, 400, content=b'{"unit":', headers=TYPE)["detail"]


def test_duplicate_keys_are_400(client: TestClient) -> None:
    refused(client, 400, content=b'{"unit": {}, "unit": {}}', headers=TYPE)


def test_deep_nesting_is_400(client: TestClient) -> None:
    refused(client, 400, content=b'{"a":' * 90_000 + b"1" + b"}" * 90_000, headers=TYPE)


def test_invalid_utf8_is_400(client: TestClient) -> None:
    refused(client, 400, content=b'{"unit": "\xff"}', headers=TYPE)


@pytest.mark.parametrize("text", ["\\u0000", "\\ud83d"])
def test_nul_and_lone_surrogates_are_400(client: TestClient, text: str) -> None:
    body = json.dumps(valid_self_check(unit_name="HERE")).replace("HERE", text)
    refused(client, 400, content=body.encode(), headers=TYPE)


def test_a_wrong_media_type_is_415(client: TestClient) -> None:
    refused(client, 415, content=b"<a/>", headers={"Content-Type": "text/xml"})


def test_an_unknown_form_is_404(client: TestClient) -> None:
    assert "我要填报" in refused(client, 404, path="/api/submissions/nothing", json={})["detail"]


@pytest.mark.parametrize("data", [[], "text", 7, None, True, {"unit": []}, {"unit": None}])
def test_a_json_value_that_is_not_a_filing_is_422(client: TestClient, data: Any) -> None:
    assert refused(client, 422, content=json.dumps(data).encode(), headers=TYPE)["errors"]


def test_an_unknown_field_is_422_and_named(client: TestClient) -> None:
    data = valid_self_check()
    data["unit"]["fax"] = "0000-1234567"
    error = only_error(refused(client, 422, json=data))
    assert error["pointer"] == "/unit/fax"
    assert "0000-1234567" not in error["message"]


def test_a_missing_field_is_422_and_named(client: TestClient) -> None:
    data = valid_self_check()
    del data["unit"]["contact_name"]
    error = only_error(refused(client, 422, json=data))
    assert (error["pointer"], error["label"], error["rule"]) == ("/unit/contact_name", "联系人", "required")


def test_a_wrong_check_character_is_422(client: TestClient) -> None:
    right = make_uscc(1)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    error = only_error(refused(client, 422, json=valid_self_check(uscc=wrong)))
    assert (error["pointer"], error["message"][-1] != "！") == ("/unit/uscc", True)


def test_the_30th_of_february_is_422(client: TestClient) -> None:
    error = only_error(refused(client, 422, path=REGISTRATION, json=valid_registration(start_date="2026-02-30")))
    assert error["pointer"] == "/progress/start_date"


def test_a_start_date_that_has_not_come_is_422(client: TestClient) -> None:
    error = only_error(refused(client, 422, path=REGISTRATION, json=valid_registration(start_date="2026-12-01")))
    assert error["pointer"] == "/progress/start_date"
    assert "2026 年 12 月 1 日" in error["message"]


def test_text_of_10_mb_is_413(client: TestClient) -> None:
    data = valid_self_check()
    data["holdings"]["storage_status"] = "长" * (10 * 1024 * 1024 // 3)
    refused(client, 413, json=data)


def test_text_over_its_length_is_422(client: TestClient) -> None:
    data = valid_self_check()
    data["holdings"]["storage_status"] = "长" * 100_000
    assert only_error(refused(client, 422, json=data))["pointer"] == "/holdings/storage_status"


@pytest.mark.parametrize("value", [2**53, -(2**70), 10**400, 1.5, 1e300])
def test_a_number_that_is_not_a_count_is_422(client: TestClient, value: float) -> None:
    data = valid_self_check()
    data["holdings"]["y30"]["y30_items"] = value
    assert only_error(refused(client, 422, json=data))["pointer"] == "/holdings/y30/y30_items"


def test_all_mistakes_come_at_once_in_form_order(client: TestClient) -> None:
    data = valid_self_check()
    data["unit"]["unit_name"] = ""
    data["databases"]["databases"][1]["maintenance_note"] = ""
    del data["declaration"]["truth_declared"]
    errors = refused(client, 422, json=data)["errors"]
    assert [error["pointer"] for error in errors] == [
        "/unit/unit_name",
        "/databases/databases/1/maintenance_note",
        "/declaration/truth_declared",
    ]


def test_a_problem_never_repeats_personal_data(client: TestClient) -> None:
    data = valid_self_check()
    data["unit"]["contact_phone"] = "示例乙的电话"
    assert "示例乙" not in json.dumps(refused(client, 422, json=data), ensure_ascii=False)


def test_one_key_from_20_connections_is_one_record_and_20_same_answers(client: TestClient, services: Services) -> None:
    headers = {"Idempotency-Key": "twenty-at-once"}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: client.post(SELF_CHECK, json=valid_self_check(), headers=headers), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert services.records.count(Selection()) == 1


def test_a_repeat_gets_the_first_answer_though_it_would_now_be_invalid(client: TestClient, clock: Clock) -> None:
    data = valid_registration(start_date="2026-09-18")
    first = client.post(REGISTRATION, json=data, headers={"Idempotency-Key": "k"})
    assert first.status_code == 201, first.text
    clock.at -= timedelta(days=1)
    refused(client, 422, path=REGISTRATION, json=data)
    refused(client, 422, path=REGISTRATION, json=data, headers={"Idempotency-Key": "another"})
    assert client.post(REGISTRATION, json=data, headers={"Idempotency-Key": "k"}).json() == first.json()


def test_the_same_key_with_another_body_is_409_and_reveals_nothing(client: TestClient) -> None:
    headers = {"Idempotency-Key": "used-before"}
    first = client.post(SELF_CHECK, json=valid_self_check(), headers=headers).json()
    other = valid_self_check(uscc=make_uscc(9))
    problem = refused(client, 409, json=other, headers=headers)
    assert first["number"] not in json.dumps(problem)
    assert first["access_code"] not in json.dumps(problem)


@pytest.mark.parametrize("keys", [["x" * 129], ["with blank"], [""], ["one", "another"]])
def test_a_key_that_cannot_be_one_is_400(client: TestClient, services: Services, keys: list[str]) -> None:
    refused(client, 400, json=valid_self_check(), headers=[("Idempotency-Key", key) for key in keys])
    assert services.records.count(Selection()) == 0


def test_a_compressed_body_is_415_and_says_what_is_taken(client: TestClient) -> None:
    body = gzip.compress(json.dumps(valid_self_check()).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = client.post(SELF_CHECK, content=body, headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")
    assert "请不压缩" in answer.json()["detail"]
    plain = json.dumps(valid_self_check()).encode()
    assert (
        client.post(SELF_CHECK, content=plain, headers={**headers, "Content-Encoding": "identity"}).status_code == 201
    )


def test_a_second_report_for_the_year_is_409_and_the_contested_way_is_open(
    client: TestClient, services: Services
) -> None:
    first = client.post(SELF_CHECK, json=valid_self_check()).json()
    second = valid_self_check(unit_name="示例县第二中学")
    problem = refused(client, 409, json=second)
    assert problem["detail"].startswith("本单位 2025 年度的自查报告已经有一份。")
    assert "contest=true" in problem["detail"]
    assert first["number"] not in json.dumps(problem)
    assert "第一中学" not in problem["detail"]
    contested = client.post(f"{SELF_CHECK}?contest=true", json=second)
    assert contested.status_code == 201
    assert services.records.read(contested.json()["number"]).summary.contested
    assert services.records.read(first["number"]).summary.contested


@pytest.mark.proves("F1")
def test_a_second_registration_is_counted_by_project_phase_and_year(client: TestClient) -> None:
    assert client.post(REGISTRATION, json=valid_registration()).status_code == 201
    same = valid_registration(project_name="示例河 综合治理工程")
    assert refused(client, 409, path=REGISTRATION, json=same)["detail"].startswith("本项目开工阶段的登记表已经有一份")
    for other in (valid_registration(project_name="示例桥工程"), valid_registration(phase="annual")):
        assert client.post(REGISTRATION, json=other).status_code == 201


def test_contest_is_true_or_false(client: TestClient) -> None:
    refused(client, 400, path=f"{SELF_CHECK}?contest=maybe", json=valid_self_check())


def test_a_filing_without_a_key_twice_is_two_requests(client: TestClient) -> None:
    data = copy.deepcopy(valid_self_check())
    assert client.post(SELF_CHECK, json=data).status_code == 201
    refused(client, 409, json=data)


@pytest.mark.parametrize("key", [None, "示例-1".encode().hex()])
def test_a_lost_answer_names_the_key_for_a_retry(client: TestClient, services: Services, key: str | None) -> None:
    losing = TestClient(create_app(losing_answers(services)))
    problem = losing.post(SELF_CHECK, json=valid_self_check(), headers={"Idempotency-Key": key} if key else {})
    losing.close()
    told = problem.json()
    assert (problem.status_code, problem.headers["retry-after"]) == (503, "30")
    assert "没有存下来" not in told["title"] + told["detail"].replace("不知道存下来没有", "")
    assert f"Idempotency-Key: {told['idempotency_key']}" in told["detail"]
    assert key in (None, told["idempotency_key"])
    again = client.post(SELF_CHECK, json=valid_self_check(), headers={"Idempotency-Key": told["idempotency_key"]})
    assert again.status_code == 201
    (filed,) = services.records.page(Selection(), limit=9).items
    assert again.json()["number"] == filed.number


def test_the_receipt_verifies_with_the_published_keys(client: TestClient, services: Services) -> None:
    given = client.post(SELF_CHECK, json=valid_self_check()).json()
    told = services.keys.verify(given["receipt"])
    assert {told[name] for name in ("number", "digest")} == {given["number"], given["digest"]}
    assert "示例乙" not in json.dumps(told, ensure_ascii=False)
    (key,) = client.get("/.well-known/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_wrong_method_is_405_and_the_right_one_is_named(client: TestClient, method: str) -> None:
    answer = client.request(method, SELF_CHECK)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    filing = "/api/submissions/SC-2026-7F3K9QXW"
    for path in (f"{filing}/document.pdf", f"{filing}/attachments/{'0' * 64}"):
        answer = client.post(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    for path, allowed in ((filing, "GET, HEAD, PUT"), ("/forms/annual-self-check", "GET, HEAD, POST")):
        assert client.options(path).headers["allow"] == allowed


def test_a_healthy_store_is_200(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
