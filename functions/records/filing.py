"""Turns a valid filing into a step for the store, and a stored step into the answer for its filer; reads no clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from functions.forms.definition import Definition
from functions.records.event import SALT_BYTES, Event, canonical_plain, make_event
from functions.records.filed_from import filed_after
from functions.records.keys import Keys
from functions.records.number import ENTROPY_BYTES, make_number
from functions.records.state import SHANGHAI, State, begin, summary_of
from functions.records.store import Append, Idempotency, Stored, Summary, Timeliness

FIRST_EPOCH = 1
FILER = "filer"


@dataclass(frozen=True, slots=True)
class PaperFiling:
    """How an officer received a paper filing: the day in Asia/Shanghai, the officer's account and role."""

    received_on: date
    actor: str
    role: str


def prepare(
    definition: Definition,
    data: Any,
    *,
    at: datetime,
    due: date,
    timeliness: Timeliness,
    contest: bool,
    idempotency_key: str | None,
    request_digest: str,
    keys: Keys,
    entropy: Callable[[int], bytes],
    paper: PaperFiling | None = None,
) -> Append:
    """Make the step that files `data`, which must be valid under the definition. Stores nothing.

    `at` is aware; the number's year is the one in Asia/Shanghai. `due` is a date there. `request_digest` is the SHA-256
    of the whole request, `contest` included. The receipt is valid only after the store has resolved the step.
    SequenceTaken from the store means that the number is in use: prepare again.
    """
    code = {"kid": keys.hmac_kid, "epoch": FIRST_EPOCH}
    body = _body(definition, data, due=due, timeliness=timeliness, contest=contest, code=code)
    if paper:
        body |= {"channel": "paper", "received_on": paper.received_on.isoformat(), "role": paper.role}
    event = make_event(
        number=make_number(definition.code, at.astimezone(SHANGHAI).year, entropy(ENTROPY_BYTES)),
        form=definition.id,
        sequence=1,
        type="submitted",
        at=timestamp(at),
        actor=paper.actor if paper else FILER,
        previous="",
        body=body,
        salt=entropy(SALT_BYTES),
    )
    state = begin(event, body)
    summary = summary_of(event, state, definition)
    return Append(
        events=(event,),
        summary=summary,
        claim=None if contest else summary.guard,
        answer=_answer(summary, event.digest, code, keys),
        idempotency=remember(definition, idempotency_key, request_digest) if idempotency_key else None,
        filed=filed_after(event, state, definition),
    )


def remember(definition: Definition, key: str, request_digest: str) -> Idempotency:
    """Scope a client's idempotency key to this form."""
    return Idempotency(f"{definition.id} {key}", request_digest)


def remember_for(number: str, key: str, request_digest: str) -> Idempotency:
    """Scope a client's idempotency key for a later step to this filing."""
    return Idempotency(f"{number} {key}", request_digest)


def answer(stored: Stored, keys: Keys) -> dict[str, Any]:
    """Return the answer for whoever took the step.

    Keys after a filing: number, access_code, version, form, period, submitted_at (UTC), due (in Asia/Shanghai),
    timeliness, digest, receipt; a paper filing also has received_on. The access code is derived anew each time, because
    it is never stored.
    """
    kept: dict[str, Any] = orjson.loads(stored.answer)
    code = kept.pop("code", None)
    number = kept.pop("number")
    return {"number": number, **({"access_code": keys.access_code(number, **code)} if code else {}), **kept}


def receipt_of(first: Event, event: Event, state: State, definition: Definition, keys: Keys) -> str:
    """Return the receipt of a recorded version, signed with the current signing key.

    `event` brought the version, `state` is the one after it; the event's content must not be erased.
    """
    summary = summary_of(first, state, definition)
    if event.type == "corrected":
        return sign_correction(summary, state, event, keys)["receipt"]
    return keys.signer.sign(_stated(summary, event.digest))


def sign_correction(summary: Summary, state: State, event: Event, keys: Keys) -> dict[str, str]:
    """Add to the answer of a correction: both times, what follows from them, and the receipt."""
    told = {
        "form": summary.form,
        "digest": event.digest,
        "submitted_at": summary.submitted_at,
        "corrected_at": state.corrected_at,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "period": summary.period,
    }
    signed = {**told, "number": summary.number, "unit_name": summary.unit_name, "version": str(summary.version)}
    return {**told, "receipt": keys.signer.sign(signed)}


def timestamp(at: datetime) -> str:
    """Format a time as events store it: UTC, ISO 8601, microseconds, Z. Refuses a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("a time must know its zone")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _body(
    definition: Definition, data: Any, *, due: date, timeliness: Timeliness, contest: bool, code: dict[str, Any]
) -> dict[str, Any]:
    return {
        "data": data,
        "form_digest": definition.digest,
        "period": definition.filing_for(data).period_of(data),
        "due": due.isoformat(),
        "timeliness": timeliness,
        "contest": contest,
        "code": code,
        "channel": "online",
    }


def _answer(summary: Summary, digest: str, code: dict[str, Any], keys: Keys) -> bytes:
    told = {
        "number": summary.number,
        "version": summary.version,
        "form": summary.form,
        "period": summary.period,
        "submitted_at": summary.submitted_at,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "digest": digest,
        "receipt": keys.signer.sign(_stated(summary, digest)),
        "code": code,
        **_received(summary),
    }
    return canonical_plain(told)


def _stated(summary: Summary, digest: str) -> dict[str, str]:
    """Return the fields that the receipt of a first version states."""
    return {
        "number": summary.number,
        "form": summary.form,
        "unit_name": summary.unit_name,
        "digest": digest,
        "submitted_at": summary.submitted_at,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "period": summary.period,
        **_received(summary),
    }


def _received(summary: Summary) -> dict[str, str]:
    """Return the day in Asia/Shanghai on which a paper filing came in; nothing for any other filing."""
    return {"received_on": summary.received_on} if summary.received_on else {}
