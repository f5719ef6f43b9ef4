"""The Merkle tree of RFC 6962 over digests, stored in tiles so that a proof reads three; knows no event or store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
WIDTH = 256
_LEAF, _NODE = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True)
class Tile:
    """Up to 256 neighbouring hashes: level 0 holds the digests themselves, level n the roots of the tiles below."""

    level: int
    index: int
    hashes: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tree:
    """`root` is the Merkle tree hash of RFC 6962, 2.1, over `size` digests in their order."""

    size: int
    root: bytes
    tiles: tuple[Tile, ...] = field(repr=False)


def hash_leaf(digest: bytes) -> bytes:
    """Return the hash of a leaf; the first byte distinguishes leaves from nodes."""
    return hashlib.sha256(_LEAF + digest).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two hashes."""
    return hashlib.sha256(_NODE + left + right).digest()


def plant(digests: Sequence[bytes]) -> Tree:
    """Build the tree over these digests, at least one.

    Chunks of a power of two never straddle RFC 6962's own split, so the roots of the chunks are the leaves of the next
    level, the last and shorter chunk included.
    """
    if not digests:
        raise ValueError("a tree needs a leaf")
    tiles: list[Tile] = []
    level, row = 0, digests
    while level == 0 or len(row) > 1:
        chunks = [row[start : start + WIDTH] for start in range(0, len(row), WIDTH)]
        tiles += [Tile(level, index, b"".join(chunk)) for index, chunk in enumerate(chunks)]
        row = [_fold(chunk if level else [hash_leaf(digest) for digest in chunk]) for chunk in chunks]
        level += 1
    return Tree(len(digests), row[0], tuple(tiles))


def prove(position: int, size: int, read: Callable[[int, int], bytes]) -> tuple[bytes, ...]:
    """Return the audit path of RFC 6962, 2.1.1, for the leaf at `position`, from 0; `read` gives a tile."""
    if not 0 <= position < size:
        raise ValueError("there is no such leaf")
    path: list[bytes] = []
    level, count = 0, size
    while level == 0 or count > 1:
        index, place = divmod(position, WIDTH)
        hashes = split(read(level, index))
        path += _beside(hashes if level else [hash_leaf(digest) for digest in hashes], place)
        position, count, level = index, -(-count // WIDTH), level + 1
    return tuple(path)


def root_from(digest: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that this path leads to (RFC 9162, 2.1.3.2); ValueError for a path of another length."""
    if not 0 <= position < size:
        raise ValueError("there is no such leaf")
    node, at, last = hash_leaf(digest), position, size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if at & 1 or at == last:
            node = hash_node(sibling, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hash_node(node, sibling)
        at, last = at >> 1, last >> 1
    if last != 0:
        raise ValueError("the path is too short")
    return node


def split(hashes: bytes) -> list[bytes]:
    """Split a tile into its hashes."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def _fold(row: Sequence[bytes]) -> bytes:
    """Return the root over nodes: pairs from the left; an odd one moves up. This is RFC 6962's split from below."""
    while len(row) > 1:
        row = _pairs(row)
    return row[0]


def _beside(row: Sequence[bytes], place: int) -> list[bytes]:
    """Return the sibling hashes of the node at `place` on the way up."""
    found: list[bytes] = []
    while len(row) > 1:
        sibling = place ^ 1
        if sibling < len(row):
            found.append(row[sibling])
        row, place = _pairs(row), place >> 1
    return found


def _pairs(row: Sequence[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    paired = [sha256(_NODE + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
    if len(row) % 2:
        paired.append(row[-1])
    return paired
