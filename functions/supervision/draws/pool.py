"""The pool of a draw as a set, its one spelling as bytes and their digest; knows no roster and no seed.

docs/draws.md gives the format: a line of CSV for each member, "stratum,id,name", and one for each that was left out,
"-,id,name,reason"; sorted by their bytes, UTF-8, each line ended by a line feed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from functions.errors import QingdanError

LEFT_OUT: Final = "-"
_CODE: Final = re.compile(r"\w[\w-]{0,39}")
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, order=True)
class Member:
    """Somebody who can be drawn. `id` is a unit's USCC or an officer's certificate number."""

    stratum: str
    id: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """Somebody on the roster who cannot be drawn, and why."""

    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Who can be drawn and who cannot; equal for every order in which they were given."""

    members: frozenset[Member]
    left_out: frozenset[LeftOut] = frozenset()

    @property
    def content(self) -> bytes:
        """The pool's one spelling."""
        return b"".join(sorted(line.encode() + b"\n" for line in self._lines()))

    @property
    def digest(self) -> str:
        """SHA-256 of `content`, lower-case hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def strata(self) -> dict[str, list[Member]]:
        """The members by stratum, each list sorted."""
        found: dict[str, list[Member]] = {}
        for member in sorted(self.members):
            found.setdefault(member.stratum, []).append(member)
        return found

    def _lines(self) -> Iterator[str]:
        yield from (f"{one.stratum},{one.id},{one.name}" for one in self.members)
        yield from (f"{LEFT_OUT},{one.id},{one.name},{one.reason}" for one in self.left_out)


def make_pool(members: Iterable[Member], left_out: Iterable[LeftOut] = ()) -> Pool:
    """Make a pool with names and reasons on one line and without commas; QingdanError when an id stands in it twice."""
    pool = Pool(
        frozenset(Member(_code(one.stratum), _code(one.id), _plain(one.name)) for one in members),
        frozenset(LeftOut(_code(one.id), _plain(one.name), _plain(one.reason)) for one in left_out),
    )
    ids = sorted([one.id for one in pool.members] + [one.id for one in pool.left_out])
    for id, following in pairwise(ids):
        if id == following:
            raise QingdanError(f"{id} 在名单里有两次。请先在名册里核对，只留一次")
    return pool


def read_pool(content: bytes) -> Pool:
    """Read a published pool; QingdanError when the bytes are not the one spelling of a pool."""
    try:
        rows = [line.split(",") for line in content.decode().splitlines()]
        members = [Member(*row) for row in rows if row[0] != LEFT_OUT]
        left_out = [LeftOut(*row[1:]) for row in rows if row[0] == LEFT_OUT]
    except (UnicodeDecodeError, TypeError):
        raise QingdanError("名单文件读不懂。每行应是“层,代码,名称”，UTF-8 编码；请用公示的原文件") from None
    pool = make_pool(members, left_out)
    if pool.content != content:
        raise QingdanError("名单文件被改过：行的次序、空格或者标点和公示的写法不一样。请用公示的原文件")
    return pool


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise QingdanError(f"“{text}”不能作层名或代码。里面不能有空格、逗号，最多 40 个字")
    return text


def _plain(text: str) -> str:
    return _UNSEEN.sub(" ", text).strip().replace(",", "，")
