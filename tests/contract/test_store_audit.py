"""An audit through the ports finds nothing in an intact store of any kind, and names every change."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.local.verify.store_audit import Ports, audit
from functions.records.attachments.store import FROM_OUTSIDE, Area
from functions.records.decision import Decision
from functions.records.erasing import erase
from functions.records.event import Event
from functions.records.filing import prepare
from functions.records.keys import Keys
from functions.records.proof.audit import Report
from functions.records.sealing import seal_new
from functions.records.seals.merkle import plant
from functions.records.seals.seal import Leaf, make_seal
from functions.records.store import Append, Selection
from functions.records.transitions import Act, OpenRecord, decide, note
from functions.staff.audit_log import Entry
from functions.storage.keys import load_keys
from tests.contract.conftest import Adapter
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import self_check
from tests.support.store.named_files import file, sha

NIGHT = datetime(2026, 9, 18, 16, 30, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return load_keys(tmp_path / "keyring", os.urandom)


def filed(n: int, keys: Keys, *files: dict[str, Any]) -> Append:
    """The first step of the n-th filing, with these files."""
    data = valid_self_check(uscc=make_uscc(n)) | {"files": {"scans": list(files)}}
    return prepare(
        self_check(),
        data,
        at=NIGHT,
        due=date(2026, 9, 30),
        timeliness="on_time",
        contest=False,
        idempotency_key=None,
        request_digest="",
        keys=keys,
        entropy=os.urandom,
    )


def take(store: Adapter, number: str, make: Callable[[OpenRecord, Act], Append]) -> None:
    open_record = OpenRecord.of(store.read(number), lambda digest: self_check())
    store.append(make(open_record, Act("示例甲", NIGHT, os.urandom))).result(30)


@pytest.fixture
def store(opened: Adapter, keys: Keys) -> Adapter:
    """Three filings, one of them returned, sealed; a note on another and a look at it that are not."""
    steps = [filed(n, keys) for n in (1, 2, 3)]
    for step in steps:
        opened.append(step).result(30)
    numbers = [step.summary.number for step in steps]
    decision = Decision("return", "示例意见", date(2026, 9, 25))
    take(opened, numbers[2], lambda open_record, act: decide(open_record, act, decision))
    seal_new(opened.seals, keys.signer, NIGHT)
    take(opened, numbers[0], lambda open_record, act: note(open_record, act, "示例备注"))
    opened.trail.add(Entry("viewed", "示例甲", NIGHT, numbers[0]), b"s" * 32).result(30)
    return opened


def check(store: Adapter, keys: Keys, published: tuple[str, ...] = ()) -> Report:
    ports = Ports(store, store.seals, store.trail, store.ledger, store.blobs, lambda digest: self_check())
    return audit(ports, keys.public_keys, published, lambda count: None)


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def test_an_intact_store_has_no_findings(store: Adapter, keys: Keys) -> None:
    report = check(store, keys)
    assert report.findings == []
    assert report.checked == {
        "records": 3,
        "events": 5,
        "trail": 1,
        "seals": 1,
        "sealed": 4,
        "unsealed": 2,
        "attachments": 0,
    }


def test_an_erasure_is_a_gap_not_a_finding(store: Adapter, keys: Keys) -> None:
    record = next(iter(store.stream(Selection())))
    made = erase(record, version=1, reason="示例", actor="(console)", at=NIGHT, entropy=os.urandom)
    store.erase(made.step, made.sequence)
    report = check(store, keys)
    assert report.findings == []
    assert [gap.number for gap in report.gaps] == [record.summary.number]


def appended(store: Adapter, keys: Keys, spoil: Callable[[Event], Event], **summary: object) -> Report:
    """The report on a store with a filing that was changed before it was appended."""
    step = filed(9, keys)
    spoiled = replace(step, events=(spoil(step.events[0]),), summary=replace(step.summary, **summary))  # type: ignore[arg-type]
    store.append(spoiled).result(30)
    return check(store, keys)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda event: replace(event, body=(event.body or b"").replace(b"2025", b"2024")), "event_changed"),
        (lambda event: replace(event, actor="jia"), "event_changed"),
        (lambda event: replace(event, previous="0" * 64), "chain_broken"),
        (lambda event: replace(event, salt=None, body=None), "content_missing"),
    ],
)
def test_an_event_that_does_not_match_its_digests_is_reported(
    store: Adapter, keys: Keys, spoil: Callable[[Event], Event], kind: str
) -> None:
    report = appended(store, keys, spoil)
    assert kind in kinds(report)
    assert all(finding.number and finding.sequence == 1 for finding in report.findings)


def test_a_summary_that_differs_from_its_record_is_reported(store: Adapter, keys: Keys) -> None:
    assert kinds(appended(store, keys, lambda event: event, due="2026-12-31")) == {"summary_differs"}


def test_a_seal_over_a_missing_event_is_reported(store: Adapter, keys: Keys) -> None:
    unsealed = store.seals.unsealed()
    leaves = [replace_digest(unsealed.leaves[0]), *unsealed.leaves[1:]]
    tree = plant([leaf.digest for leaf in leaves])
    seal = make_seal(
        keys.signer, at="2026-09-19T16:30:00.000000Z", size=tree.size, root=tree.root, previous=store.seals.last_seal()
    )
    store.seals.keep_seal(seal, replace(unsealed, leaves=leaves), tree.tiles)
    assert {"sealed_missing"} <= kinds(check(store, keys))


def replace_digest(leaf: Leaf) -> Leaf:
    return leaf._replace(digest=b"x" * 32)


def test_a_seal_by_another_key_is_reported(store: Adapter, keys: Keys, tmp_path: Path) -> None:
    stranger = load_keys(tmp_path / "stranger", os.urandom)
    seal_new(store.seals, stranger.signer, NIGHT)
    assert kinds(check(store, keys)) == {"seal_forged"}


def test_seals_that_were_handed_over_must_still_be_there(store: Adapter, keys: Keys) -> None:
    token = store.seals.seal(1).token
    assert check(store, keys, (token,)).ok
    other = make_seal(
        keys.signer, at="2026-09-19T16:30:00.000000Z", size=1, root=b"r" * 32, previous=store.seals.last_seal()
    )
    assert kinds(check(store, keys, (token, other.token))) == {"rolled_back"}


@pytest.mark.parametrize("area", FROM_OUTSIDE)
def test_a_missing_attachment_is_reported(store: Adapter, keys: Keys, area: Area) -> None:
    for other in FROM_OUTSIDE:
        store.blobs.remove(other, sha(1))
    store.append(filed(8, keys, file(1))).result(30)
    report = check(store, keys)
    (finding,) = report.findings
    assert (finding.kind, finding.sequence) == ("file_missing", 1)
    assert "示例 1.pdf" in finding.message
    store.blobs.keep(area, sha(1), b"1")
    report = check(store, keys)
    assert (report.findings, report.checked["attachments"]) == ([], 1)


def test_an_attachment_of_another_size_is_reported(store: Adapter, keys: Keys) -> None:
    store.blobs.keep("attachments", sha(10), b"10")
    store.append(filed(8, keys, {**file(10), "size": 3})).result(30)
    assert kinds(check(store, keys)) == {"file_changed"}
