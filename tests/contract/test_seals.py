"""A sealed event stays sealed, new events wait for the next seal, and none is sealed twice or lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import NotFound, SealTaken
from functions.records.receipt import Signer
from functions.records.sealing import newest_first, prove_event, seal_new
from functions.records.seals.merkle import plant
from functions.records.seals.seal import Leaf, Seal, in_order, make_seal, proves
from functions.records.store import RecordStore, SealStore, Selection, Unsealed
from tests.contract.conftest import Adapter
from tests.support.store.steps import first_step, next_step

SIGNER = Signer("0001-test", ec.derive_private_key(7, ec.SECP256R1()))
NIGHT = datetime(2026, 9, 18, 16, 30, tzinfo=UTC)


def fill(store: RecordStore, *numbers: int) -> None:
    for future in [store.append(first_step(n)) for n in numbers]:
        future.result(30)


def leaves_of(store: RecordStore) -> list[Leaf]:
    events = (event for record in store.stream(Selection()) for event in record.events)
    return sorted((Leaf(e.number, e.sequence, bytes.fromhex(e.digest)) for e in events), key=in_order)


def sealed(seals: SealStore, night: int = 0) -> Seal:
    made = seal_new(seals, SIGNER, NIGHT + timedelta(days=night))
    assert made is not None
    return made


def test_a_new_store_has_nothing_to_seal(seals: SealStore) -> None:
    assert list(seals.unsealed().leaves) == []
    assert seals.last_seal() is None
    assert seals.seals(first=1, limit=10) == ()
    assert seal_new(seals, SIGNER, NIGHT) is None
    assert list(newest_first(seals)) == []


def test_every_event_waits_in_order_until_it_is_sealed(store: RecordStore, seals: SealStore) -> None:
    fill(store, 3, 1, 2)
    store.append(next_step(store.read("SC-2026-000002"), "accepted", "accepted")).result(30)
    assert list(seals.unsealed().leaves) == leaves_of(store)
    seal = sealed(seals)
    assert (seal.index, seal.size, seal.previous) == (1, 4, "")
    assert seal.root == plant([leaf.digest for leaf in leaves_of(store)]).root.hex()
    assert list(seals.unsealed().leaves) == []
    assert seals.last_seal() == seal == seals.seal(1)


def test_the_next_night_seals_only_what_is_new(store: RecordStore, seals: SealStore) -> None:
    fill(store, 1, 2)
    first, before = sealed(seals), leaves_of(store)
    fill(store, 3)
    store.append(next_step(store.read("SC-2026-000001"), "returned", "returned")).result(30)
    assert list(seals.unsealed().leaves) == [leaf for leaf in leaves_of(store) if leaf not in before]
    second = sealed(seals, 1)
    assert (second.index, second.size, second.previous) == (2, 2, first.digest)
    assert seals.seals(first=1, limit=10) == (first, second)
    assert seals.seals(first=2, limit=10) == (second,)
    assert seals.seals(first=1, limit=1) == (first,)
    assert seals.seals(first=3, limit=10) == ()


def test_events_stored_during_sealing_wait_for_the_next_seal(store: RecordStore, seals: SealStore) -> None:
    fill(store, 1)
    unsealed = seals.unsealed()
    fill(store, 2)
    keep(seals, unsealed)
    assert [leaf.number for leaf in seals.unsealed().leaves] == ["SC-2026-000002"]


def test_a_seal_is_kept_once(store: RecordStore, seals: SealStore) -> None:
    fill(store, 1)
    unsealed = seals.unsealed()
    kept = keep(seals, unsealed)
    fill(store, 2)
    with pytest.raises(SealTaken):
        keep(seals, unsealed, at="2026-09-19T16:30:00.000000Z")
    assert seals.seals(first=1, limit=10) == (kept,)
    assert [leaf.number for leaf in seals.unsealed().leaves] == ["SC-2026-000002"]


def keep(seals: SealStore, unsealed: Unsealed, at: str = "2026-09-18T16:30:00.000000Z") -> Seal:
    tree = plant([leaf.digest for leaf in unsealed.leaves])
    seal = make_seal(SIGNER, at=at, size=tree.size, root=tree.root, previous=None)
    seals.keep_seal(seal, unsealed, tree.tiles)
    return seal


def test_one_of_eight_concurrent_sealers_seals_every_event_once(store: RecordStore, seals: SealStore) -> None:
    fill(store, *range(1, 41))
    start = Barrier(8)

    def try_to(_: int) -> Seal | None:
        start.wait(30)
        try:
            return seal_new(seals, SIGNER, NIGHT)
        except SealTaken:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [seal for seal in pool.map(try_to, range(8)) if seal]
    assert sum(seal.size for seal in made) == 40
    assert [seal.index for seal in newest_first(seals)] == list(range(len(made), 0, -1))


def test_every_event_is_proved_by_its_digest_alone(store: RecordStore, seals: SealStore) -> None:
    fill(store, *range(1, 601))
    first = sealed(seals)
    fill(store, 601)
    second = sealed(seals, 1)
    for leaf in leaves_of(store):
        proof = prove_event(seals, leaf.digest.hex())
        assert proves(proof)
        assert proof.seal == (second if leaf.number == "SC-2026-000601" else first)


def test_an_unsealed_digest_is_not_found(store: RecordStore, seals: SealStore) -> None:
    fill(store, 1)
    waiting = leaves_of(store)[0].digest.hex()
    for digest in (waiting, "0" * 64, "", "nonsense"):
        with pytest.raises(NotFound):
            seals.place(digest)
    sealed(seals)
    assert seals.place(waiting).seal == 1
    for ask in (lambda: seals.seal(2), lambda: seals.seal(0), lambda: seals.tile(1, 0, 1), lambda: seals.tile(2, 0, 0)):
        with pytest.raises(NotFound):
            ask()


def test_seals_survive_a_restart(reopen: Callable[[], Adapter]) -> None:
    opened = reopen()
    fill(opened, 1, 2, 3)
    seal, leaves = sealed(opened.seals), leaves_of(opened)
    opened.close()
    again = reopen()
    assert again.seals.last_seal() == seal
    assert list(again.seals.unsealed().leaves) == []
    assert all(proves(prove_event(again.seals, leaf.digest.hex())) for leaf in leaves)
    again.close()


def test_a_clock_that_was_set_back_does_not_break_the_chain(store: RecordStore, seals: SealStore) -> None:
    fill(store, 1)
    first = sealed(seals, 5)
    fill(store, 2)
    assert sealed(seals).at == first.at
