"""The port behind which filings are kept; adapters in `functions.storage` pass one contract suite."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from functions.records.event import Event
from functions.records.seals.merkle import Tile
from functions.records.seals.seal import Leaf, Place, Seal

Timeliness = Literal["on_time", "late"]
Status = Literal["submitted", "returned", "accepted", "withdrawn", "voided"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The projection of one record that lists need: a cache, rebuilt from the events.

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


# A client repeats a request within minutes. After this a repetition meets the guard, or the record's next sequence.
ANSWERS_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Append:
    """One atomic step: the events, the record's new summary, the guard to claim, what to answer, the key to remember.

    `claim` is the guard to hold from now on, which is the summary's, or None to store outside it (a contested filing).
    The record lets go of another guard that it held before (a correction may change what makes it unique), and of any
    once it is withdrawn or voided, whatever `claim` says. `answer` is kept with the key and given again to whoever
    repeats it. Nothing is stored unless all is.
    """

    events: tuple[Event, ...]
    summary: Summary
    claim: str | None
    answer: bytes
    idempotency: Idempotency | None


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to give: the one of this append, or of the first with the same key (`replayed`)."""

    answer: bytes
    replayed: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which filings: every part that is set must match. `numbers`, when not empty, names them one by one.

    `status` may also be "contested". `words` are all to be found, each anywhere in unit name, number or text. `guard`
    finds the filings that contest each other. `waiting_for` finds those that this officer may decide on: submitted, and
    not already accepted by the same.
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
    """One record whole: its summary and its events in sequence."""

    summary: Summary
    events: tuple[Event, ...]


class Decided(NamedTuple):
    """What the bureau did to a filing: the event's `type`, when, by whom; `body` (JSON) is None after an erasure."""

    type: str
    at: str
    actor: str
    body: str | None


class Answers(NamedTuple):
    """One filing as tables show it: facts of its summary, the last decision on it, and the answers that count.

    `digest` and `body` are those of the event that brought the answers, `corrected_at` is its time where it was a
    correction, else ""; `body` is None after an erasure. `decision` is the last one, though a correction came after it.
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
    """Where filings are kept. Every method may raise StoreUnavailable."""

    def append(self, step: Append) -> Future[Stored]:
        """Store the step durably, then resolve the future.

        The future fails with IdempotencyMismatch, GuardTaken or SequenceTaken, checked in that order; an append with a
        known key and the same request resolves to the first answer before any other check. With OutcomeUnknown nobody
        knows whether the step is stored.
        """
        ...

    def erase(self, step: Append, sequence: int) -> None:
        """Store the step and, in the same step, forget salt and body of the record's event `sequence`, for good.

        Nothing derived from that body stays either, but for what the step's summary says. The event's digests stay.
        Durable when this returns. SequenceTaken when the record has moved on: then nothing is forgotten. After it, the
        files that nothing but that body named are removed for good.
        """
        ...

    def recall(self, used: Idempotency) -> Stored | None:
        """The answer given under this key; None when the key is new, IdempotencyMismatch for another request."""
        ...

    def forget_answers(self, now: datetime) -> None:
        """Forget the answers that were given ANSWERS_KEPT or longer before `now` (aware), in time.

        Not those of steps that claimed no guard, which nothing but the key keeps from being stored twice.
        """
        ...

    def read(self, number: str) -> Record:
        """The record, or NotFound."""
        ...

    def page(self, selection: Selection, *, limit: int, cursor: str | None = None) -> Page:
        """One page, newest first; a cursor that this store did not make raises NotFound."""
        ...

    def count(self, selection: Selection) -> int:
        """How many filings match."""
        ...

    def periods(self) -> tuple[tuple[str, str], ...]:
        """The pairs (form, period) that have filings, for the filter's choices."""
        ...

    def digests(self, selection: Selection) -> tuple[str, ...]:
        """The form documents that the matching filings are pinned to, the one filed with most recently first.

        An export needs them before its first row: the columns of every version met stand in the header.
        """
        ...

    def stream(self, selection: Selection) -> Iterator[Record]:
        """Every matching record, oldest first, in constant memory: none that is filed after the first was asked for.

        Each is whole, and as of one moment: the same for all where the store can hold one, else that of its reading.
        """
        ...

    def answers(self, selection: Selection) -> Iterator[Answers]:
        """The answers of every record that `stream` would bring, in the same order, without the rest of them."""
        ...

    def named(self, digests: Collection[str]) -> frozenset[str]:
        """Which of these files any version of any record names, as of now; what has been erased names none."""
        ...

    def keep_document(self, digest: str, document: bytes) -> None:
        """Keep a form document for ever under its SHA-256; the same bytes again change nothing."""
        ...

    def document(self, digest: str) -> bytes:
        """The form document, or NotFound."""
        ...

    def check_writable(self) -> None:
        """Return when a write would succeed now."""
        ...

    def close(self) -> None:
        """Finish the waiting appends and release the data."""
        ...


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The events that no seal holds yet, as of one moment, in the order of `in_order`.

    Those of the trail are among them. `mark` is the store's own note of that moment, nothing to anybody else.
    """

    leaves: Sequence[Leaf] = field(repr=False)
    mark: str


class SealStore(Protocol):
    """Where seals are kept, on the same data as what they seal. Every method may raise StoreUnavailable."""

    def unsealed(self) -> Unsealed:
        """What the next seal is to hold. An event that is stored meanwhile may be left to the one after."""
        ...

    def keep_seal(self, seal: Seal, unsealed: Unsealed, tiles: Sequence[Tile]) -> None:
        """Store the seal with its tiles, so that from now on it holds these events; durable when this returns.

        Until all of it is stored nobody sees any. SealTaken, and nothing stored, when there is a seal of this index.
        """
        ...

    def last_seal(self) -> Seal | None:
        """The newest seal; None before the first."""
        ...

    def seal(self, index: int) -> Seal:
        """The seal of this index, or NotFound."""
        ...

    def seals(self, *, first: int, limit: int) -> tuple[Seal, ...]:
        """The seals from the index `first` on, in order, so many at most."""
        ...

    def place(self, digest: str) -> Place:
        """Where the event of this digest is sealed, or NotFound: it has no seal yet, or there is no such event."""
        ...

    def tile(self, seal: int, level: int, index: int) -> bytes:
        """The hashes of one tile of a seal's tree, or NotFound."""
        ...
