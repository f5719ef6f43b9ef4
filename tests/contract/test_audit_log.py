"""The audit log is one chain under concurrent writers, searchable by person, kind, filing and time, and sealed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import NotFound
from functions.records.event import Event, event_is_whole
from functions.records.receipt import Signer
from functions.records.sealing import prove_event, seal_new
from functions.records.seals.seal import proves
from functions.records.store import RecordStore, SealStore, Selection
from functions.staff.audit_log import NUMBER, Action, AuditLogStore, Entry, Sought, body_of
from tests.contract.conftest import Adapter
from tests.support.store.steps import SALT, first_step

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
EVERYTHING = Sought()


def add(
    trail: AuditLogStore, action: Action = "viewed", actor: str = "示例甲", minutes: int = 0, **more: object
) -> Event:
    about = str(more.pop("about", ""))
    entry = Entry(action, actor, NOW + timedelta(minutes=minutes), about, more)  # type: ignore[arg-type]
    return trail.add(entry, SALT).result(30)


def sequences(events: tuple[Event, ...]) -> list[int]:
    return [event.sequence for event in events]


def is_chain(events: list[Event]) -> bool:
    previous = ["", *(event.digest for event in events)]
    linked = all(event.previous == before for event, before in zip(events, previous, strict=False))
    return linked and all(map(event_is_whole, events)) and sequences(tuple(events)) == list(range(1, len(events) + 1))


def test_an_entry_is_an_event_that_says_who_did_what_and_when(trail: AuditLogStore) -> None:
    event = add(trail, "exported", "示例甲", about="SC-2026-34679ACE", format="xlsx", filings=3)
    assert (event.number, event.sequence, event.previous) == (NUMBER, 1, "")
    assert (event.type, event.actor, event.at) == ("exported", "示例甲", "2026-09-18T02:24:07.000000Z")
    assert body_of(event) == {"about": "SC-2026-34679ACE", "details": {"format": "xlsx", "filings": 3}}
    assert trail.page(EVERYTHING, limit=10) == (event,)


def test_entries_follow_each_other_in_one_chain(trail: AuditLogStore) -> None:
    for minute in range(5):
        add(trail, minutes=minute)
    assert is_chain(list(trail.stream(EVERYTHING)))
    assert sequences(trail.page(EVERYTHING, limit=10)) == [5, 4, 3, 2, 1]


def test_concurrent_entries_get_distinct_sequences(trail: AuditLogStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: add(trail, minutes=n), range(64)))
    chain = list(trail.stream(EVERYTHING))
    assert len(chain) == 64
    assert is_chain(chain)


def test_a_clock_set_back_does_not_reverse_the_order(trail: AuditLogStore) -> None:
    add(trail, minutes=10)
    assert add(trail, minutes=3).at == "2026-09-18T02:34:07.000000Z"
    assert is_chain(list(trail.stream(EVERYTHING)))


def test_pages_go_back_in_time_without_a_gap(trail: AuditLogStore) -> None:
    for minute in range(7):
        add(trail, minutes=minute)
    first = trail.page(EVERYTHING, limit=3)
    second = trail.page(EVERYTHING, limit=3, before=first[-1].sequence)
    third = trail.page(EVERYTHING, limit=3, before=second[-1].sequence)
    assert [sequences(page) for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert trail.page(EVERYTHING, limit=3, before=1) == ()


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(actor="示例甲"), [4, 1]),
        (Sought(action="viewed"), [4, 2]),
        (Sought(about="SC-2026-1"), [2, 1]),
        (Sought(actor="示例甲", action="viewed"), [4]),
        (Sought(actor="示例甲", action="viewed", about="SC-2026-1"), []),
        (Sought(actor="nobody"), []),
        (Sought(since=NOW + timedelta(minutes=2)), [4, 3]),
        (Sought(until=NOW + timedelta(minutes=2)), [2, 1]),
        (Sought(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3)), [3, 2]),
        (Sought(actor="示例甲", since=NOW + timedelta(seconds=1)), [4]),
        (Sought(since=NOW + timedelta(minutes=4)), []),
        (Sought(until=NOW), []),
    ],
)
def test_entries_are_found_by_person_kind_filing_and_time(
    trail: AuditLogStore, sought: Sought, found: list[int]
) -> None:
    add(trail, "exported", "示例甲", 0, about="SC-2026-1")
    add(trail, "viewed", "示例乙", 1, about="SC-2026-1")
    add(trail, "signed_in", "示例乙", 2)
    add(trail, "viewed", "示例甲", 3, about="SC-2026-2")
    assert sequences(trail.page(sought, limit=10)) == found
    assert sequences(tuple(trail.stream(sought))) == found[::-1]
    assert sequences(trail.page(sought, limit=10, before=4)) == [one for one in found if one < 4]


def test_the_audit_log_is_not_a_record_and_changes_none(trail: AuditLogStore, store: RecordStore) -> None:
    store.append(first_step(1)).result(30)
    before = store.read("SC-2026-000001")
    add(trail, "viewed", about="SC-2026-000001")
    assert store.read("SC-2026-000001") == before
    assert store.count(Selection()) == 1
    with pytest.raises(NotFound):
        store.read(NUMBER)


def test_the_audit_log_is_sealed_with_the_records(trail: AuditLogStore, store: RecordStore, seals: SealStore) -> None:
    store.append(first_step(1)).result(30)
    entry = add(trail)
    signer = Signer("0001-test", ec.derive_private_key(7, ec.SECP256R1()))
    seal = seal_new(seals, signer, NOW)
    assert seal is not None
    assert seal.size == 2
    assert proves(prove_event(seals, entry.digest))
    add(trail)
    assert [(leaf.number, leaf.sequence) for leaf in seals.unsealed().leaves] == [(NUMBER, 2)]


def test_the_chain_goes_on_after_a_restart(reopen: Callable[[], Adapter]) -> None:
    first = reopen()
    add(first.trail)
    first.close()
    again = reopen()
    add(again.trail, minutes=1)
    assert is_chain(list(again.trail.stream(EVERYTHING)))
    again.close()
