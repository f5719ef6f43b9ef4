"""A draw as a chain of events, and whether each of them is what recomputing gives; knows no store and no clock.

The pool is in the first event, so it is dated, sealed and digested before the seed exists. Units and officers are two
lots of one draw: each has its own pool, and the one seed draws both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from functions.errors import QingdanError
from functions.records.event import Event
from functions.supervision.draws.pool import Pool, read_pool
from functions.supervision.draws.ranks import Ranked, draw, rank_pool, read_seed
from functions.supervision.draws.replacing import Drop, Placed, outcomes
from functions.supervision.draws.sizes import Bound, Kind, bounds_of, share_out

KIND: Final = "draw"
PUBLISHED: Final = "pool_published"
DRAWN: Final = "drawn"
DROPPED: Final = "dropped"

LotName = Literal["units", "officers"]
LOTS: Final[tuple[LotName, ...]] = ("units", "officers")


@dataclass(frozen=True, slots=True)
class Lot:
    """A pool, and how many are drawn from it."""

    pool: Pool
    size: int

    @property
    def counts(self) -> dict[str, int]:
        """How many members each stratum has."""
        return {name: len(members) for name, members in self.pool.strata().items()}

    @property
    def sizes(self) -> dict[str, int]:
        """How many each stratum gives; QingdanError when more are wanted than there are."""
        if self.size > len(self.pool.members):
            raise QingdanError(f"名单里只有 {len(self.pool.members)} 个，抽不出 {self.size} 个。请改数目，或者核对名册")
        return share_out(self.counts, self.size)

    def drawn(self, seed: str) -> tuple[Ranked, ...]:
        """Whom a seed draws."""
        return draw(rank_pool(self.pool, seed), self.sizes)

    def placed(self, seed: str, drops: Sequence[Drop]) -> dict[str, tuple[Placed, ...]]:
        """Return what becomes of every place once these have dropped out."""
        return outcomes(rank_pool(self.pool, seed), self.sizes, drops)

    def body(self) -> dict[str, Any]:
        """Return what the first event says of it."""
        content = self.pool.content.decode()
        return {"pool": content, "digest": self.pool.digest, "size": self.size, "sizes": self.sizes}


@dataclass(frozen=True, slots=True)
class Witness:
    """Who saw the dice; `outside` says that it is nobody of the section that inspects."""

    name: str
    organ: str
    outside: bool


@dataclass(frozen=True, slots=True)
class DrawState:
    """A draw after its events. `seed` is "" before the dice; `drops` are those of both lots, oldest first."""

    title: str
    kind: Kind
    source: str
    decision: str
    lots: Mapping[LotName, Lot]
    seed: str
    drops: tuple[Drop, ...]
    head: int

    def placed(self, name: LotName) -> dict[str, tuple[Placed, ...]]:
        """The result of a lot as it stands."""
        ids = {one.id for one in self.lots[name].pool.members}
        return self.lots[name].placed(self.seed, [drop for drop in self.drops if drop.id in ids])


def bounds_for(kind: Kind, lots: Mapping[LotName, Lot]) -> tuple[Bound, ...]:
    """Return what the rules say of both lots."""
    units, officers = lots["units"], lots["officers"]
    return (*bounds_of(kind, units.counts, units.size), *bounds_of("officers", officers.counts, officers.size))


def state_of(events: Sequence[Event]) -> DrawState:
    """The draw after its events, the first of which published its pools."""
    first, *later = map(_body, events)
    seed = next((body["seed"] for body in later if "seed" in body), "")
    drops = tuple(Drop(body["id"], body["reason"]) for body in later if "reason" in body)
    lots = {name: Lot(read_pool(first[name]["pool"].encode()), first[name]["size"]) for name in LOTS}
    facts = {name: first[name] for name in ("title", "kind", "source", "decision")}
    return DrawState(**facts, lots=lots, seed=seed, drops=drops, head=events[-1].sequence)


def heir_of(state: DrawState, drop: Drop) -> str:
    """The id of who stands in when this one drops out too, "" when nobody is left; QingdanError if it is not drawn."""
    name = next((name for name in LOTS if drop.id in {one.id for one in state.lots[name].pool.members}), LOTS[0])
    before = {one.ranked.member.id for one in _standing(state.placed(name))}
    ids = {one.id for one in state.lots[name].pool.members}
    after = state.lots[name].placed(state.seed, [*(one for one in state.drops if one.id in ids), drop])
    return next((one.ranked.member.id for one in _standing(after) if one.ranked.member.id not in before), "")


def faults(events: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """Every event that is not what recomputing gives: its sequence, and in Chinese what differs."""
    for place, event in enumerate(events):
        try:
            differs = _CHECKS[str(event.type)](events[:place], _body(event))
        except (QingdanError, KeyError, ValueError, TypeError, AttributeError, IndexError):
            differs = "内容读不懂，没法重算"
        if differs:
            yield event.sequence, differs


def _published(before: Sequence[Event], body: Mapping[str, Any]) -> str:
    if before:
        return "名单公布了两次"
    for name in LOTS:
        lot = Lot(read_pool(body[name]["pool"].encode()), body[name]["size"])
        if lot.body() != body[name]:
            return "名单的指纹或者各层的家数，和重算的不一样"
    return ""


def _drawn(before: Sequence[Event], body: Mapping[str, Any]) -> str:
    state = state_of(before)
    if state.seed:
        return "抽了两次"
    seed = read_seed(body["seed"])
    wanted = {name: [one.member.id for one in state.lots[name].drawn(seed)] for name in LOTS}
    return "" if {name: body[name] for name in LOTS} == wanted else "抽中的和由种子重算的不一样"


def _dropped(before: Sequence[Event], body: Mapping[str, Any]) -> str:
    heir = heir_of(state_of(before), Drop(body["id"], body["reason"]))
    return "" if body["heir"] == heir else "递补的不是名次上的下一个"


_CHECKS: Final = {PUBLISHED: _published, DRAWN: _drawn, DROPPED: _dropped}


def _standing(placed: Mapping[str, Sequence[Placed]]) -> Iterator[Placed]:
    return (one for of in placed.values() for one in of if one.outcome in ("drawn", "stands_in"))


def _body(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(event.body or b"{}")
    return body
