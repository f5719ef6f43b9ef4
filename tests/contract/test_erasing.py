"""An erasure removes the content for good, in one step with the event that records it, and removes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from functions.errors import SequenceTaken
from functions.records.event import event_is_whole
from functions.records.store import RecordStore, Selection
from tests.contract.conftest import Adapter
from tests.support.store.erasing import NUMBER, erasure
from tests.support.store.steps import first_step, next_step


def test_salt_and_body_are_gone_and_all_digests_stay(store: RecordStore) -> None:
    store.append(first_step(1, text="要忘掉的话")).result(30)
    store.append(next_step(store.read(NUMBER), "returned", "returned")).result(30)
    before = store.read(NUMBER)
    step = erasure(before, 1)
    store.erase(step, 1)
    after = store.read(NUMBER)
    assert after.events == (replace(before.events[0], salt=None, body=None), before.events[1], step.events[0])
    assert all(map(event_is_whole, after.events))
    assert after.summary == step.summary


def test_search_does_not_find_erased_text(store: RecordStore) -> None:
    store.append(first_step(1, text="要忘掉的话")).result(30)
    store.append(first_step(2, text="要忘掉的话")).result(30)
    store.erase(erasure(store.read(NUMBER), 1), 1)
    found = store.page(Selection(words=("要忘掉的话",)), limit=10).items
    assert [summary.number for summary in found] == ["SC-2026-000002"]
    assert store.read("SC-2026-000002").events == first_step(2, text="要忘掉的话").events


def test_an_erasure_based_on_a_stale_record_erases_nothing(store: RecordStore) -> None:
    store.append(first_step(1, text="示例")).result(30)
    stale = erasure(store.read(NUMBER), 1)
    store.append(next_step(store.read(NUMBER), "noted", "submitted")).result(30)
    before = store.read(NUMBER)
    with pytest.raises(SequenceTaken):
        store.erase(stale, 1)
    assert store.read(NUMBER) == before


def test_an_erasure_survives_a_restart(reopen: Callable[[], Adapter]) -> None:
    opened = reopen()
    opened.append(first_step(1, text="示例")).result(30)
    opened.erase(erasure(opened.read(NUMBER), 1), 1)
    opened.close()
    again = reopen()
    assert again.read(NUMBER).events[0].body is None
    again.close()
