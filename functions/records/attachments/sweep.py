"""Removes uploaded files that no record names; works through the ports of both stores."""

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
    """Counts of the removed files that nothing named, and of the removed uploads that were never finished."""

    files: int
    uploads: int


def sweep(named: Named, blobs: BlobStore, now: datetime) -> Swept:
    """Remove files sent KEPT_UNNAMED before `now` (aware) that no record names; runs in constant memory.

    Nobody can name such a file any more: all its vouchers have expired, and sending it again resets its age. A file
    that a record names stays, however old it is.
    """
    before = now - KEPT_UNNAMED
    files = sum(_sweep_area(named, blobs, area, before) for area in FROM_OUTSIDE)
    return Swept(files, blobs.sweep(before=before))


def _sweep_area(named: Named, blobs: BlobStore, area: Area, before: datetime) -> int:
    listed, removed = blobs.digests(area, before=before), 0
    while lot := list(islice(listed, _TOGETHER)):
        # Asked only after they are known to be old: this way it sees every record that has named one until now.
        for digest in set(lot) - named(lot):
            blobs.remove(area, digest, before=before)
            removed += 1
    return removed


def forget(named: Named, blobs: BlobStore, digests: Collection[str]) -> None:
    """Remove at once, for good, those of these files that nothing names because an erasure deleted what named them.

    A valid voucher does not protect them: content that the law wants erased does not wait a day.
    """
    for digest in set(digests) - named(digests) if digests else ():
        for area in FROM_OUTSIDE:
            blobs.remove(area, digest)
