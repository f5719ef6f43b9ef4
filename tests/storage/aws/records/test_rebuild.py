"""In the cloud too the projection follows from the events alone: damaged and rebuilt, it is the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from functions.errors import GuardTaken
from functions.forms.attachment_field import MOST_FILES
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.records.erasing import erase
from functions.records.store import RecordStore, Selection, Summary
from functions.storage.aws.guards import GUARD_KEY, MEMBER
from functions.storage.aws.items import NAMED, SUMMARY_KEY, guard_key, key, record_key
from functions.storage.aws.records.rebuild import rebuild
from functions.storage.aws.records.store import AwsStore
from tests.storage.sqlite.test_rebuild import NOW, filings, naming_files
from tests.support.store.named_files import file, sha, shas
from tests.support.store.steps import next_step


@pytest.fixture
def store(healthy: AwsStore, tmp_path: Path, catalogue: Catalogue) -> AwsStore:
    for definition in catalogue:
        healthy.keep_document(definition.digest, definition.document)
    for step in filings(tmp_path, catalogue):
        healthy.append(step).result(60)
    withdrawn = next(record for record in healthy.stream(Selection(form="key-project-registration")))
    healthy.append(next_step(withdrawn, "withdrawn", "withdrawn")).result(60)
    return healthy


def summaries(store: RecordStore) -> list[Summary]:
    return [record.summary for record in store.stream(Selection())]


def kept_forms(store: RecordStore) -> Callable[[str], Definition]:
    return cache(lambda digest: Definition.from_document(store.document(digest)))


def spoil(store: AwsStore, before: list[Summary]) -> None:
    """Delete every third summary, change every other, and falsify the guards."""
    table: Any = {"TableName": store.table}
    client = store.reader.client
    for n, summary in enumerate(before):
        place, guard = key(record_key(summary.number), SUMMARY_KEY), guard_key(summary.guard)
        if n % 3 == 0:
            client.delete_item(**table, Key=place)
        elif n % 3 == 1:
            item: Any = client.get_item(**table, Key=place)["Item"]
            wrong = {"status": {"S": "voided"}, "standing": {"S": "neither"}, "unit_name": {"S": "x"}}
            client.put_item(**table, Item={**item, **wrong, "newest": {"S": "99"}, "words": {"S": ""}})
        if n % 4 == 0:
            client.put_item(**table, Item=key(guard, GUARD_KEY) | {"rivals": {"N": "7"}})
        elif n % 4 == 1:
            client.delete_item(**table, Key=key(guard, GUARD_KEY))
            client.delete_item(**table, Key=key(guard, MEMBER + summary.number))


def test_a_rebuilt_projection_is_what_was_there(store: AwsStore) -> None:
    before = summaries(store)
    assert [summary.contested for summary in before].count(True) == 2
    spoil(store, before)
    assert summaries(store) != before
    for _ in range(2):
        assert rebuild(store, kept_forms(store)) == len(before) == 22
        assert summaries(store) == before
    assert store.count(Selection(words=("除湿机",))) == 21
    assert store.count(Selection(status="contested")) == 2
    assert store.count(Selection(status="submitted")) == 21


def test_guards_hold_after_a_rebuild_and_what_was_freed_stays_free(
    store: AwsStore, tmp_path: Path, catalogue: Catalogue
) -> None:
    spoil(store, summaries(store))
    rebuild(store, kept_forms(store))
    *checks, contested, registration = filings(tmp_path / "again", catalogue, seed=1000)
    for step in checks:
        with pytest.raises(GuardTaken):
            store.append(step).result(60)
    store.append(contested).result(60)
    store.append(registration).result(60)


def test_an_erased_record_keeps_the_summary_it_has(store: AwsStore) -> None:
    record = next(store.stream(Selection(form="annual-self-check")))
    made = erase(record, version=1, reason="示例决定", actor="(console)", at=NOW, entropy=lambda size: bytes(size))
    store.erase(made.step, made.sequence)
    before = summaries(store)
    assert rebuild(store, kept_forms(store)) == len(before) - 1
    assert summaries(store) == before


def index_of(store: AwsStore) -> set[tuple[str, str]]:
    """The index of named files as it lies there."""
    found = store.reader.scan("begins_with(pk, :named)", {":named": {"S": NAMED}})
    return {(item["pk"]["S"].removeprefix(NAMED), item["sk"]["S"]) for item in found}


def test_a_rebuild_recreates_the_index_of_named_files(store: AwsStore, tmp_path: Path, catalogue: Catalogue) -> None:
    first, second, third = naming_files(store, tmp_path, catalogue)
    before = index_of(store)
    assert before == {
        (sha(n), f"{number}#{at:08d}")
        for n, number, at in ((1, first, 1), (2, first, 1), (4, second, 2), (2, third, 1))
    }
    client, table = store.reader.client, store.table
    client.delete_item(TableName=table, Key=key(f"{NAMED}{sha(1)}", f"{first}#00000001"))
    for n, number, at in ((3, second, 1), (5, "SC-2026-000009", 1), (5, third, 1)):
        client.put_item(TableName=table, Item=key(f"{NAMED}{sha(n)}", f"{number}#{at:08d}"))
    assert store.named(shas(1, 2, 3, 4, 5)) == shas(2, 3, 4, 5)
    for _ in range(2):
        rebuild(store, kept_forms(store))
        assert index_of(store) == before
    assert store.named(shas(1, 2, 3, 4, 5)) == shas(1, 2, 4)


def test_a_record_with_more_named_files_than_a_step_takes_is_named_whole(store: AwsStore) -> None:
    number = summaries(store)[0].number
    for n in range(13):
        files = [file(n * MOST_FILES + place) for place in range(MOST_FILES)]
        step = next_step(store.read(number), "noted", "submitted", body={"reason": "示例", "files": files})
        store.append(step).result(60)
    wanted = shas(*range(13 * MOST_FILES))
    assert store.named(wanted) == wanted
    for digest in wanted:
        for item in list(store.reader.partition(f"{NAMED}{digest}")):
            store.reader.client.delete_item(TableName=store.table, Key=item)
    assert store.named(wanted) == frozenset()
    rebuild(store, kept_forms(store))
    assert store.named(wanted) == wanted


def test_an_erasure_during_a_rebuild_does_not_restore_its_files(
    store: AwsStore, tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, _ = naming_files(store, tmp_path, catalogue)
    real = store.appender.together

    def late(actions: list[Any]) -> None:
        # Between the reading of the record and the noting of its files, once.
        if any("ConditionCheck" in each for each in actions) and store.read(first).events[0].body is not None:
            monkeypatch.setattr(store.appender, "together", real)
            made = erase(
                store.read(first), version=1, reason="示例", actor="(console)", at=NOW, entropy=lambda n: bytes(n)
            )
            store.erase(made.step, made.sequence)
        real(actions)

    monkeypatch.setattr(store.appender, "together", late)
    rebuild(store, kept_forms(store))
    assert store.read(first).events[0].body is None
    assert store.named(shas(1, 2)) == shas(2)
