"""How long a seal over a million events takes, how long the next night's, and how long and large a proof is."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.report import Table, quantile
from benchmarks.sample import FORM
from benchmarks.seed import steps, store_all
from functions.forms.authoring.reader import read_form
from functions.forms.definition import Definition
from functions.records.sealing import prove_event, seal_new
from functions.records.seals.merkle import plant
from functions.records.seals.seal import Seal, proves, write_proof
from functions.records.store import Append
from functions.storage.keys import load_keys
from functions.storage.sqlite import SqliteStore, open_store

MILLION = 1_000_000
NEXT_NIGHT = 300
PROOFS = 500
NIGHT = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)


def run(folder: Path, year: int) -> Table:
    """The seal of a million events, the one of the next night, and proofs out of the first."""
    table = Table(f"sealing {MILLION:,} events, each of a filing as large as in the other benchmarks")
    data = folder / "seal"
    store = open_store(data)
    try:
        digests = _fill(store, data, 0, MILLION)
        first, took = _seal(store, data, NIGHT)
        table.add(f"seal of {first.size:,} events", took, "s", "below", 60)
        _fill(store, data, MILLION, NEXT_NIGHT)
        second, took = _seal(store, data, NIGHT + timedelta(days=1))
        table.add(f"the next night, {second.size:,} new events", took, "s", note="no bar")
        _add_proofs(table, store, digests)
    finally:
        store.close()
    began = time.perf_counter()
    plant(digests)
    table.add("floor: the tree alone, in memory", time.perf_counter() - began, "s")
    return table


def _fill(store: SqliteStore, data: Path, first: int, count: int) -> list[bytes]:
    """Store so many filings through the port; the digests of their events."""
    definition = Definition.from_document(read_form(Path("schemas") / FORM))
    digests: list[bytes] = []

    def noted() -> Iterator[Append]:
        for step in steps(data, definition, count, first):
            digests.append(bytes.fromhex(step.events[0].digest))
            yield step

    store_all(store, noted())
    return digests


def _seal(store: SqliteStore, data: Path, at: datetime) -> tuple[Seal, float]:
    signer = load_keys(data, os.urandom).signer
    began = time.perf_counter()
    seal = seal_new(store.seals, signer, at)
    took = time.perf_counter() - began
    assert seal is not None
    return seal, took


def _add_proofs(table: Table, store: SqliteStore, digests: list[bytes]) -> None:
    """Proofs of events that lie far apart, each asked by its digest alone and checked."""
    milliseconds, most = [], 0
    for at in range(PROOFS):
        digest = digests[int.from_bytes(hashlib.sha256(b"%d" % at).digest()[:8], "big") % len(digests)].hex()
        began = time.perf_counter()
        proof = prove_event(store.seals, digest)
        milliseconds.append((time.perf_counter() - began) * 1000)
        most = max(most, len(json.dumps(write_proof(proof), separators=(",", ":"))))
        if not proves(proof):
            raise RuntimeError("a proof does not hold")
    milliseconds.sort()
    table.add("a proof of inclusion, p50", quantile(milliseconds, 0.5), "ms")
    table.add("a proof of inclusion, p99", quantile(milliseconds, 0.99), "ms", "below", 10)
    table.add("a proof of inclusion, the largest", most / 1000, "KB", "below", 2)
