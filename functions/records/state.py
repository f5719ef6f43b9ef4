"""Folds a record's events into its state: the only place that interprets them, for pages, exports and the list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from functions.errors import QingdanError
from functions.forms import pointer
from functions.forms.characters import comparable
from functions.forms.checking import validation
from functions.forms.definition import Definition
from functions.records.event import Event, EventType
from functions.records.store import Status, Summary, Timeliness

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Characters that NFKC turns into these. Most Chinese text has none and is in NFKC already; this check is ten times
# cheaper.
_PUNCTUATION = (("，", ","), ("；", ";"), ("：", ":"), ("（", "("), ("）", ")"), ("？", "?"), ("！", "!"))

# The status that each type of event leads to; types that are missing here keep the status.
_STATUS_AFTER: dict[EventType, Status] = {
    "submitted": "submitted",
    "returned": "returned",
    "corrected": "submitted",
    "withdrawn": "withdrawn",
    "accepted": "accepted",
    "reopened": "submitted",
    "voided": "voided",
}
# Keys of a body that replace the state's fields of these names.
_CARRIED = ("data", "form_digest", "period", "due", "timeliness", "contest", "counted_on")


@dataclass(frozen=True, slots=True)
class CodeRef:
    """The key and the epoch that made the access code of a filing."""

    kid: str
    epoch: int


@dataclass(frozen=True, slots=True)
class State:
    """A record's state after its last event.

    `data` is the version that counts, None after an erasure. `submitted_at` (UTC, of the first event), `corrected_at`
    (of the last correction) and `digest` (of the last event) are as in Event. `due`, `correction_due` (while returned),
    `corrected_until` (the one that the last correction had to keep), `received_on` (of a paper filing) and
    `counted_on` (the day that timeliness goes by, where it is not the first one) are YYYY-MM-DD in Asia/Shanghai.
    `contest`: filed outside the guard. `opinion` is what the bureau last said to the unit, `asked` the pointers of
    the fields it wants changed, `approved_by` the first of two officers. "" is none.
    """

    status: Status
    version: int
    sequence: int
    data: Any = field(repr=False)
    form_digest: str
    period: str
    due: str
    timeliness: Timeliness
    contest: bool
    code: CodeRef
    submitted_at: str
    digest: str
    opinion: str = field(default="", repr=False)
    correction_due: str = ""
    asked: tuple[str, ...] = ()
    approved_by: str = ""
    counted_on: str = ""
    corrected_at: str = ""
    corrected_until: str = ""
    received_on: str = ""

    @property
    def live(self) -> bool:
        """Whether the filing counts: neither withdrawn nor voided."""
        return self.status not in ("withdrawn", "voided")

    @property
    def first_day(self) -> date:
        """Return the day in Asia/Shanghai on which the filing first came in, on paper or online."""
        return date.fromisoformat(self.received_on) if self.received_on else day_in_shanghai(self.submitted_at)

    @property
    def version_day(self) -> date:
        """Return the day in Asia/Shanghai on which the version that counts came in."""
        return day_in_shanghai(self.corrected_at) if self.corrected_at else self.first_day

    @property
    def counted_day(self) -> date:
        """Return the day by which timeliness is judged."""
        return date.fromisoformat(self.counted_on) if self.counted_on else self.first_day


class Erased(QingdanError):
    """The content of the version that counts was erased, so the events do not tell the state."""

    def __init__(self) -> None:
        super().__init__("这件填报的内容已经依法删除，只留下了指纹，不能再办理")


def fold(events: Sequence[Event]) -> State:
    """Return the state after all events of one record, in sequence; Erased when the version that counts is gone."""
    state = standing(events)
    if state.data is None:
        raise Erased
    return state


def standing(events: Sequence[Event], place: int | None = None) -> State:
    """Return the state of a record, with `data` None when the version that counts was erased.

    `place` asks for the state after the event at that index. For an erased version, the facts that its erasure kept
    count: the due date, how the access code is made. Erased when there are none.
    """
    bodies = [json.loads(event.body) if event.body is not None else None for event in events]
    left = {body["erased"]: body["left"] for body in bodies if body is not None and "erased" in body}
    bodies = [left.get(event.sequence) if body is None else body for event, body in zip(events, bodies, strict=True)]
    first = bodies[0]
    if first is None:
        raise Erased
    state = begin(events[0], first)
    until = len(events) if place is None else place + 1
    for event, body in zip(events[1:until], bodies[1:until], strict=True):
        state = _after(state, event, body or {})
    return state


def begin(first: Event, body: Any) -> State:
    """Return the state after the first event, which has this body."""
    return State(
        status="submitted",
        version=1,
        sequence=first.sequence,
        data=body.get("data"),
        form_digest=body["form_digest"],
        period=body["period"],
        due=body["due"],
        timeliness=body["timeliness"],
        contest=body["contest"],
        code=CodeRef(**body["code"]),
        submitted_at=first.at,
        digest=first.digest,
        received_on=body.get("received_on", ""),
    )


def follow(state: State, event: Event) -> State:
    """Return the state after one more event; an acceptance that needs a second officer keeps the status."""
    return _after(state, event, json.loads(event.body) if event.body is not None else {})


def summary_of(first: Event, state: State, definition: Definition) -> Summary:
    """Return the summary of a record in this state, read with its form; the store computes `contested`."""
    unit_name = text_at(state.data, definition.rules.unit_name_at)
    return Summary(
        number=first.number,
        form=first.form,
        form_digest=state.form_digest,
        period=state.period,
        unit_name=unit_name,
        uscc=text_at(state.data, definition.rules.uscc_at),
        submitted_at=state.submitted_at,
        due=state.due,
        timeliness=state.timeliness,
        status=state.status,
        version=state.version,
        sequence=state.sequence,
        guard=definition.guard(state.data),
        warnings=_warnings(definition, state.data, state.version_day),
        words=searchable("\n".join([first.number, unit_name, *_texts(state.data)])),
        approved_by=state.approved_by,
        correction_due=state.correction_due,
        received_on=state.received_on,
    )


def day_in_shanghai(at: str) -> date:
    """Return the calendar day in Asia/Shanghai of a time as events store it."""
    return datetime.fromisoformat(at).astimezone(SHANGHAI).date()


def searchable(text: str) -> str:
    """Normalise filings and search words for comparison: NFKC, case folded, without invisible characters."""
    for wide, narrow in _PUNCTUATION:
        text = text.replace(wide, narrow)
    return comparable(text).casefold()


def _after(state: State, event: Event, body: Any) -> State:
    changed = {name: body[name] for name in _CARRIED if name in body}
    if "code" in body:
        changed["code"] = CodeRef(**body["code"])
    if event.type == "accepted" and not body.get("complete", True):
        changed["approved_by"] = event.actor
    elif event.type in _STATUS_AFTER:
        changed |= {
            "status": _STATUS_AFTER[event.type],
            "opinion": "" if event.type == "withdrawn" else body.get("opinion", body.get("reason", "")),
            "correction_due": body.get("correction_due", ""),
            "asked": tuple(body.get("asked", ())),
            "approved_by": "",
        }
    if event.type == "corrected":
        changed |= {"version": state.version + 1, "corrected_at": event.at, "data": body.get("data")}
        changed["corrected_until"] = state.correction_due
    return replace(state, sequence=event.sequence, digest=event.digest, **changed)


def _warnings(definition: Definition, data: Any, filed_on: date) -> tuple[str, ...]:
    return tuple(warning.message for warning in validation.warnings(definition, data, filed_on))


def text_at(data: Any, at: str) -> str:
    """Return the text at this pointer; "" for anything else there."""
    value = pointer.read(data, pointer.split(at))
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    """Return every text in the value, once, sorted: the order of keys does not change the result."""
    found: list[str] = []
    waiting = [value]
    for node in waiting:  # The list grows during the loop. This code is hot: it sees every answer of every filing.
        kind = type(node)
        if kind is str:
            found.append(node)
        elif kind is dict:
            # Only the name of a file: a number that somebody searches for occurs in many digests by chance.
            waiting.extend(node.values() if "sha256" not in node else [node.get("name")])
        elif kind is list:
            waiting.extend(node)
    return sorted(set(found))
