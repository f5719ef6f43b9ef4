"""Removes the files from outside that no record names; knows neither store, but what each of them says."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from functions.records.attachments.named import KEPT_UNNAMED
from functions.records.attachments.store import FROM_OUTSIDE, Area, BlobStore

_TOGETHER: Final = 200

Named = Callable[[Collection[str]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files nothing named were removed, and how many uploads that were never finished."""

    files: int
    uploads: int


def sweep(named: Named, blobs: BlobStore, now: datetime) -> Swept:
    """Remove what was sent KEPT_UNNAMED before `now` (aware) and is still named by nothing; in constant memory.

    By then nobody can name it any more: all vouchers for it have run out, and whoever sends it again makes it young
    again. What a record names stays, however old.
    """
    before = now - KEPT_UNNAMED
    files = sum(_sweep_area(named, blobs, area, before) for area in FROM_OUTSIDE)
    return Swept(files, blobs.sweep(before=before))


def _sweep_area(named: Named, blobs: BlobStore, area: Area, before: datetime) -> int:
    listed, removed = blobs.digests(area, before=before), 0
    while lot := list(islice(listed, _TOGETHER)):
        # Asked only now that they are known to be old: what has named one until here still counts.
        for digest in set(lot) - named(lot):
            blobs.remove(area, digest, before=before)
            removed += 1
    return removed


def forget(named: Named, blobs: BlobStore, digests: Collection[str]) -> None:
    """Remove at once, for good, those of these files that nothing names: what named them was erased.

    A voucher that is out for one of them is worth nothing any more: what the law wants forgotten does not wait a day.
    """
    for digest in set(digests) - named(digests) if digests else ():
        for area in FROM_OUTSIDE:
            blobs.remove(area, digest)
