"""Seals a night's events, proves an event, and collects a month of seals, through the store's port; reads no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from functions.records.filing import timestamp
from functions.records.receipt import Signer
from functions.records.seals.merkle import plant, prove
from functions.records.seals.seal import Proof, Seal, make_seal
from functions.records.state import SHANGHAI
from functions.records.store import SealStore

SEALS_AT_ONCE = 64


def seal_new(store: SealStore, signer: Signer, at: datetime) -> Seal | None:
    """Seal every event that no seal holds yet and return the seal; None when there is none.

    `at` is aware. Raises SealTaken when another sealing was faster: events that it left out wait for the next night.
    """
    # Keep this order: an event that another sealing takes in between makes this sealing fail, so nothing is sealed
    # twice.
    last = store.last_seal()
    unsealed = store.unsealed()
    if not unsealed.leaves:
        return None
    tree = plant([leaf.digest for leaf in unsealed.leaves])
    # Times never fall along the chain, even after a clock was set back.
    moment = max(timestamp(at), last.at) if last else timestamp(at)
    seal = make_seal(signer, at=moment, size=tree.size, root=tree.root, previous=last)
    store.keep_seal(seal, unsealed, tree.tiles)
    return seal


def prove_event(store: SealStore, digest: str) -> Proof:
    """Return the proof that the event of this digest is sealed; NotFound when it is not."""
    place = store.place(digest)
    seal = store.seal(place.seal)
    path = prove(place.position, seal.size, lambda level, index: store.tile(seal.index, level, index))
    return Proof(digest, place.position, path, seal)


def page_before(store: SealStore, before: int | None, limit: int) -> tuple[Seal, ...]:
    """Return at most `limit` seals before the index `before`, or the last ones; newest first."""
    if before is None:
        last = store.last_seal()
        before = last.index + 1 if last else 1
    first = max(1, before - limit)
    return store.seals(first=first, limit=before - first)[::-1] if before > first else ()


def newest_first(store: SealStore) -> Iterator[Seal]:
    """Yield every seal, newest first."""
    before = None
    while page := page_before(store, before, SEALS_AT_ONCE):
        yield from page
        before = page[-1].index


def seals_of_month(store: SealStore, month: str) -> tuple[Seal, ...]:
    """Return the seals made in a month of Asia/Shanghai (YYYY-MM), in order."""
    found: list[Seal] = []
    for seal in newest_first(store):
        made = datetime.fromisoformat(seal.at).astimezone(SHANGHAI).strftime("%Y-%m")
        if made < month:
            break
        if made == month:
            found.append(seal)
    return tuple(reversed(found))
