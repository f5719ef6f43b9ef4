"""Checks a database's seals: each root against its leaves, each leaf against its event, all against published ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from functions.records.ledger import MARK
from functions.records.proof.audit import Finding, Report, check_published, check_seals
from functions.records.proof.stored import check_tree
from functions.records.seals.merkle import Tree
from functions.records.seals.seal import Leaf, Seal, in_order
from functions.staff.audit_log import NUMBER as TRAIL

Keyring = Mapping[str, ec.EllipticCurvePublicKey]

_SEALS = "SELECT seal, token, last_event, last_entry, last_step FROM seals ORDER BY seal"
_LEAVES = "SELECT seal, position, number, sequence, digest FROM sealed ORDER BY seal, position"
_TILES = "SELECT level, place, hashes FROM tiles WHERE seal = ? ORDER BY level, place"
# A sealed event exists, has the sealed digest, and lies between the marks of its seal and of the previous one.
_MISPLACED = """SELECT s.number, s.sequence, s.seal, e.digest, e.digest IS lower(hex(s.digest)) FROM sealed s
    LEFT JOIN {table} e ON e.number = s.number AND e.sequence = s.sequence LEFT JOIN seals k ON k.seal = s.seal
    WHERE {ours} AND (e.digest IS NOT lower(hex(s.digest)) OR NOT ifnull(e.id <= k.{mark}, 0)
        OR e.id <= ifnull((SELECT p.{mark} FROM seals p WHERE p.seal = s.seal - 1), 0))
    ORDER BY s.number, s.sequence"""
# Selects the sealed events of one table: a chain's name begins with a mark that no filing's number has.
_TABLES = (
    ("events", "last_event", f"s.number <> '{TRAIL}' AND s.number NOT LIKE '{MARK}%'"),
    ("trail", "last_entry", f"s.number = '{TRAIL}'"),
    ("ledger", "last_step", f"s.number LIKE '{MARK}%'"),
)
_LEFT_OUT = "SELECT number, sequence FROM {table} WHERE id <= ?"


def check_sealed(connection: sqlite3.Connection, keys: Keyring, published: Sequence[str], report: Report) -> None:
    """Report problems of the seals; `published` are seals that were kept elsewhere."""
    rows = connection.execute(_SEALS).fetchall()
    seals = {seal.token: seal for seal in check_seals([str(row[1]) for row in rows], keys, report)}
    _check_marks(rows, seals, report)
    _check_trees(connection, rows, seals, report)
    _check_events(connection, rows, report)
    check_published(published, keys, [seals.get(str(row[1])) for row in rows], report)


def _check_marks(rows: Sequence[Any], seals: Mapping[str, Seal], report: Report) -> None:
    """Check that a seal holds exactly the events between its marks and those of the previous seal."""
    last = 0
    for place, (index, token, *marks) in enumerate(rows, 1):
        seal, here = seals.get(str(token)), sum(marks)
        if index != place or (seal is not None and (seal.index != index or here - last != seal.size)):
            report.findings.append(Finding("seal_differs", f"第 {index} 次封存的序号或者步数和数据里的对不上"))
        last = here


def _check_trees(
    connection: sqlite3.Connection, rows: Sequence[Any], seals: Mapping[str, Seal], report: Report
) -> None:
    tokens = {row[0]: str(row[1]) for row in rows}
    seen = set()
    for index, group in groupby(connection.execute(_LEAVES), key=lambda row: row[0]):
        leaves = [(position, Leaf(number, sequence, digest)) for _, position, number, sequence, digest in group]
        seal = seals.get(tokens.get(index, ""))
        seen.add(index)
        report.count("sealed", len(leaves))
        if seal is not None:
            _check_tree(connection, seal, leaves, report)
    for index in sorted(tokens.keys() - seen):
        report.findings.append(Finding("seal_differs", f"第 {index} 次封存的指纹都不见了"))


def _check_tree(connection: sqlite3.Connection, seal: Seal, leaves: Sequence[tuple[int, Leaf]], report: Report) -> None:
    order = [leaf for _, leaf in leaves]
    in_place = [position for position, _ in leaves] == list(range(seal.size))

    def has_tiles(tree: Tree) -> bool:
        kept = [(level, place, bytes(hashes)) for level, place, hashes in connection.execute(_TILES, (seal.index,))]
        return kept == [(tile.level, tile.index, tile.hashes) for tile in tree.tiles]

    ordered = in_place and order == sorted(order, key=in_order)
    check_tree(seal, [leaf.digest for leaf in order], has_tiles, report, ordered=ordered)


def _check_events(connection: sqlite3.Connection, rows: Sequence[Any], report: Report) -> None:
    for place, (table, mark, ours) in enumerate(_TABLES):
        last = rows[-1][2 + place] if rows else 0
        misplaced = connection.execute(_MISPLACED.format(table=table, mark=mark, ours=ours)).fetchall()
        for number, sequence, seal, digest, same in misplaced:
            what = "不见了" if digest is None else "存入的先后和封存时不一样" if same else "和封存时的指纹不一样"
            words = f"{number} 第 {sequence} 步{what}，它在第 {seal} 次封存里"
            report.findings.append(Finding("sealed_missing", words, str(number), sequence))
        for number, sequence in _left_out(connection, table, last, ours, suspicious=bool(misplaced)):
            words = f"{number} 第 {sequence} 步应当已经封存，却不在任何一次封存里：它是后来补进的"
            report.findings.append(Finding("not_sealed", words, str(number), sequence))
        (waiting,) = connection.execute(f"SELECT count(*) FROM {table} WHERE id > ?", (last,)).fetchone()  # noqa: S608
        report.count("unsealed", waiting)


def _left_out(
    connection: sqlite3.Connection, table: str, last: int, ours: str, *, suspicious: bool
) -> Iterator[tuple[str, int]]:
    """Return events before the last mark that are in no seal; searches only when the counts differ."""
    (sealed,) = connection.execute(f"SELECT count(*) FROM sealed s WHERE {ours}").fetchone()  # noqa: S608 - constants
    (stored,) = connection.execute(f"SELECT count(*) FROM {table} WHERE id <= ?", (last,)).fetchone()  # noqa: S608
    if sealed == stored and not suspicious:
        return
    held = set(connection.execute("SELECT number, sequence FROM sealed").fetchall())
    for number, sequence in connection.execute(_LEFT_OUT.format(table=table), (last,)):
        if (number, sequence) not in held:
            yield str(number), sequence
