"""Files are named from the moment a version names them until the last such version is erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.errors import GuardTaken, IdempotencyMismatch, NotFound, SequenceTaken
from functions.forms.attachment_field import MOST_FILES
from functions.records.store import RecordStore
from tests.contract.conftest import Adapter
from tests.support.store.erasing import NUMBER, erasure
from tests.support.store.named_files import after, file, naming, sha, shas
from tests.support.store.steps import first_step, next_step


def test_files_are_named_once_their_filing_is_answered(store: RecordStore) -> None:
    store.append(naming(first_step(1), 1, 2, 2)).result(30)
    store.append(first_step(2)).result(30)
    assert store.named(shas(1, 2, 3)) == shas(1, 2)
    assert store.named([]) == frozenset()
    assert store.named([sha(1), sha(1), "f" * 64, "", "编号"]) == shas(1)


def test_files_of_every_version_and_record_are_named(store: RecordStore) -> None:
    store.append(naming(first_step(1), 1)).result(30)
    store.append(naming(first_step(2), 1, 2)).result(30)
    store.append(after(store.read(NUMBER), 3)).result(30)
    store.append(next_step(store.read(NUMBER), "withdrawn", "withdrawn")).result(30)
    assert store.named(shas(1, 2, 3, 4)) == shas(1, 2, 3)


def test_a_filing_may_name_as_many_files_as_there_may_be(store: RecordStore) -> None:
    many = range(MOST_FILES)
    store.append(naming(first_step(1), *many)).result(30)
    assert store.named(shas(*range(2 * MOST_FILES))) == shas(*many)


def test_many_digests_are_looked_up_at_once(store: RecordStore) -> None:
    for n in range(12):
        store.append(naming(first_step(n + 1), 10 * n)).result(30)
    assert store.named(shas(*range(250))) == shas(*range(0, 120, 10))


def test_a_refused_step_names_no_file(store: RecordStore) -> None:
    store.append(first_step(1, key="key")).result(30)
    stale = store.read(NUMBER)
    store.append(next_step(stale, "noted", "submitted")).result(30)
    for step, error in (
        (naming(first_step(2, guard=f"guard of {NUMBER}"), 1), GuardTaken),
        (naming(first_step(3, key="key", request="b" * 64), 2), IdempotencyMismatch),
        (after(stale, 3), SequenceTaken),
    ):
        with pytest.raises(error):
            store.append(step).result(30)
    assert store.append(naming(first_step(4, key="key"), 4)).result(30).replayed
    assert store.named(shas(1, 2, 3, 4)) == frozenset()


def test_words_that_look_like_a_file_name_none(store: RecordStore) -> None:
    words = json.dumps(file(1))
    half = {"name": "x", "sha256": sha(2)}
    store.append(naming(first_step(1), remark=words, half=half, wrong={**file(3), "sha256": "A" * 64})).result(30)
    assert store.named(shas(1, 2, 3) | {"A" * 64}) == frozenset()


def test_an_erasure_releases_files_that_only_its_version_named(store: RecordStore) -> None:
    store.append(naming(first_step(1), 1, 2, 3)).result(30)
    store.append(naming(first_step(2), 2)).result(30)
    store.append(after(store.read(NUMBER), 3, 4)).result(30)
    store.erase(erasure(store.read(NUMBER), 1), 1)
    assert store.named(shas(1, 2, 3, 4)) == shas(2, 3, 4)
    store.erase(erasure(store.read(NUMBER), 2), 2)
    assert store.named(shas(1, 2, 3, 4)) == shas(2)


def test_a_refused_erasure_releases_no_file(store: RecordStore) -> None:
    store.append(naming(first_step(1), 1)).result(30)
    stale = erasure(store.read(NUMBER), 1)
    store.append(next_step(store.read(NUMBER), "noted", "submitted")).result(30)
    with pytest.raises(SequenceTaken):
        store.erase(stale, 1)
    assert store.named(shas(1)) == shas(1)


def test_a_body_too_large_for_an_item_names_files_too(store: RecordStore) -> None:
    store.append(naming(first_step(1, text="长" * 150_000), 1)).result(30)
    assert store.named(shas(1, 2)) == shas(1)
    store.erase(erasure(store.read(NUMBER), 1), 1)
    assert store.named(shas(1, 2)) == frozenset()


@pytest.mark.parametrize("area", ["attachments", "quarantine", "infected"])
def test_an_erased_version_takes_its_own_files_along_and_no_others(opened: Adapter, area: Any) -> None:
    for n in range(1, 5):
        opened.blobs.keep(area, sha(n), b"%d" % n)
    opened.append(naming(first_step(1), 1, 2, 3)).result(30)
    opened.append(naming(first_step(2), 2)).result(30)
    opened.append(after(opened.read(NUMBER), 3)).result(30)
    opened.erase(erasure(opened.read(NUMBER), 1), 1)
    with pytest.raises(NotFound):
        opened.blobs.read(area, sha(1))
    assert [opened.blobs.read(area, sha(n)) for n in (2, 3, 4)] == [b"2", b"3", b"4"], "4 is an orphan: the sweep's"


def test_named_files_survive_a_restart(reopen: Callable[[], Adapter]) -> None:
    opened = reopen()
    opened.append(naming(first_step(1), 1)).result(30)
    opened.close()
    again = reopen()
    assert again.named(shas(1, 2)) == shas(1)
    again.close()
