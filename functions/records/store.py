"""The port of the store for filings; adapters in `functions.storage` pass one contract suite."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from functions.records.event import Event
from functions.records.filed import Filed, FiledSince
from functions.records.seals.merkle import Tile
from functions.records.seals.seal import Leaf, Place, Seal

Timeliness = Literal["on_time", "late"]
Status = Literal["submitted", "returned", "accepted", "withdrawn", "voided"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The projection of one record for lists: a cache, rebuilt from the events.

    `submitted_at` is UTC as in Event.at, `due` a date in Asia/Shanghai (YYYY-MM-DD). `words` is the text that a search
    looks through. `guard` names what makes the filing unique. `contested` is computed by the store when it reads: true
    while another live filing (neither withdrawn nor voided) has the same guard. `approved_by` is who has accepted it
    while a second officer is awaited, `correction_due` the date in Asia/Shanghai until which a returned one is to be
    corrected, `received_on` the one on which a paper filing came in; each is "" where there is none.
    """

    number: str
    form: str
    form_digest: str
    period: str
    unit_name: str
    uscc: str
    submitted_at: str
    due: str
    timeliness: Timeliness
    status: Status
    version: int
    sequence: int
    guard: str
    warnings: tuple[str, ...]
    words: str = field(repr=False)
    contested: bool = False
    approved_by: str = ""
    correction_due: str = ""
    received_on: str = ""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`key` as the client sent it, scoped by the form or the number; `request` the SHA-256 of the request."""

    key: str
    request: str


# A client repeats a request within minutes. After this time a repeated one meets the guard, or the record's next
# sequence.
ANSWERS_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Append:
    """One atomic step: the events, the record's new summary, the guard to claim, what to answer, the key to remember.

    `claim` is the guard to hold from now on, which is the summary's, or None to store outside it (a contested filing).
    The record releases any other guard that it held before (a correction may change what makes it unique), and every
    guard once it is withdrawn or voided, whatever `claim` says. `answer` is stored with the key and returned to whoever
    repeats the request. `filed` is what obligations see of it from now on. Either everything is stored, or nothing.
    """

    events: tuple[Event, ...]
    summary: Summary
    claim: str | None
    answer: bytes
    idempotency: Idempotency | None
    filed: Filed | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to give: of this append, or of the first one with this key (`replayed`)."""

    answer: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter of filings: every field that is set must match. `numbers`, when not empty, lists them one by one.

    `status` may also be "contested". All `words` must occur, each anywhere in unit name, number or text. `guard` finds
    the filings that contest each other. `waiting_for` finds those that this officer may decide on: submitted, and not
    already accepted by this officer.
    """

    form: str | None = None
    period: str | None = None
    timeliness: Timeliness | None = None
    status: str | None = None
    unit: str | None = None
    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    guard: str | None = None
    waiting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `older` and `newer` are opaque cursors, None at the ends."""

    items: tuple[Summary, ...]
    older: str | None
    newer: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """One whole record: its summary and its events in sequence."""

    summary: Summary
    events: tuple[Event, ...]


class Decided(NamedTuple):
    """The bureau's step on a filing: the event's `type`, when, by whom; `body` (JSON) is None after an erasure."""

    type: str
    at: str
    actor: str
    body: str | None


class Answers(NamedTuple):
    """One filing for tables: facts of its summary, the last decision on it, and the answers that count.

    `digest` and `body` are those of the event that brought the answers; `corrected_at` is its time if it was a
    correction, else ""; `body` is None after an erasure. `decision` is the last one, even if a correction came after
    it.
    """

    number: str
    form: str
    form_digest: str
    period: str
    unit_name: str
    submitted_at: str
    due: str
    timeliness: Timeliness
    status: Status
    version: int
    digest: str
    contested: bool
    corrected_at: str
    decision: Decided | None
    body: bytes | None


class RecordStore(Protocol):
    """Stores filings. Every method may raise StoreUnavailable."""

    def append(self, step: Append) -> Future[Stored]:
        """Store the step durably, then resolve the future.

        The future fails with IdempotencyMismatch, GuardTaken or SequenceTaken, checked in that order. An append with a
        known key and an equal request resolves to the first answer before any other check. OutcomeUnknown means that
        the step may or may not be stored.
        """
        ...

    def erase(self, step: Append, sequence: int) -> None:
        """Store the step and, atomically, delete salt and body of the record's event `sequence`, for good.

        Also deletes everything derived from that body, except what the step's summary says. The event's digests stay.
        Durable when this returns. SequenceTaken when the record has moved on: then nothing is erased. Afterwards the
        files that only that body named are removed for good.
        """
        ...

    def recall(self, used: Idempotency) -> Stored | None:
        """Return the answer given under this key; None when the key is new, IdempotencyMismatch for another request."""
        ...

    def forget_answers(self, now: datetime) -> None:
        """Delete, eventually, the answers that were given ANSWERS_KEPT or longer before `now` (aware).

        Keeps those of steps that claimed no guard: only the key protects these from being stored twice.
        """
        ...

    def read(self, number: str) -> Record:
        """Return the record, or raise NotFound."""
        ...

    def page(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page:
        """Return one page, newest first; NotFound for a cursor that this store did not make."""
        ...

    def count(self, selection: Selection) -> int:
        """Return the number of matching filings."""
        ...

    def periods(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs (form, period) that have filings, for the filter's choices."""
        ...

    def digests(self, selection: Selection) -> tuple[str, ...]:
        """Return the digests of the form documents that matching filings are pinned to, the most recently filed first.

        An export needs them before its first row: its header has the columns of every version.
        """
        ...

    def stream(self, selection: Selection) -> Iterator[Record]:
        """Yield every matching record, oldest first, in constant memory; skips filings that come in after the start.

        Each record is consistent in itself. All are as of one moment where the store can provide that, else each is as
        of its own reading.
        """
        ...

    def answers(self, selection: Selection) -> Iterator[Answers]:
        """Yield the answers of every record that `stream` would yield, in that order, without the rest of it."""
        ...

    def filed(self, after: str = "") -> FiledSince:
        """Return what obligations see of every filing after each of its steps, as far as noted after this mark.

        "" is the beginning. What has the number and sequence of an earlier one takes its place; some may come again.
        """
        ...

    def named(self, digests: Collection[str]) -> frozenset[str]:
        """Return which of these files any version of any record names, as of now; erased versions name none."""
        ...

    def keep_document(self, digest: str, document: bytes) -> None:
        """Store a form document for ever under its SHA-256; repeating this changes nothing."""
        ...

    def document(self, digest: str) -> bytes:
        """Return the form document, or raise NotFound."""
        ...

    def check_writable(self) -> None:
        """Return when a write would succeed now."""
        ...

    def close(self) -> None:
        """Finish the pending appends and release the data."""
        ...


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The events that no seal holds yet, as of one moment, in the order of `in_order`.

    They include those of the audit log. `mark` is the store's own note of that moment.
    """

    leaves: Sequence[Leaf] = field(repr=False)
    mark: str


class SealStore(Protocol):
    """Stores seals, beside the data that they seal. Every method may raise StoreUnavailable."""

    def unsealed(self) -> Unsealed:
        """Return the events for the next seal. An event stored meanwhile may be left to the seal after it."""
        ...

    def keep_seal(self, seal: Seal, unsealed: Unsealed, tiles: Sequence[Tile]) -> None:
        """Store the seal with its tiles; from now on it holds these events. Durable when this returns.

        Readers see nothing of it until all of it is stored. SealTaken, and nothing stored, when this index is taken.
        """
        ...

    def last_seal(self) -> Seal | None:
        """Return the newest seal; None before the first."""
        ...

    def seal(self, index: int) -> Seal:
        """Return the seal of this index, or raise NotFound."""
        ...

    def seals(self, *, first: int, limit: int) -> tuple[Seal, ...]:
        """Return at most `limit` seals from the index `first` on, in order."""
        ...

    def place(self, digest: str) -> Place:
        """Return where the event of this digest is sealed; NotFound when it is not sealed yet, or does not exist."""
        ...

    def tile(self, seal: int, level: int, index: int) -> bytes:
        """Return the hashes of one tile of a seal's tree, or raise NotFound."""
        ...
