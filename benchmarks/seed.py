"""Many filings for the benchmarks of reading, put in through the store's own port, whole and with right digests."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.sample import FORM, self_check
from functions.forms.authoring.reader import read_form
from functions.forms.definition import Definition
from functions.records.event import Event, digest_body, digest_event
from functions.records.filing import prepare, timestamp
from functions.records.state import day_in_shanghai
from functions.records.store import Append, RecordStore, Stored
from functions.storage.keys import load_keys
from functions.storage.sqlite import open_store
from tests.support.filings import make_uscc

WAITING = 2_000
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def seed(data: Path, count: int) -> None:
    """Store so many self-check reports of different units, received one every minute in 2026."""
    definition = Definition.from_document(read_form(Path("schemas") / FORM))
    store = open_store(data)
    try:
        store.keep_document(definition.digest, definition.document)
        store_all(store, steps(data, definition, count))
    finally:
        store.close()
    _settle(data)


def store_all(store: RecordStore, steps: Iterable[Append]) -> None:
    """Append them, many at once; returns when each is durable."""
    waiting: list[Future[Stored]] = []
    for step in steps:
        waiting.append(store.append(step))
        if len(waiting) == WAITING:
            for future in waiting:
                future.result()
            waiting.clear()
    for future in waiting:
        future.result()


def steps(data: Path, definition: Definition, count: int, first: int = 0, year: int = 2025) -> Iterator[Append]:
    """Copy a filing under other numbers, codes and times: canonical JSON stays canonical when a code is replaced.

    `first` is where the numbers begin, `year` the one that the reports are for.
    """
    code, received = make_uscc(0), FIRST.replace(year=year + 1)
    model = prepare(
        definition,
        self_check(year, code),
        at=received,
        due=date(year + 1, 9, 30),
        timeliness="on_time",
        contest=False,
        idempotency_key=None,
        request_digest="",
        keys=load_keys(data, os.urandom),
        entropy=os.urandom,
    )
    for position in range(first, first + count):
        yield _another(
            model, code, make_uscc(position), f"SC-{year + 1}-{position:06d}", received + timedelta(minutes=position)
        )


def _another(model: Append, code: str, uscc: str, number: str, at: datetime) -> Append:
    (first,) = model.events
    assert first.body is not None
    body, salt = first.body.replace(code.encode(), uscc.encode()), os.urandom(32)
    facts = {"number": number, "form": first.form, "sequence": 1, "type": first.type, "at": timestamp(at)}
    chain = {"actor": first.actor, "previous": "", "body_digest": digest_body(salt, body)}
    event = Event(**facts, **chain, digest=digest_event(**facts, **chain), salt=salt, body=body)  # type: ignore[arg-type]
    summary = replace(
        model.summary,
        number=number,
        uscc=uscc,
        submitted_at=event.at,
        guard=model.summary.guard.replace(code, uscc),
        words=model.summary.words.replace(code.lower(), uscc.lower()),
        timeliness="on_time" if at < datetime(at.year, 9, 30, 16, tzinfo=UTC) else "late",
    )
    day, guard = day_in_shanghai(event.at), hashlib.sha256(summary.guard.encode()).hexdigest()[:16]
    assert model.filed is not None
    filed = model.filed._replace(number=number, uscc=uscc, counted_day=day, day=day, guard=guard)
    return replace(model, events=(event,), summary=summary, claim=summary.guard, filed=filed)


def _settle(data: Path) -> None:
    """Move what lies in the write-ahead log into the database, as a server at rest would have done."""
    for path in data.glob("*.sqlite3"):
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
