"""One filing as obligations see it after one of its steps, and the line that stores keep of it; derives nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from sys import intern
from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

_NO_DATES: Final[Mapping[str, date]] = MappingProxyType({})


class Filed(NamedTuple):
    """One filing as it stands: `filing` is the id of its case, `counted_day` the day that timeliness goes by.

    `dates` are those of its answers, keyed by their pointers. `contested`: another filing claims the same, that is,
    has the same `guard`, a digest. It stood so after its step `sequence`, taken on `day` in Asia/Shanghai.
    A plain tuple, since a board reads many thousands.
    """

    number: str
    form: str
    filing: str
    period: str
    uscc: str
    counted_day: date
    status: str
    project: str = ""
    contested: bool = False
    dates: Mapping[str, date] = _NO_DATES
    guard: str = ""
    version: int = 1
    sequence: int = 1
    day: date = date.min


class FiledSince(NamedTuple):
    """Hold what a store has noted after some mark, and the next mark; `whole`: it is everything there is."""

    mark: str
    whole: bool
    found: list[Filed]


def line_of(one: Filed) -> bytes:
    """Return the line that a store keeps; `contested` is not in it, since other filings decide that."""
    return orjson.dumps([*one[:8], dict(one.dates), *one[10:]])


def read_lines(lines: Iterable[bytes]) -> list[Filed]:
    """Read lines that `line_of` made."""
    return [_read(*row) for row in orjson.loads(b"[" + b",".join(lines) + b"]")]


def without_answers(one: Filed) -> Filed:
    """Return it without what an erasure of its version deletes: its project and dates."""
    return one._replace(project="", dates=_NO_DATES)


def _read(
    number: str,
    form: str,
    filing: str,
    period: str,
    uscc: str,
    counted_day: str,
    status: str,
    project: str,
    dates: dict[str, str],
    guard: str,
    version: int,
    sequence: int,
    day: str,
) -> Filed:
    # Few texts occur in many lines: each is kept once.
    return Filed(
        number,
        intern(form),
        intern(filing),
        intern(period),
        intern(uscc),
        date.fromisoformat(counted_day),
        intern(status),
        project,
        False,
        {intern(at): date.fromisoformat(text) for at, text in dates.items()} if dates else _NO_DATES,
        guard,
        version,
        sequence,
        date.fromisoformat(day),
    )
