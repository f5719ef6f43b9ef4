"""The projection follows from the events alone: deleted and rebuilt, it is the same."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from functions.errors import GuardTaken
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.records.erasing import erase
from functions.records.filing import prepare
from functions.records.state import fold, summary_of
from functions.records.store import Append, RecordStore, Selection, Summary
from functions.storage.keys import load_keys
from functions.storage.sqlite import SqliteStore, open_store
from functions.storage.sqlite.audit import Auditor
from functions.storage.sqlite.rebuild import rebuild
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.store.named_files import file, sha, shas
from tests.support.store.steps import first_step, next_step

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, catalogue: Catalogue) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data")
    for definition in catalogue:
        opened.keep_document(definition.digest, definition.document)
    for step in filings(tmp_path, catalogue):
        opened.append(step).result(30)
    withdrawn = next(record for record in opened.stream(Selection(form="key-project-registration")))
    opened.append(next_step(withdrawn, "withdrawn", "withdrawn")).result(30)
    yield opened
    opened.close()


def filings(folder: Path, catalogue: Catalogue, seed: int = 0) -> Iterator[Append]:
    numbers = count(seed)
    keys = load_keys(folder, lambda size: hashlib.shake_256(b"%d" % next(numbers)).digest(size))
    given = [(catalogue.get("annual-self-check"), valid_self_check(uscc=make_uscc(n)), False) for n in range(20)]
    given += [(catalogue.get("annual-self-check"), valid_self_check(uscc=make_uscc(3)), True)]
    given += [(catalogue.get("key-project-registration"), valid_registration(), False)]
    for n, (definition, data, contest) in enumerate(given):
        yield prepare(
            definition,
            data,
            at=NOW + timedelta(seconds=n),
            due=date(2026, 9, 30),
            timeliness="late" if n % 4 == 0 else "on_time",
            contest=contest,
            idempotency_key=None,
            request_digest="a" * 64,
            keys=keys,
            entropy=lambda size: hashlib.shake_256(b"%d" % next(numbers)).digest(size),
        )


def naming_files(store: RecordStore, folder: Path, catalogue: Catalogue) -> tuple[str, str, str]:
    """The numbers of three filings that name the files 1 and 2, 4 (and 3 in a version that was erased), and 2."""
    entropy, numbers = os.urandom, []
    for n, files in ((51, (1, 2)), (52, (3,)), (53, (2,))):
        step = prepare(
            catalogue.get("annual-self-check"),
            valid_self_check(uscc=make_uscc(n)) | {"files": {"scans": list(map(file, files))}},
            at=NOW,
            due=date(2026, 9, 30),
            timeliness="on_time",
            contest=False,
            idempotency_key=None,
            request_digest="a" * 64,
            keys=load_keys(folder, entropy),
            entropy=entropy,
        )
        numbers.append(step.summary.number)
        store.append(step).result(60)
    record = store.read(numbers[1])
    body = json.loads(record.events[0].body or b"")
    body["data"]["files"]["scans"] = [file(4)]
    corrected = next_step(record, "corrected", "submitted", body=body)
    store.append(corrected).result(60)
    made = erase(store.read(numbers[1]), version=1, reason="示例", actor="(console)", at=NOW, entropy=entropy)
    store.erase(made.step, made.sequence)
    return numbers[0], numbers[1], numbers[2]


def summaries(store: SqliteStore) -> list[Summary]:
    return [record.summary for record in store.stream(Selection())]


def kept_forms(store: SqliteStore) -> Callable[[str], Definition]:
    return cache(lambda digest: Definition.from_document(store.document(digest)))


def test_filings_that_differ_by_an_invisible_character_contest_after_a_rebuild(
    store: SqliteStore, tmp_path: Path, catalogue: Catalogue
) -> None:
    """That release made guards and words with the unseen character in them, and let both filings in."""
    definition, keys = catalogue.get("key-project-registration"), load_keys(tmp_path, os.urandom)
    numbers = []
    for name in ("漳河治理工程", "漳\u200e河治理工程"):
        step = prepare(
            definition,
            valid_registration(project_name=name),
            at=NOW,
            due=date(2026, 9, 30),
            timeliness="on_time",
            contest=False,
            idempotency_key=None,
            request_digest="a" * 64,
            keys=keys,
            entropy=os.urandom,
        )
        guard = step.summary.guard.replace("漳河治理工程", name)
        earlier = replace(step.summary, guard=guard, words=f"{step.summary.words}\n{name}")
        store.append(replace(step, summary=earlier, claim=guard)).result(30)
        numbers.append(step.summary.number)
    assert rebuild(store, kept_forms(store))
    found = {summary.number: summary for summary in summaries(store)}
    assert [found[number].contested for number in numbers] == [True, True]
    searched = store.page(Selection(words=("漳河",)), limit=10).items
    assert {summary.number for summary in searched} == set(numbers)
    report = Auditor(tmp_path / "data", keys.public_keys, None, ()).run(lambda count: None)
    assert [finding for finding in report.findings if finding.number in numbers] == []


def test_a_rebuilt_projection_is_what_was_there(store: SqliteStore, tmp_path: Path) -> None:
    before = summaries(store)
    assert [summary.contested for summary in before].count(True) == 2
    with closing(sqlite3.connect(tmp_path / "data" / "qingdan.sqlite3", isolation_level=None)) as other:
        other.execute("UPDATE summaries SET unit_name = 'x', unit_sought = 'x', status = 'voided', holds = 0")
        other.execute("DELETE FROM summaries WHERE id % 3 = 0")
        other.execute("DELETE FROM words WHERE id % 2 = 0")
    assert rebuild(store, kept_forms(store)) == len(before) == 22
    assert summaries(store) == before
    assert store.count(Selection(words=("除湿机",))) == 21
    assert store.count(Selection(status="contested")) == 2


def test_guards_hold_after_a_rebuild_and_what_was_freed_stays_free(
    store: SqliteStore, tmp_path: Path, catalogue: Catalogue
) -> None:
    rebuild(store, kept_forms(store))
    *checks, contested, registration = filings(tmp_path / "again", catalogue, seed=1000)
    for step in checks:
        with pytest.raises(GuardTaken):
            store.append(step).result(30)
    store.append(contested).result(30)
    store.append(registration).result(30)


def test_every_summary_is_the_fold_of_its_events(store: SqliteStore, catalogue: Catalogue) -> None:
    for record in store.stream(Selection(status="submitted", timeliness="on_time")):
        if not record.summary.contested:
            assert (
                summary_of(record.events[0], fold(record.events), catalogue.get(record.summary.form)) == record.summary
            )


def test_a_rebuild_that_fails_changes_nothing(store: SqliteStore) -> None:
    before = summaries(store)

    def no_form(digest: str) -> Definition:
        raise LookupError(digest)

    with pytest.raises(LookupError):
        rebuild(store, no_form)
    assert summaries(store) == before


def test_an_erased_record_keeps_the_summary_it_has(store: SqliteStore, tmp_path: Path) -> None:
    before = summaries(store)
    with closing(sqlite3.connect(tmp_path / "data" / "qingdan.sqlite3", isolation_level=None)) as other:
        other.execute("UPDATE events SET salt = NULL, body = NULL WHERE number = ?", (before[5].number,))
    assert rebuild(store, kept_forms(store)) == len(before) - 1
    assert summaries(store) == before


def test_an_erased_record_keeps_its_guard_after_a_rebuild(store: SqliteStore, catalogue: Catalogue) -> None:
    record = store.read(summaries(store)[0].number)
    erasure = erase(record, version=1, reason="示例", actor="(console)", at=NOW, entropy=lambda size: b"s" * size)
    store.erase(erasure.step, erasure.sequence)
    before = summaries(store)
    assert rebuild(store, kept_forms(store)) == len(before) - 1
    assert summaries(store) == before
    with pytest.raises(GuardTaken):
        store.append(
            replace(
                first_step(1),
                claim=record.summary.guard,
                summary=replace(first_step(1).summary, guard=record.summary.guard),
            )
        ).result(30)


def rows_of_index(folder: Path, *changes: tuple[str, ...]) -> list[tuple[object, ...]]:
    """The index of named files as it lies there, after these changes behind the store's back."""
    with closing(sqlite3.connect(folder / "data" / "qingdan.sqlite3", isolation_level=None)) as other:
        for statement, *bound in changes:
            other.execute(statement, bound)
        return other.execute("SELECT * FROM named ORDER BY 1, 2, 3").fetchall()


def test_a_rebuild_recreates_the_index_of_named_files(store: SqliteStore, tmp_path: Path, catalogue: Catalogue) -> None:
    first, second, third = naming_files(store, tmp_path, catalogue)
    before = rows_of_index(tmp_path)
    assert before == sorted([(first, 1, sha(1)), (first, 1, sha(2)), (second, 2, sha(4)), (third, 1, sha(2))])
    spoiled = rows_of_index(
        tmp_path,
        ("DELETE FROM named WHERE digest = ?", sha(1)),
        ("INSERT INTO named VALUES (?, 1, ?)", second, sha(3)),
        ("INSERT INTO named VALUES ('SC-2026-000009', 1, ?)", sha(5)),
    )
    assert spoiled != before
    rebuild(store, kept_forms(store))
    assert rows_of_index(tmp_path) == before
    assert store.named(shas(1, 2, 3, 4, 5)) == shas(1, 2, 4)


def test_a_summary_without_events_is_gone_after_a_rebuild(store: SqliteStore, tmp_path: Path) -> None:
    number = summaries(store)[3].number
    with closing(sqlite3.connect(tmp_path / "data" / "qingdan.sqlite3", isolation_level=None)) as other:
        other.execute("DELETE FROM events WHERE number = ?", (number,))
    rebuild(store, kept_forms(store))
    assert number not in [summary.number for summary in summaries(store)]
    assert store.count(Selection(words=("除湿机",))) == 20


@pytest.mark.parametrize(("status", "found"), [("accepted", ["summary_differs"]), ("submitted", [])])
def test_a_changed_line_of_the_board_is_found_and_made_anew(
    store: SqliteStore, tmp_path: Path, status: str, found: list[str]
) -> None:
    number = next(one.number for one in summaries(store) if one.form == "annual-self-check" and not one.contested)
    keys = load_keys(tmp_path, os.urandom)
    change = "UPDATE filed SET line = CAST(replace(CAST(line AS TEXT), 'submitted', ?) AS BLOB) WHERE number = ?"
    store.writer.submit(lambda connection: connection.execute(change, (status, number))).result()

    def findings() -> list[str]:
        report = Auditor(tmp_path / "data", keys.public_keys, None, ()).run(lambda count: None)
        return [finding.kind for finding in report.findings if finding.number == number]

    assert findings() == found
    rebuild(store, kept_forms(store))
    assert findings() == []
