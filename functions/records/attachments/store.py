"""The port behind which whole contents are kept under their SHA-256; adapters in `functions.storage` pass one suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Final, Literal, Protocol

from functions.errors import QingdanError

# Form documents; bodies and words too large for an item; files from outside: until somebody has looked, after, and
# those that were found to do harm, which nobody is ever sent.
Area = Literal["forms", "bodies", "words", "quarantine", "attachments", "infected"]

# The areas of files from outside, in the order in which one may move on: what no record names is swept out of them, by
# the time it was last sent.
FROM_OUTSIDE: Final[tuple[Area, ...]] = ("quarantine", "attachments", "infected")

PART_BYTES: Final = 5 * 1024 * 1024


class UploadRefused(QingdanError):
    """The file did not arrive as it was announced; `missing` are the parts still to be sent, none when it is wrong."""

    def __init__(self, message: str, missing: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way, in parts of PART_BYTES of which the last may be shorter, numbered from 1.

    `id` is 32 random hexadecimal digits that nobody guesses, `digest` the SHA-256 that the whole must have. `token` is
    the store's own note: whoever keeps the upload keeps it too.
    """

    id: str
    size: int
    digest: str
    token: str = field(repr=False)

    @property
    def parts(self) -> range:
        """The numbers of its parts; an empty file has one, empty too."""
        return range(1, max(1, ceil(self.size / PART_BYTES)) + 1)

    def size_of(self, part: int) -> int:
        """How many bytes this part must have."""
        return min(PART_BYTES, self.size - (part - 1) * PART_BYTES)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one content straight to where it is kept: as a PUT with these headers, or a POST of these fields.

    Whoever has it can use it until it runs out, for the bytes it was made for and no others.
    """

    method: Literal["PUT", "POST"]
    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)


class BlobStore(Protocol):
    """Where contents are kept, in areas that are granted and swept apart. Every method may raise StoreUnavailable.

    A digest is the SHA-256 of the whole content, lower-case hexadecimal: a content never changes under its name, and
    one that is there is whole and durable.
    """

    def keep(self, area: Area, digest: str, content: bytes) -> None:
        """Keep the content; ValueError when the digest is not the content's.

        The same again changes nothing; in an area of FROM_OUTSIDE it counts as sent now.
        """
        ...

    def read(self, area: Area, digest: str) -> bytes:
        """The content, or NotFound; StoreUnavailable when it is no longer what its name says."""
        ...

    def stream(self, area: Area, digest: str) -> Iterator[bytes]:
        """The content in pieces. What is found wrong is raised at the latest in place of the end."""
        ...

    def size(self, area: Area, digest: str) -> int:
        """How many bytes the content has, or NotFound."""
        ...

    def move(self, digest: str, source: Area, target: Area) -> None:
        """Keep the content in `target` and no longer in `source`; NotFound when it is in neither."""
        ...

    def remove(self, area: Area, digest: str, *, before: datetime | None = None) -> None:
        """Forget the content for good, earlier versions included; what is not there is forgotten already.

        With `before` (aware), only if it was last sent before that moment, whoever sends it at the same time.
        """
        ...

    def digests(self, area: Area, *, before: datetime) -> Iterator[str]:
        """What was last sent before that moment (aware), in no order: for sweeping out what no record names.

        In constant memory; what is removed meanwhile is no trouble.
        """
        ...

    def link(self, area: Area, digest: str, *, filename: str, media_type: str, seconds: int) -> str | None:
        """An address from which anybody can download the content for so long; None where our own server sends it."""
        ...

    def ticket(self, area: Area, digest: str, *, size: int, media_type: str, seconds: int) -> Ticket | None:
        """Leave for a browser to send the whole content by one form; None where our own server takes it."""
        ...

    def begin(self, id: str, *, size: int, digest: str) -> Upload:
        """Make room for a file that comes in parts."""
        ...

    def part_ticket(self, upload: Upload, part: int, *, digest: str, seconds: int) -> Ticket | None:
        """Leave to send one part, whose own SHA-256 is `digest`; None where `put_part` takes it."""
        ...

    def put_part(self, upload: Upload, part: int, content: bytes) -> None:
        """Keep a part durably, in place of the same part.

        UploadRefused when it has another size than it must; NotFound when the upload was finished or abandoned.
        """
        ...

    def arrived(self, upload: Upload) -> frozenset[int]:
        """The parts that have arrived whole: what is not among them is to be sent (again)."""
        ...

    def finish(self, upload: Upload) -> None:
        """Put the parts together as a content of the area `quarantine`, sent now, in constant memory.

        Twice does no harm: that this upload was finished is known until a sweep. That somebody else has sent the same
        content is of no use to who has not: all parts have to be there. UploadRefused when some are missing, which can
        still be sent, or when the whole is not what was announced: then nothing of it is of use, and it is to be
        abandoned.
        """
        ...

    def abandon(self, upload: Upload) -> None:
        """Forget the parts; an upload that is not there is forgotten already."""
        ...

    def sweep(self, *, before: datetime) -> int:
        """Forget what came of uploads begun before that moment (aware) and never finished; how many they were.

        That others were finished before it is forgotten too.
        """
        ...
