"""A file that no record names is swept a day after it was last sent; a named file never is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.records.attachments.named import KEPT_UNNAMED
from functions.records.attachments.store import FROM_OUTSIDE
from functions.records.attachments.sweep import sweep
from tests.contract.conftest import Adapter
from tests.support.store.blobs import begin, put
from tests.support.store.erasing import NUMBER, erasure
from tests.support.store.named_files import after, naming, sha
from tests.support.store.steps import first_step, next_step

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
YOUNG = NOW + KEPT_UNNAMED - HOUR
OLD = NOW + KEPT_UNNAMED + HOUR


def keep(store: Adapter, *numbers: int) -> None:
    for n in numbers:
        for area in FROM_OUTSIDE:
            store.blobs.keep(area, sha(n), b"%d" % n)


def left(store: Adapter, *numbers: int) -> set[int]:
    """Which of these are there, in all areas or in none."""
    found = set()
    for n in numbers:
        there = set()
        for area in FROM_OUTSIDE:
            try:
                there.add(store.blobs.read(area, sha(n)) == b"%d" % n)
            except NotFound:
                there.add(False)
        (whole,) = there
        found |= {n} if whole else set()
    return found


def test_an_unnamed_file_is_swept_only_when_it_is_old(opened: Adapter) -> None:
    keep(opened, 1, 2)
    opened.append(naming(first_step(1), 1)).result(30)
    sweep(opened.named, opened.blobs, YOUNG)
    assert left(opened, 1, 2) == {1, 2}
    assert sweep(opened.named, opened.blobs, OLD).files >= len(FROM_OUTSIDE)
    assert left(opened, 1, 2) == {1}
    assert sweep(opened.named, opened.blobs, OLD).files == 0


def test_a_file_named_by_any_version_is_kept(opened: Adapter) -> None:
    keep(opened, 1, 2, 3, 4)
    opened.append(naming(first_step(1), 1)).result(30)
    opened.append(after(opened.read(NUMBER), 2)).result(30)
    opened.append(next_step(opened.read(NUMBER), "withdrawn", "withdrawn")).result(30)
    opened.append(naming(first_step(2), 3)).result(30)
    sweep(opened.named, opened.blobs, OLD)
    assert left(opened, 1, 2, 3, 4) == {1, 2, 3}
    opened.erase(erasure(opened.read(NUMBER), 1), 1)
    sweep(opened.named, opened.blobs, OLD)
    assert left(opened, 1, 2, 3, 4) == {2, 3}


def test_a_filing_that_comes_between_listing_and_removing_keeps_its_file(opened: Adapter) -> None:
    keep(opened, 1, 2)
    coming = [naming(first_step(1), 1)]

    def named(digests: Collection[str]) -> frozenset[str]:
        while coming:
            opened.append(coming.pop()).result(30)
        return opened.named(digests)

    sweep(named, opened.blobs, OLD)
    assert left(opened, 1, 2) == {1}


def test_several_batches_are_swept_without_a_named_file(opened: Adapter) -> None:
    many = range(450)
    for n in many:
        opened.blobs.keep("attachments", sha(n), b"%d" % n)
    kept = range(7, 450, 100)
    opened.append(naming(first_step(1), *kept)).result(30)
    assert sweep(opened.named, opened.blobs, OLD).files >= len(many) - len(kept)
    assert set(opened.blobs.digests("attachments", before=OLD)) == {sha(n) for n in kept}


def test_unfinished_uploads_are_swept(opened: Adapter) -> None:
    upload = begin(opened.blobs, b"half", "d" * 32)
    put(opened.blobs, upload, b"half", 1)
    sweep(opened.named, opened.blobs, YOUNG)
    assert opened.blobs.arrived(upload) == {1}
    assert sweep(opened.named, opened.blobs, OLD).uploads >= 1
    assert opened.blobs.arrived(upload) == frozenset()
    with pytest.raises(NotFound):
        put(opened.blobs, upload, b"half", 1)
