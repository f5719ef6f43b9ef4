"""Invented scans: bars for lines of writing and a ring for the stamp, so that nobody takes them for papers."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from functions.local.demo.units import dice

NAME: Final = "示例：签字盖章的扫描件.png"
PAGES: Final = 12
_WIDTH, _HEIGHT = 620, 877  # A4 at 75 dots an inch
_INK, _STAMP = 1, 2  # 0 is the paper
_COLOURS: Final = bytes.fromhex("fdfcf9 4b5860 ad2317")
_CENTRE, _OUTER, _INNER = (450, 700), 70, 62


@cache
def scans() -> Mapping[str, bytes]:
    """The PNG files there are, by their SHA-256 in lower-case hexadecimal; the same each time."""
    pages = (_png(page) for page in range(PAGES))
    return {hashlib.sha256(png).hexdigest(): png for png in pages}


def scan_of(*whose: object) -> dict[str, Any]:
    """One of them as a filing names it, the same for the same owner: `size` in bytes."""
    digest = dice("scan", *whose).choice(list(scans()))
    return {"name": NAME, "size": len(scans()[digest]), "sha256": digest}


def _png(page: int) -> bytes:
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 3, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in _drawn(page))
    chunks = ((b"IHDR", header), (b"PLTE", _COLOURS), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def _drawn(page: int) -> list[bytearray]:
    chance = dice("page", page)
    rows = [bytearray(_WIDTH) for _ in range(_HEIGHT)]
    for top in range(80, 780, 28):
        right = chance.randrange(200, 540)
        for row in rows[top : top + 9]:
            row[80:right] = bytes([_INK]) * (right - 80)
    across, down = _CENTRE
    for y in range(down - _OUTER, down + _OUTER + 1):
        for x in range(across - _OUTER, across + _OUTER + 1):
            if _INNER**2 <= (x - across) ** 2 + (y - down) ** 2 <= _OUTER**2:
                rows[y][x] = _STAMP
    return rows
