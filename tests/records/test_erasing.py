"""Erasing one version: the record continues where it can, and the gap has a reason and a date."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from functions.errors import StepRefused
from functions.records.erasing import Erasure, erase
from functions.records.event import event_is_whole
from functions.records.keys import Keys
from functions.records.state import Erased, fold, summary_of
from functions.records.store import Record
from tests.support.records import History, entropy


def erased(history: History, version: int, reason: str = "示例决定 1 号") -> Erasure:
    return erase(history.record, version=version, reason=reason, actor="(console)", at=history.at, entropy=entropy)


def after(history: History, erasure: Erasure) -> Record:
    """The record as a store gives it back after the erasure."""
    record = history.record
    events = (
        replace(event, salt=None, body=None) if event.sequence == erasure.sequence else event for event in record.events
    )
    return Record(erasure.step.summary, (*events, *erasure.step.events))


def test_the_erasure_says_what_when_why_and_nothing_of_the_content(keys: Keys) -> None:
    history = History(keys).file()
    erasure = erased(history, 1)
    (event,) = erasure.step.events
    assert (event.type, event.actor, erasure.sequence) == ("erased", "(console)", 1)
    body = json.loads(event.body or b"")
    assert (body["erased"], body["version"], body["reason"]) == (1, 1, "示例决定 1 号")
    assert "data" not in body["left"]
    assert "示例县" not in str(body)
    assert event.previous == history.record.events[0].digest
    assert all(map(event_is_whole, after(history, erasure).events))


def test_erasing_an_older_version_leaves_the_filing_unchanged(keys: Keys) -> None:
    history = History(keys).file().send_back().correct()
    before = history.state
    record = after(history, erased(history, 1))
    state = fold(record.events)
    assert state == replace(before, sequence=4, digest=record.events[-1].digest)
    assert summary_of(record.events[0], state, history.definition) == record.summary
    assert state.code == before.code


def test_no_decision_is_possible_once_the_current_version_is_erased(keys: Keys) -> None:
    history = History(keys).file().send_back().correct()
    record = after(history, erased(history, 2))
    with pytest.raises(Erased):
        fold(record.events)
    assert record.summary.words == f"{record.summary.number.casefold()}\n{record.summary.unit_name}"
    assert record.summary.warnings == ()
    assert record.summary.status == "submitted"


def test_both_versions_can_be_forgotten_one_after_the_other(keys: Keys) -> None:
    history = History(keys).file().correct()
    first = erased(history, 2)
    record = after(history, first)
    second = erase(record, version=1, reason="示例", actor="(console)", at=history.at, entropy=entropy)
    assert (second.sequence, second.step.events[0].sequence) == (1, 4)
    assert second.step.claim == record.summary.guard


@pytest.mark.parametrize(("version", "words"), [(0, "没有第 0 版"), (3, "第 1 到第 2 版")])
def test_a_version_that_is_not_there_is_named(keys: Keys, version: int, words: str) -> None:
    with pytest.raises(StepRefused, match=words):
        erased(History(keys).file().correct(), version)


def test_a_repeated_erasure_and_one_without_a_reason_are_refused(keys: Keys) -> None:
    history = History(keys).file()
    with pytest.raises(StepRefused, match="依据"):
        erased(history, 1, "  ")
    record = after(history, erased(history, 1))
    with pytest.raises(StepRefused, match="已经删除过"):
        erase(record, version=1, reason="示例", actor="(console)", at=history.at, entropy=entropy)


def test_a_contested_filing_stays_outside_the_guard(keys: Keys) -> None:
    assert erased(History(keys).file(contest=True), 1).step.claim is None
    assert erased(History(keys).file(), 1).step.claim is not None
