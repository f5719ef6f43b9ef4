"""Seals are published as JSON and as a page, with a file for each month and a proof for each digest."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from functions import nightly
from functions.bootstrap import Services
from functions.records.seals.seal import links, proves, read_proof, read_seal
from tests.proof.sealing.conftest import Fill
from tests.support.clock import Clock
from tests.support.markup import read_page

HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


def test_before_the_first_seal_there_is_an_empty_list(client: TestClient) -> None:
    assert client.get("/api/seals").json() == {"items": [], "next": None}
    page = client.get("/api/seals", headers=HTML)
    assert "还没有封存过" in page.text


def test_seals_are_listed_newest_first_each_with_its_signature(
    client: TestClient, services: Services, fill: Fill, clock: Clock
) -> None:
    for night in range(3):
        fill(night)
        nightly.run(services)
        clock.at += timedelta(days=1)
    answer = client.get("/api/seals")
    assert answer.headers["vary"] == "Accept"
    items = answer.json()["items"]
    assert [item["index"] for item in items] == [3, 2, 1]
    seals = [read_seal(item["seal"], services.keys.public_keys) for item in items[::-1]]
    assert [(seal.root, seal.size, seal.previous, seal.at) for seal in seals[::-1]] == [
        (item["root"], item["size"], item["previous"], item["at"]) for item in items
    ]
    assert all(links(seal, before) for seal, before in zip(seals, [None, *seals], strict=False))


def test_the_list_goes_on_where_the_page_before_ended(
    client: TestClient, services: Services, fill: Fill, clock: Clock
) -> None:
    for night in range(34):
        fill(night)
        nightly.run(services)
        clock.at += timedelta(minutes=1)
    first = client.get("/api/seals").json()
    assert [first["items"][0]["index"], first["items"][-1]["index"], first["next"]] == [34, 4, 4]
    second = client.get(f"/api/seals?before={first['next']}").json()
    assert ([item["index"] for item in second["items"]], second["next"]) == ([3, 2, 1], None)
    page = read_page(client.get("/api/seals", headers=HTML).text)
    assert page.find("a", href="seals?before=4")


@pytest.mark.parametrize("before", ["0", "-1", "x", "1.5", "9999999999"])
def test_an_invalid_list_position_is_refused(client: TestClient, before: str) -> None:
    answer = client.get("/api/seals", params={"before": before})
    assert answer.status_code == 400
    assert "before" in answer.json()["detail"]


def test_the_proof_of_a_digest_can_be_verified_independently(
    client: TestClient, services: Services, fill: Fill
) -> None:
    digests = fill(*range(300))
    nightly.run(services)
    jwks = client.get("/.well-known/jwks.json").json()
    for digest in digests[::37]:
        answer = client.get("/api/seals/proof", params={"digest": digest})
        assert answer.status_code == 200
        assert len(answer.content) < 2_000
        assert proves(read_proof(answer.json(), services.keys.public_keys))
        by_hand(answer.json(), digest)
    assert len(jwks["keys"]) == 1
    assert client.get("/api/seals/proof", params={"digest": digests[0].upper()}).status_code == 200


def test_a_person_finds_the_seal_of_a_step_and_the_proof_to_keep(
    client: TestClient, services: Services, fill: Fill
) -> None:
    digest = fill(*range(5))[3]
    nightly.run(services)
    proof = client.get("/api/seals/proof", params={"digest": digest}).json()
    as_printed = " ".join(digest[start : start + 8] for start in range(0, 64, 8))
    for typed in (digest, digest.upper(), as_printed, f" {as_printed}\n"):
        answer = client.get("/api/seals", params={"digest": typed}, headers=HTML)
        page = read_page(answer.text)
        assert answer.status_code == 200
        assert "第 1 次封存里（2026年9月18日" in page.one(id="found").text
        assert f"是其中 5 步的第 {proof['position'] + 1} 个" in page.one(id="found").text
        assert page.one("a", download="封存证明.json").attributes["href"] == f"seals/proof?digest={digest}"


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [("0" * 63, 400, "应为 64 个字符"), ("<b>", 400, "应为 64 个字符"), ("0" * 64, 404, "没有封存过这个指纹")],
)
def test_a_person_is_told_what_is_wrong_with_a_digest_and_sees_it_again(
    client: TestClient, typed: str, status: int, words: str
) -> None:
    answer = client.get("/api/seals", params={"digest": typed}, headers=HTML)
    page = read_page(answer.text)
    assert answer.status_code == status
    assert words in page.one(id="digest-e").text
    assert page.one("input", id="digest").attributes["value"] == typed
    assert not page.find(id="found")
    assert client.get("/api/seals", params={"digest": typed}).status_code == 200


def by_hand(proof: dict[str, object], digest: str) -> None:
    """RFC 9162, 2.1.3.2, written independently, without any code of ours."""
    token = str(proof["seal"])
    statement = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    node = hashlib.sha256(b"\0" + bytes.fromhex(digest)).digest()
    first, last = int(str(proof["position"])), statement["size"] - 1
    for text in proof["path"]:  # type: ignore[attr-defined]
        sibling = base64.urlsafe_b64decode(text + "=")
        if first % 2 or first == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while first % 2 == 0 and first:
                first, last = first // 2, last // 2
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        first, last = first // 2, last // 2
    assert node.hex() == statement["root"]


@pytest.mark.parametrize("digest", ["", "0" * 63, "g" * 64, "0" * 65, "../" * 10])
def test_a_malformed_digest_is_refused(client: TestClient, digest: str) -> None:
    answer = client.get("/api/seals/proof", params={"digest": digest})
    assert answer.status_code == 400
    assert "64 个" in answer.json()["detail"]


def test_unknown_and_unsealed_digests_get_the_same_answer(client: TestClient, fill: Fill) -> None:
    (waiting,) = fill(1)
    answers = [client.get("/api/seals/proof", params={"digest": digest}) for digest in (waiting, "0" * 64)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


def test_a_month_in_beijing_time_is_one_file_with_the_keys(
    client: TestClient, services: Services, fill: Fill, clock: Clock
) -> None:
    for at in (
        datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 8, 31, 16, 0, 0, tzinfo=UTC),
        datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 9, 30, 16, 0, 0, tzinfo=UTC),
    ):
        clock.at = at
        fill(at.month * 100 + at.hour)
        nightly.run(services)
    answer = client.get("/api/seals/months/2026-09")
    assert answer.headers["content-disposition"].startswith("attachment;")
    month = answer.json()
    assert [read_seal(token, services.keys.public_keys).index for token in month["seals"]] == [2, 3]
    assert month["keys"] == services.keys.jwks()["keys"]
    for other in ("2026-07", "2026-11", "2026-13", "2026", "x"):
        assert client.get(f"/api/seals/months/{other}").status_code == 404


def test_a_seal_says_nothing_of_a_form(client: TestClient, services: Services, fill: Fill) -> None:
    digests = fill(1, 2)
    nightly.run(services)
    shown = [client.get("/api/seals").text, client.get("/api/seals", headers=HTML).text]
    shown += [client.get("/api/seals/proof", params={"digest": digests[0]}).text]
    shown += [client.get("/api/seals/months/2026-09").text]
    for text in shown:
        assert "annual-self-check" not in text
        assert "SC-2026" not in text
        assert "示例县第" not in text


def test_the_page_belongs_to_no_word_of_the_header_and_runs_no_script_of_forms(client: TestClient) -> None:
    page = read_page(client.get("/api/seals", headers=HTML).text)
    assert not [link for link in page.find("a") if "aria-current" in link.attributes]
    assert not [script for script in page.find("script") if "/form." in script.attributes.get("src", "")]


def test_the_page_shows_root_time_and_count_and_links_the_month(
    client: TestClient, services: Services, fill: Fill
) -> None:
    fill(1, 2, 3)
    nightly.run(services)
    item = client.get("/api/seals").json()["items"][0]
    page = client.get("/api/seals", headers=HTML)
    assert page.headers["content-type"].startswith("text/html")
    assert item["root"] in page.text.replace(" ", "")
    assert "2026年9月18日 10:24" in page.text
    assert read_page(page.text).find("a", href="seals/months/2026-09")
