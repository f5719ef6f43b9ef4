"""The port of the store for whole contents under their SHA-256; adapters in `functions.storage` pass one test suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Final, Literal, Protocol

from functions.errors import QingdanError

# Areas: form documents; bodies and words too large for an item; what obligations see of all filings; uploaded files
# before inspection, after it, and those found harmful, which are never sent to anybody.
Area = Literal["forms", "bodies", "words", "filed", "quarantine", "attachments", "infected"]

# The areas of uploaded files, in the order in which a file may move. A sweep removes files from them that no record
# names, by the time of the last upload.
FROM_OUTSIDE: Final[tuple[Area, ...]] = ("quarantine", "attachments", "infected")

PART_BYTES: Final = 5 * 1024 * 1024


class UploadRefused(QingdanError):
    """The upload does not match its announcement; `missing` are the parts to send, none when the file is wrong."""

    def __init__(self, message: str, missing: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts of PART_BYTES, of which the last may be shorter, numbered from 1.

    `id` is 32 unguessable hexadecimal digits, `digest` the SHA-256 that the whole must have. `token` is the store's own
    note; whoever keeps the upload keeps it too.
    """

    id: str
    size: int
    digest: str
    token: str = field(repr=False)

    @property
    def parts(self) -> range:
        """Return the numbers of its parts; an empty file has one empty part."""
        return range(1, max(1, ceil(self.size / PART_BYTES)) + 1)

    def size_of(self, part: int) -> int:
        """Return the size in bytes that this part must have."""
        return min(PART_BYTES, self.size - (part - 1) * PART_BYTES)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Permission to send one content straight to the store: as a PUT with these headers, or a POST of these fields.

    Anyone who has it can use it until it expires, but only for the bytes that it was made for.
    """

    method: Literal["PUT", "POST"]
    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


class BlobStore(Protocol):
    """Stores contents, in areas that are granted and swept separately. Every method may raise StoreUnavailable.

    A digest is the SHA-256 of the whole content, lower-case hexadecimal. A content never changes under its name, and a
    stored content is whole and durable.
    """

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        """Store the content; ValueError when the digest is not the content's.

        Repeating this changes nothing, except that in an area of FROM_OUTSIDE the file counts as sent now.
        """
        ...

    def read(self, area: Area, digest: str) -> bytes:
        """Return the content, or raise NotFound; StoreUnavailable when it no longer matches its digest."""
        ...

    def stream(self, area: Area, digest: str) -> Iterator[bytes]:
        """Yield the content in pieces. An error found in it is raised no later than the end."""
        ...

    def size(self, area: Area, digest: str) -> int:
        """Return the content's size in bytes, or raise NotFound."""
        ...

    def move(self, digest: str, source: Area, target: Area) -> None:
        """Move the content from `source` to `target`; NotFound when it is in neither."""
        ...

    def remove(self, area: Area, digest: str, *, before: datetime | None = None) -> None:
        """Delete the content for good, earlier versions included; a content that is not there counts as deleted.

                With `before` (aware), only when it was last sent before that moment, even if somebody sends it
        concurrently.
        """
        ...

    def digests(self, area: Area, *, before: datetime) -> Iterator[str]:
        """Yield the digests last sent before that moment (aware), in no order, for a sweep.

        Runs in constant memory and allows removal during iteration.
        """
        ...

    def link(self, area: Area, digest: str, *, filename: str, media_type: str, seconds: int) -> str | None:
        """Return an address where anybody can download the content for `seconds`; None where our server sends it."""
        ...

    def ticket(self, area: Area, digest: str, *, size: int, media_type: str, seconds: int) -> Ticket | None:
        """Return permission for a browser to send the whole content by one form; None where our own server takes it."""
        ...

    def begin(self, id: str, *, size: int, digest: str) -> Upload:
        """Start an upload in parts."""
        ...

    def part_ticket(self, upload: Upload, part: int, *, digest: str, seconds: int) -> Ticket | None:
        """Return permission to send one part, whose own SHA-256 is `digest`; None where `put_part` takes it."""
        ...

    def put_part(self, upload: Upload, part: int, content: bytes) -> None:
        """Store a part durably; replaces an earlier copy of this part.

        UploadRefused when its size is wrong; NotFound when the upload was finished or abandoned.
        """
        ...

    def arrived(self, upload: Upload) -> frozenset[int]:
        """Return the parts that arrived whole; all others must be sent (again)."""
        ...

    def finish(self, upload: Upload) -> None:
        """Join the parts into a content of the area `quarantine`, sent now, in constant memory.

        Repeating this does no harm: the store remembers a finished upload until a sweep. All parts must be there, even
        when somebody else has sent this content before. UploadRefused when parts are missing, which can still be sent,
        or when the whole does not match its announcement: then abandon the upload.
        """
        ...

    def abandon(self, upload: Upload) -> None:
        """Delete the parts; an upload that is not there counts as deleted."""
        ...

    def sweep(self, *, before: datetime) -> int:
        """Delete the parts of uploads begun before that moment (aware) and never finished; return how many there were.

        Also forgets which older uploads were finished.
        """
        ...
