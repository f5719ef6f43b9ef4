"""How many may be drawn: the bounds of the responsibility list in integers, and the share of each stratum.

An impossibility is an answer, not an error: it says which rule and which numbers, and nothing here bends a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from functions.supervision.draws.ranks import COUNTY_DIRECT, strata_order

Kind = Literal["full", "key_monitored", "special", "field_check", "officers"]
Rule = Literal["Q2", "Q3", "Q4", "Q5", "Q8", "Q9"]

LEAST_PERCENT: Final = 6
MOST_PERCENT: Final = 10
LEAST_COUNTY_DIRECT: Final = 10
_AT_LEAST: Final[Mapping[Kind, tuple[Rule, int]]] = {"special": ("Q5", 2), "officers": ("Q9", 2)}


@dataclass(frozen=True, slots=True)
class Bound:
    """The bounds of a rule for a number: `least` to `most`, both included; nothing fits where `least` is greater.

    `of` is the number that the rule counts from, `actual` the one that it judges.
    """

    rule: Rule
    of: int
    least: int
    most: int
    actual: int

    @property
    def is_possible(self) -> bool:
        return self.least <= self.most

    @property
    def is_met(self) -> bool:
        return self.least <= self.actual <= self.most


def share_bounds(units: int) -> tuple[int, int]:
    """The least and the most that are 6 to 10 % of the units (Q2): 6N <= 100s <= 10N, s >= 1."""
    return max(1, -(-LEAST_PERCENT * units // 100)), MOST_PERCENT * units // 100


def key_monitored(units: int) -> int:
    """About one in a hundred, half up, and at least one (Q4)."""
    return max(1, (units + 50) // 100)


def most_field_checks(reports: int) -> int:
    """At most a tenth of the reports (Q8): 10k <= R."""
    return reports // 10


def bounds_of(kind: Kind, strata: Mapping[str, int], size: int) -> tuple[Bound, ...]:
    """Return what the rules of this kind of draw say of drawing so many from strata of these sizes."""
    total = sum(strata.values())
    drawn = share_out(strata, min(size, total))
    if kind == "full":
        direct = strata.get(COUNTY_DIRECT, 0)
        least, most = share_bounds(total)
        return (
            Bound("Q2", total, least, most, size),
            Bound("Q3", direct, LEAST_COUNTY_DIRECT, min(direct, most), drawn.get(COUNTY_DIRECT, 0)),
        )
    if kind == "key_monitored":
        return (Bound("Q4", total, key_monitored(total), key_monitored(total), size),)
    if kind == "field_check":
        return (Bound("Q8", total, 0, most_field_checks(total), size),)
    rule, least = _AT_LEAST[kind]
    return (Bound(rule, total, least, total, size),)


def share_out(strata: Mapping[str, int], size: int) -> dict[str, int]:
    """How many each stratum gives: by its share of the pool, but first ten of those directly under the county (Q3).

    Whole numbers by largest remainder; of equal remainders the first in the order of drawing. ValueError when `size` is
    more than there are.
    """
    shares = _by_share(strata, size)
    first = min(LEAST_COUNTY_DIRECT, strata.get(COUNTY_DIRECT, 0), size)
    if shares.get(COUNTY_DIRECT, 0) >= first:
        return shares
    others = {name: count for name, count in strata.items() if name != COUNTY_DIRECT}
    return {COUNTY_DIRECT: first, **_by_share(others, size - first)}


def _by_share(strata: Mapping[str, int], size: int) -> dict[str, int]:
    total = sum(strata.values())
    if not 0 <= size <= total:
        raise ValueError(f"{size} of {total} cannot be drawn")
    order = strata_order(strata)
    shares = {name: size * strata[name] // total for name in order} if total else {}
    left = size - sum(shares.values())
    for name in sorted(shares, key=lambda name: -(size * strata[name] % total))[:left]:
        shares[name] += 1
    return shares
