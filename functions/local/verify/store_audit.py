"""Checks any store for consistency through its ports: events, lists, seals, the audit log; changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from functions.errors import NotFound
from functions.forms.definition import Definition
from functions.records.attachments.named import Attachment, digests_in
from functions.records.attachments.store import FROM_OUTSIDE, BlobStore
from functions.records.event import Event
from functions.records.ledger import LedgerStore
from functions.records.proof.audit import Finding, Keyring, Report, check_chain, check_published, check_seals
from functions.records.proof.stored import Fault, check_named_files, check_summary, check_tree
from functions.records.sealing import newest_first
from functions.records.seals.merkle import WIDTH, Tile, Tree, split
from functions.records.seals.seal import Seal
from functions.records.state import State
from functions.records.store import Record, RecordStore, SealStore, Selection, Summary
from functions.staff.audit_log import AuditLogStore, Sought
from functions.supervision.draws.audit import check_draw

_BATCH = 256
Where = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Ports:
    """The store to check, and how to find the form of a digest."""

    records: RecordStore
    seals: SealStore
    trail: AuditLogStore
    ledger: LedgerStore
    blobs: BlobStore
    definition_of: Callable[[str], Definition]


def audit(ports: Ports, keys: Keyring, published: Sequence[str], progress: Callable[[int], None]) -> Report:
    """Return every difference from the record. Holds a digest for each event: some 200 MB for a million.

    Checks that named files exist, and their size; reads none.
    """
    report = Report()
    report.count("attachments", 0)  # said also where no record names one
    # Events sealed meanwhile may be newer than those read below.
    last = ports.seals.last_seal()
    upto = last.index if last else 0
    stored: dict[bytes, Where] = {}
    for record in ports.records.stream(Selection()):
        report.count("records")
        _collect(record.events, stored, report, "events")
        if check_chain(record.events, report):
            _check_summary(record, ports.definition_of, report)
            _check_files(record, ports, report)
        if report.checked["records"] % _BATCH == 0:
            progress(report.checked["events"])
    check_chain(_noted(ports.trail.stream(Sought()), stored, report), report)
    for chain in ports.ledger.chains(""):
        steps = ports.ledger.read(chain)
        _collect(steps, stored, report, "ledger")
        if check_chain(steps, report):
            check_draw(steps, report)
    waiting = dict(stored)
    seals = _check_seals(ports.seals, keys, waiting, upto, report)
    _check_waiting(ports.seals, waiting, report)
    check_published(published, keys, seals, report)
    progress(report.checked.get("events", 0))
    return report


def _collect(events: Iterable[Event], stored: dict[bytes, Where], report: Report, what: str) -> None:
    for event in events:
        report.count(what)
        stored[_bytes(event.digest)] = (event.number, event.sequence)


def _noted(entries: Iterable[Event], stored: dict[bytes, Where], report: Report) -> Iterator[Event]:
    for entry in entries:
        _collect((entry,), stored, report, "trail")
        yield entry


def _check_summary(record: Record, definition_of: Callable[[str], Definition], report: Report) -> None:
    summary = record.summary

    def is_listed(_: State, expected: Summary) -> bool:
        return replace(summary, contested=False) == expected

    check_summary(record.events, summary.sequence, definition_of, is_listed, report)


def _check_files(record: Record, ports: Ports, report: Report) -> None:
    digests = {digest for event in record.events for digest in digests_in(event.body)}
    if digests and digests - ports.records.named(digests):
        words = f"{record.summary.number} 提到的附件不在附件目录里，夜里会被清理。请马上运行 qingdan rebuild"
        report.findings.append(Finding("summary_differs", words, record.summary.number))

    def fault_of(attachment: Attachment) -> Fault:
        report.count("attachments")
        sizes = list(_sizes(ports.blobs, attachment.digest))
        if attachment.size in sizes:
            return None
        return ("file_changed", "被换过或者坏了") if sizes else ("file_missing", "不见了")

    check_named_files(record.events, fault_of, report)


def _sizes(blobs: BlobStore, digest: str) -> Iterator[int]:
    for area in FROM_OUTSIDE:
        with suppress(NotFound):
            yield blobs.size(area, digest)


def _check_seals(
    store: SealStore, keys: Keyring, waiting: dict[bytes, Where], upto: int, report: Report
) -> list[Seal | None]:
    """Report problems of the seals; removes sealed events from `waiting`, which held them up to this seal."""
    kept = list(newest_first(store))[::-1]
    whole = {seal.token for seal in check_seals([seal.token for seal in kept], keys, report)}
    for seal in kept:
        leaves = _leaves(store, seal)
        report.count("sealed", len(leaves))
        check_tree(seal, leaves, partial(_has_tiles, store, seal), report)
        for place, digest in enumerate(leaves):
            if digest in waiting or seal.index <= upto:
                _check_leaf(store, seal, place, digest, waiting, report)
    return [seal if seal.token in whole else None for seal in kept]


def _check_leaf(
    store: SealStore, seal: Seal, place: int, digest: bytes, waiting: dict[bytes, Where], report: Report
) -> None:
    where = waiting.pop(digest, None)
    if where is None:
        words = f"第 {seal.index} 次封存里的第 {place + 1} 步不见了，它的指纹是 {digest.hex()}"
        report.findings.append(Finding("sealed_missing", words))
        return
    try:
        found = store.place(digest.hex())
        there = (found.seal, found.position) == (seal.index, place)
    except NotFound:
        there = False
    if not there:
        words = f"{where[0]} 第 {where[1]} 步在第 {seal.index} 次封存里，却查不到"
        report.findings.append(Finding("seal_differs", words, *where))


def _leaves(store: SealStore, seal: Seal) -> list[bytes]:
    found: list[bytes] = []
    for index in range(-(-seal.size // WIDTH)):
        found += split(_tile(store, seal, 0, index))
    return found


def _has_tiles(store: SealStore, seal: Seal, tree: Tree) -> bool:
    return all(_tile(store, seal, tile.level, tile.index) == tile.hashes for tile in _inner(tree))


def _inner(tree: Tree) -> Iterator[Tile]:
    return (tile for tile in tree.tiles if tile.level > 0)


def _tile(store: SealStore, seal: Seal, level: int, index: int) -> bytes:
    try:
        return store.tile(seal.index, level, index)
    except NotFound:
        return b""


def _check_waiting(store: SealStore, waiting: dict[bytes, Where], report: Report) -> None:
    """The unsealed events must be exactly those that wait for the next seal."""
    unsealed = {leaf.digest for leaf in store.unsealed().leaves}
    report.count("unsealed", len(unsealed))
    for digest, where in waiting.items():
        if digest not in unsealed:
            words = f"{where[0]} 第 {where[1]} 步不在任何一次封存里，也不等着封存：它是后来补进的"
            report.findings.append(Finding("not_sealed", words, *where))


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return digest.encode()
