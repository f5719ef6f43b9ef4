"""Inspects an uploaded file before anybody may open it; knows neither HTTP nor the scanner's program."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from functions.errors import NotFound, QingdanError
from functions.records.attachments.file_types import (
    HEAD,
    FileRefused,
    Kind,
    kind_of,
    kind_of_head,
    needs_all,
    require_fitting,
)
from functions.records.attachments.store import Area, BlobStore

Standing = Literal["ready", "waiting", "infected", "gone"]

INFECTED: Final = "查出病毒，这个文件没有收下。请先在您的电脑上杀毒，再重新生成文件上传"
_AREAS: Final[tuple[tuple[Area, Standing], ...]] = (
    ("infected", "infected"),
    ("attachments", "ready"),
    ("quarantine", "waiting"),
)


class ScannerUnavailable(QingdanError):
    """No scanner has checked the file for viruses yet: it waits."""


class Scanner(Protocol):
    """Scans a content for viruses. Calls block."""

    def finds_virus(self, chunks: Iterable[bytes]) -> bool:
        """Whether the content has a virus; ScannerUnavailable when that cannot be told."""
        ...

    def answers(self) -> bool:
        """Whether the scanner is running."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """The result of an inspection: whether the file has left quarantine, and whether a scanner found no virus.

    Nobody gets the file while it `waits` for the scanner. Without a scanner, no file is ever `scanned`.
    """

    kind: Kind
    waits: bool
    scanned: bool


@dataclass(frozen=True, slots=True)
class Scanned:
    """The result of one pass over the waiting files; `left` are those that still wait."""

    clean: int
    refused: int
    left: int


def settle(blobs: BlobStore, scanner: Scanner | None, digest: str, name: str | None = None) -> Settled:
    """Inspect a file in quarantine and release it when nothing is wrong; repeating this does no harm.

    FileRefused when its kind is not accepted, when its `name` has another kind's extension, or when it has a virus;
    NotFound when it is not there.
    """
    if standing_of(blobs, digest) == "infected":
        blobs.remove("quarantine", digest)
        raise FileRefused(INFECTED)
    try:
        kind = _kind(blobs, "quarantine", digest)
        if name is not None:
            require_fitting(name, kind)
        out = _let_out(blobs, scanner, digest)
        return Settled(kind, not out, out and scanner is not None)
    except NotFound:
        # An earlier or a concurrent call has released it already.
        kind = _kind(blobs, "attachments", digest)
        if name is not None:
            require_fitting(name, kind)
        return Settled(kind, False, scanner is not None)


def scan_waiting(blobs: BlobStore, scanner: Scanner, now: datetime) -> Scanned:
    """Settle every file that is in quarantine at `now` (aware); stop when the scanner is gone.

    When a released file turns out to have a virus, only the copy that nobody can get is left.
    """
    clean = refused = left = 0
    for digest in blobs.digests("quarantine", before=now):
        try:
            settled = settle(blobs, scanner, digest)
        except FileRefused:
            refused += 1
            continue
        except NotFound:
            continue
        clean += settled.scanned
        left += not settled.scanned
        if not settled.scanned and not scanner.answers():
            break
    for digest in blobs.digests("infected", before=now):
        blobs.remove("attachments", digest)
    return Scanned(clean, refused, left)


def standing_of(blobs: BlobStore, digest: str) -> Standing:
    """Return whether this file may be downloaded."""
    for area, standing in _AREAS:
        try:
            blobs.size(area, digest)
        except NotFound:
            continue
        return standing
    return "gone"


def _kind(blobs: BlobStore, area: Area, digest: str) -> Kind:
    """Return the kind of the file; delete a newly uploaded one whose kind is not accepted."""
    chunks = blobs.stream(area, digest)
    head = _first(chunks)
    try:
        if not needs_all(head):
            return kind_of_head(head)
        with tempfile.TemporaryFile() as file:
            file.write(head)
            file.writelines(chunks)
            return kind_of(file)
    except FileRefused:
        if area == "quarantine":
            blobs.remove(area, digest)
        raise


def _first(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    return head


def _let_out(blobs: BlobStore, scanner: Scanner | None, digest: str) -> bool:
    """Release the file from quarantine and say whether it is out; FileRefused for a virus, which is locked away."""
    if scanner is not None:
        try:
            infected = scanner.finds_virus(blobs.stream("quarantine", digest))
        except ScannerUnavailable:
            return False
        if infected:
            blobs.move(digest, "quarantine", "infected")
            raise FileRefused(INFECTED)
    blobs.move(digest, "quarantine", "attachments")
    return True
