"""The steps that a filing may take after it was submitted: which status allows which, and the append of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from functions.errors import SequenceTaken, StepRefused
from functions.forms.definition import Definition
from functions.records.decision import Decision, Kind
from functions.records.event import SALT_BYTES, EventType, canonical_plain, make_event
from functions.records.filed_from import filed_after
from functions.records.filing import FILER, remember_for, sign_correction, timestamp
from functions.records.keys import Keys
from functions.records.state import State, fold, follow, summary_of
from functions.records.store import Append, Record, Status, Timeliness

ANY: Final[frozenset[Status]] = frozenset(("submitted", "returned", "accepted", "withdrawn", "voided"))
ALLOWED: Final[Mapping[EventType, frozenset[Status]]] = {
    "submitted": frozenset(),
    "returned": frozenset(("submitted", "returned")),  # officers may change the opinion or the date
    "corrected": frozenset(("submitted", "returned")),
    "withdrawn": frozenset(("submitted", "returned")),
    "accepted": frozenset(("submitted",)),
    "reopened": frozenset(("accepted", "voided")),
    "voided": frozenset(("submitted", "returned", "accepted")),
    "noted": ANY,
    "code_reissued": ANY,
    "erased": ANY,
}
_STANDING: Final[Mapping[Status, str]] = {
    "submitted": "这份填报正在等审核",
    "returned": "这份填报已经退回，正在等单位补正",
    "accepted": "这份填报已经接受",
    "withdrawn": "这份填报已经由填报单位撤回",
    "voided": "这份填报已经作废",
}
_REFUSED: Final[Mapping[EventType, str]] = {
    "returned": "不能退回",
    "corrected": "不能补正。确实要改的，请打电话给本局",
    "withdrawn": "不能撤回。确实要撤的，请打电话给本局",
    "accepted": "不能接受",
    "reopened": "不用重新打开",
    "voided": "不用再作废",
}
EVENT_OF: Final[Mapping[Kind, EventType]] = {
    "accept": "accepted",
    "return": "returned",
    "reopen": "reopened",
    "void": "voided",
}


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record with its folded state and the form that it is pinned to."""

    record: Record
    state: State
    definition: Definition

    @classmethod
    def of(cls, record: Record, definition_of: Callable[[str], Definition]) -> OpenRecord:
        """Open a record; `definition_of` gives the form of a digest. Raises Erased when its content is gone."""
        state = fold(record.events)
        return cls(record, state, definition_of(state.form_digest))

    def require_sequence(self, expected: int) -> None:
        """Return when the record is still at the sequence that the officer saw, else raise SequenceTaken."""
        _require(self.state.sequence == expected)

    def require_version(self, expected: int) -> None:
        """Return when the version is still the one that the filer saw, else raise SequenceTaken."""
        _require(self.state.version == expected)


@dataclass(frozen=True, slots=True)
class Act:
    """Who takes a step and when (`at` is aware).

    `actor` is an account's name, or "filer"; `role` is the account's role at that time. `request_digest`, the SHA-256
    of the whole request, tells it from other requests under its key.
    """

    actor: str
    at: datetime
    entropy: Callable[[int], bytes]
    role: str = ""
    idempotency_key: str | None = None
    request_digest: str = ""


def decide(open_record: OpenRecord, act: Act, decision: Decision) -> Append:
    """Make the step of a decision; StepRefused when the status does not allow it, or another officer must take it."""
    if decision.kind == "accept":
        return _accept(open_record, act, decision.words)
    if decision.kind == "return" and decision.correction_due is not None:
        body = {"opinion": decision.words, "correction_due": decision.correction_due.isoformat()}
        return _step(open_record, act, "returned", {**body, "asked": list(decision.asked)})
    return _step(open_record, act, EVENT_OF[decision.kind], {"reason": decision.words})


def note(open_record: OpenRecord, act: Act, text: str) -> Append:
    """Make the step that leaves a note for other officers; the unit never sees it."""
    return _step(open_record, act, "noted", {"text": text})


def reissue_code(open_record: OpenRecord, act: Act, *, kid: str, checked: str) -> Append:
    """Make the step that invalidates the old access code; the answer names the new code's key and epoch.

    `checked` says how the officer verified the caller's identity.
    """
    code = {"kid": kid, "epoch": open_record.state.code.epoch + 1}
    return _step(open_record, act, "code_reissued", {"code": code, "checked": checked}, {"code": code})


def withdraw(open_record: OpenRecord, act: Act, reason: str = "") -> Append:
    """Make the step by which the unit withdraws its filing."""
    return _step(open_record, act, "withdrawn", {"reason": reason} if reason else {})


def correct(
    open_record: OpenRecord,
    act: Act,
    data: Any,
    *,
    due: date,
    counted_on: date,
    timeliness: Timeliness,
    contest: bool,
    keys: Keys,
) -> Append:
    """Make the step that replaces the version that counts with a new one, valid under the pinned form.

    `due` follows from the new answers; `timeliness` from it and from `counted_on` (supervision.deadlines.counted_day).
    With `contest` it is stored outside the guard, for an officer to resolve.
    """
    body = {
        "data": data,
        "form_digest": open_record.definition.digest,
        "period": open_record.definition.filing_for(data).period_of(data),
        "due": due.isoformat(),
        "timeliness": timeliness,
        "counted_on": counted_on.isoformat(),
        "contest": contest or open_record.state.contest,
    }
    return _step(open_record, act, "corrected", body, keys=keys)


def require_allowed(type: EventType, status: Status) -> None:
    """Return when a filing of this status may take a step of this type, else raise StepRefused."""
    if status not in ALLOWED[type]:
        raise StepRefused(f"{_STANDING[status]}，{_REFUSED[type]}")


def _accept(open_record: OpenRecord, act: Act, words: str) -> Append:
    state, summary = open_record.state, open_record.record.summary
    require_allowed("accepted", state.status)
    if summary.contested:
        raise StepRefused("同一件事还有另一份填报（重复待核），不能接受。请先核实是哪一份，把另一份作废")
    if state.approved_by == act.actor:
        raise StepRefused("您已经同意接受。这张表须两人审核，请由另一位审核员作决定")
    complete = not open_record.definition.rules.four_eyes or bool(state.approved_by)
    body: dict[str, Any] = {"complete": complete, **({"opinion": words} if words else {})}
    if complete and state.contest:
        # No filing contests it any longer: it now holds the disputed place.
        body["contest"] = False
    return _step(open_record, act, "accepted", body)


def _step(
    open_record: OpenRecord,
    act: Act,
    type: EventType,
    body: dict[str, Any],
    told: Mapping[str, Any] | None = None,
    keys: Keys | None = None,
) -> Append:
    state, last = open_record.state, open_record.record.events[-1]
    require_allowed(type, state.status)
    event = make_event(
        number=last.number,
        form=last.form,
        sequence=state.sequence + 1,
        type=type,
        # Times never fall along the record, even after a clock was set back.
        at=max(timestamp(act.at), last.at),
        actor=act.actor,
        previous=last.digest,
        body={**body, **({"role": act.role} if act.role else {})},
        salt=act.entropy(SALT_BYTES),
    )
    after = follow(state, event)
    summary = summary_of(open_record.record.events[0], after, open_record.definition)
    answer = {
        "number": summary.number,
        "status": summary.status,
        "version": summary.version,
        "sequence": summary.sequence,
        "at": event.at,
        **(told or {}),
        **(sign_correction(summary, after, event, keys) if keys else {}),
    }
    key = act.idempotency_key
    return Append(
        events=(event,),
        summary=summary,
        claim=None if after.contest else summary.guard,
        answer=canonical_plain(answer),
        idempotency=remember_for(summary.number, key, act.request_digest) if key else None,
        filed=filed_after(event, after, open_record.definition),
    )


def _require(holds: bool) -> None:
    if not holds:
        raise SequenceTaken("这份填报刚刚有了新的变动，您的这一步没有存入。请重新打开它再试")


__all__ = [
    "ALLOWED",
    "EVENT_OF",
    "FILER",
    "Act",
    "OpenRecord",
    "correct",
    "decide",
    "note",
    "reissue_code",
    "require_allowed",
    "withdraw",
]
