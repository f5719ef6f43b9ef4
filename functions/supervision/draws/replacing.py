"""Who stands in for those who drop out of a draw: always the next of the same stratum, never a new draw.

When a stratum has nobody left, nobody stands in: one fewer is inspected, and the result shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from functions.errors import QingdanError
from functions.supervision.draws.ranks import Ranked

Outcome = Literal["drawn", "reserve", "dropped", "stands_in"]


@dataclass(frozen=True, slots=True)
class Drop:
    """Somebody who was drawn and drops out, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The fate of a place in the order; `instead_of` is the place that it stands in for, `reason` why it dropped."""

    ranked: Ranked
    outcome: Outcome
    reason: str = ""
    instead_of: int = 0


def outcomes(
    ranks: Mapping[str, Sequence[Ranked]], sizes: Mapping[str, int], drops: Sequence[Drop]
) -> dict[str, tuple[Placed, ...]]:
    """Return what became of every place; QingdanError when somebody drops out who is not drawn."""
    placed = {name: _stratum(ranked, sizes.get(name, 0), drops) for name, ranked in ranks.items()}
    gone = [one.ranked.member.id for of in placed.values() for one in of if one.outcome == "dropped"]
    if sorted(gone) != sorted(drop.id for drop in drops):
        raise QingdanError("换下的没有被抽中，或者已经换下了。请核对代码")
    return placed


def _stratum(ranked: Sequence[Ranked], size: int, drops: Sequence[Drop]) -> tuple[Placed, ...]:
    places = {one.member.id: one for one in ranked}
    found = {one.member.id: Placed(one, "drawn" if one.place <= size else "reserve") for one in ranked}
    following = iter(ranked[size:])
    for drop in drops:
        if drop.id not in places or found[drop.id].outcome in ("reserve", "dropped"):
            continue
        old = found[drop.id]
        found[drop.id] = Placed(old.ranked, "dropped", drop.reason, old.instead_of)
        heir = next(following, None)
        if heir is not None:
            found[heir.member.id] = Placed(heir, "stands_in", instead_of=old.ranked.place)
    return tuple(found.values())


def taken(placed: Mapping[str, Sequence[Placed]]) -> tuple[Ranked, ...]:
    """Who is drawn in the end, after all that dropped out."""
    return tuple(one.ranked for of in placed.values() for one in of if one.outcome in ("drawn", "stands_in"))
