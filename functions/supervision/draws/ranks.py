"""The order in which a seed puts the members of a pool, and whom the sizes take; knows no rule about sizes.

domain.md §11: rank = SHA-256("draw/1\\n" + stratum + "\\n" + id + "\\n" + seed) in lower-case hexadecimal, ascending.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.errors import QingdanError
from functions.supervision.draws.pool import Member, Pool

COUNTY_DIRECT: Final = "county_direct"
LEAST_DIGITS: Final = 20
MOST_DIGITS: Final = 200
_APART: Final = re.compile(r"[\s,，、-]+")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A member with its number in the order; `place` counts from 1 in its stratum."""

    member: Member
    rank: str
    place: int


def read_seed(typed: str) -> str:
    """The digits of a seed as typed, in groups or not; QingdanError unless there are 20 to 200 of them."""
    seed = _APART.sub("", typed)
    if not (seed.isascii() and seed.isdecimal()):
        raise QingdanError("种子只能是数字，例如一枚骰子掷 20 次的点数。请核对")
    if not LEAST_DIGITS <= len(seed) <= MOST_DIGITS:
        raise QingdanError(f"种子要有 {LEAST_DIGITS} 到 {MOST_DIGITS} 位数字，现在是 {len(seed)} 位。请核对，不要补零")
    return seed


def rank_of(stratum: str, id: str, seed: str) -> str:
    """The number that decides a member's place."""
    return hashlib.sha256(f"draw/1\n{stratum}\n{id}\n{seed}".encode()).hexdigest()


def strata_order(strata: Iterable[str]) -> list[str]:
    """The strata in the order of drawing: those directly under the county first, the others by their codes."""
    return sorted(strata, key=lambda name: (name != COUNTY_DIRECT, name))


def rank_pool(pool: Pool, seed: str) -> dict[str, tuple[Ranked, ...]]:
    """Every member in the order of its stratum, by stratum."""
    strata = pool.strata()
    return {name: _ranked(strata[name], seed) for name in strata_order(strata)}


def _ranked(members: Sequence[Member], seed: str) -> tuple[Ranked, ...]:
    ranks = sorted((rank_of(one.stratum, one.id, seed), one) for one in members)
    return tuple(Ranked(member, rank, place) for place, (rank, member) in enumerate(ranks, 1))


def draw(ranks: Mapping[str, Sequence[Ranked]], sizes: Mapping[str, int]) -> tuple[Ranked, ...]:
    """The first of each stratum, as many as its size says."""
    return tuple(one for name, ranked in ranks.items() for one in ranked[: sizes.get(name, 0)])
