"""Where the rows of a SQLite file lie in it, byte by byte (sqlite.org/fileformat2): written anew, to be independent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

PAGE = 4096
TABLE_LEAF, INDEX_LEAF, INDEX_INNER = 0x0D, 0x0A, 0x02


def bytes_of_rows(path: Path, tables: tuple[str, ...]) -> list[int]:
    """The offset of every byte in the file that belongs to a row of these tables: headers, values, what overflows.

    All but one a row: where a table's rowid has a name, the header keeps a place for it that SQLite never reads.
    """
    with closing(sqlite3.connect(path)) as connection:
        named = ", ".join(f"'{table}'" for table in tables)
        found = connection.execute(f"SELECT pageno, pagetype FROM dbstat WHERE name IN ({named})").fetchall()
    content = path.read_bytes()
    offsets: list[int] = []
    for page, kind in found:
        if kind in ("leaf", "internal"):
            for start, length in _cells(content, page):
                offsets += range(start, start + length)
    return sorted(set(offsets) - _unread(content, [page for page, _ in found]))


def _unread(content: bytes, pages: list[int]) -> set[int]:
    """In each row of a table with a named rowid, the header's byte for that column: it says that nothing follows."""
    places = set()
    for page in pages:
        base = (page - 1) * PAGE
        if content[base] == TABLE_LEAF:
            for at in range(int.from_bytes(content[base + 3 : base + 5], "big")):
                start = base + int.from_bytes(content[base + 8 + 2 * at : base + 10 + 2 * at], "big")
                _, start = _varint(content, start)
                _, start = _varint(content, start)
                _, start = _varint(content, start)
                assert content[start] == 0
                places.add(start)
    return places


def _cells(content: bytes, page: int) -> Iterator[tuple[int, int]]:
    """Each cell of a page that holds rows, and then the pages it overflows to, as start and length."""
    base = (page - 1) * PAGE
    kind = content[base]
    if kind not in (TABLE_LEAF, INDEX_LEAF, INDEX_INNER):
        return
    head = 12 if kind == INDEX_INNER else 8
    for at in range(int.from_bytes(content[base + 3 : base + 5], "big")):
        place = base + head + 2 * at
        start = base + int.from_bytes(content[place : place + 2], "big")
        here = start + (4 if kind == INDEX_INNER else 0)
        size, here = _varint(content, here)
        if kind == TABLE_LEAF:
            _, here = _varint(content, here)
        local = _local(size, kind)
        end = here + local + (4 if local < size else 0)
        yield start, end - start
        if local < size:
            yield from _overflow(content, int.from_bytes(content[end - 4 : end], "big"), size - local)


def _overflow(content: bytes, page: int, left: int) -> Iterator[tuple[int, int]]:
    while left > 0:
        base = (page - 1) * PAGE
        held = min(left, PAGE - 4)
        yield base, 4 + held
        left -= held
        page = int.from_bytes(content[base : base + 4], "big")


def _local(size: int, kind: int) -> int:
    """How much of a payload stays in its cell."""
    most = PAGE - 35 if kind == TABLE_LEAF else (PAGE - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (PAGE - 12) * 32 // 255 - 23
    fits = least + (size - least) % (PAGE - 4)
    return fits if fits <= most else least


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for length in range(1, 10):
        byte = content[at + length - 1]
        if length == 9:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + length
    raise AssertionError("a varint has nine bytes at most")
