"""Defines an event and computes its digests; knows neither stores nor HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

import orjson
import rfc8785

ALGORITHM = "qingdan-event-1"
SALT_BYTES = 32
_LARGEST_INTEGER = 2**53 - 1

EventType = Literal[
    "submitted",
    "returned",
    "corrected",
    "withdrawn",
    "accepted",
    "reopened",
    "voided",
    "noted",
    "code_reissued",
    "erased",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One immutable step of a record.

    `at` is UTC, ISO 8601 with microseconds and `Z`. `previous` is the digest of the event before, or "" for the first.
    `body` is canonical JSON (RFC 8785), `salt` 32 random bytes kept with it; both are None after an erasure.
    """

    number: str
    form: str
    sequence: int
    type: EventType
    at: str
    actor: str
    previous: str
    body_digest: str
    digest: str
    salt: bytes | None
    body: bytes | None


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value, UTF-8; ValueError when it has none (NaN, lone surrogates, huge integers)."""
    return canonical_plain(value) if _is_plain(value) else rfc8785.dumps(value)


def canonical_plain(value: Any) -> bytes:
    """Return the RFC 8785 form of a value that has no fractions, no huge integers and no keys beyond ASCII."""
    try:
        # Gives identical bytes much faster; a property test proves that.
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise ValueError("text with a lone surrogate has no canonical form") from None


def _is_plain(value: Any) -> bool:
    """Whether sorted compact JSON is the canonical form: no fractions, no huge integers, no keys beyond ASCII."""
    waiting = [value]
    for node in waiting:  # The list grows during the loop. This code is hot: it sees every answer of every filing.
        kind = type(node)
        if kind is dict:
            if not _has_ascii_keys(node):
                return False
            waiting.extend(node.values())
        elif kind is list:
            waiting.extend(node)
        elif kind is int:
            if not -_LARGEST_INTEGER <= node <= _LARGEST_INTEGER:
                return False
        elif kind is not str and kind is not bool and node is not None:
            return False
    return True


def _has_ascii_keys(node: dict[Any, Any]) -> bool:
    try:
        return "".join(node).isascii()
    except TypeError:
        return False


def digest_body(salt: bytes, body: bytes) -> str:
    """Return SHA-256 over salt and canonical body, lower-case hexadecimal; the salt prevents guessing the body."""
    return hashlib.sha256(salt + body).hexdigest()


def digest_event(
    *, number: str, form: str, sequence: int, type: str, at: str, actor: str, previous: str, body_digest: str
) -> str:
    """Return SHA-256 over the RFC 8785 form of the event's own fields, lower-case hexadecimal."""
    fields: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "number": number,
        "form": form,
        "sequence": sequence,
        "type": type,
        "at": at,
        "actor": actor,
        "previous": previous,
        "body_digest": body_digest,
    }
    return hashlib.sha256(canonical_plain(fields)).hexdigest()


def make_event(
    *,
    number: str,
    form: str,
    sequence: int,
    type: EventType,
    at: str,
    actor: str,
    previous: str,
    body: Any,
    salt: bytes,
) -> Event:
    """Make an event and compute its digests; `salt` is 32 bytes from a secure source."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"salt must be {SALT_BYTES} bytes")
    encoded = canonical(body)
    body_digest = digest_body(salt, encoded)
    digest = digest_event(
        number=number,
        form=form,
        sequence=sequence,
        type=type,
        at=at,
        actor=actor,
        previous=previous,
        body_digest=body_digest,
    )
    return Event(number, form, sequence, type, at, actor, previous, body_digest, digest, salt, encoded)


def event_is_whole(event: Event) -> bool:
    """Whether both digests match the stored fields; after an erasure only the event's own digest can be checked."""
    if event.salt is not None and event.body is not None and digest_body(event.salt, event.body) != event.body_digest:
        return False
    expected = digest_event(
        number=event.number,
        form=event.form,
        sequence=event.sequence,
        type=event.type,
        at=event.at,
        actor=event.actor,
        previous=event.previous,
        body_digest=event.body_digest,
    )
    return expected == event.digest
