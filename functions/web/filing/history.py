"""The history of a filing in words: all of it for officers, the relevant part for the unit; knows no page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.transitions import FILER, OpenRecord
from functions.records.versions import DECISIONS
from functions.records.words import AGREED, STEPS
from functions.staff.permissions import ROLE_TITLES
from functions.web.filing.form_pages import long_date
from functions.web.filing.moments import Moment, moment_of

BUREAU = "本局"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `words` are the opinion or reason given with it, `lines` its consequences."""

    sequence: int
    what: str
    who: str
    at: Moment
    words: str = ""
    lines: tuple[str, ...] = ()


def told_to_officers(open_record: OpenRecord) -> list[Step]:
    """Return every step, the latest first, with the names of the officers."""
    return _tell(open_record, inside=True)


def told_to_unit(open_record: OpenRecord) -> list[Step]:
    """Return the unit's steps, latest first: no notes between officers, no first acceptance of two, no names."""
    return _tell(open_record, inside=False)


def since(steps: list[Step], sequence: int) -> str:
    """Return the steps after this sequence, the earliest first, in one sentence; "" when there are none."""
    later = [f"{step.who}在 {step.at.minute} {step.what}" for step in reversed(steps) if step.sequence > sequence]
    return "，".join(later)


def asked_labels(definition: Definition, asked: tuple[str, ...]) -> str:
    """Return the Chinese names of the fields to change."""
    return "、".join(definition.label_at(at) for at in asked)


def _tell(open_record: OpenRecord, *, inside: bool) -> list[Step]:
    steps, version, agreed = [], 0, False
    for event in open_record.record.events:
        body = json.loads(event.body) if event.body is not None else {}
        version += event.type in ("submitted", "corrected")
        partial = event.type == "accepted" and not body.get("complete", True)
        if inside or not (partial or event.type == "noted"):
            what = _what(event, body, version, second=agreed)
            who = _who(open_record, event, body, inside=inside)
            words, lines = _SAID.get(event.type, _nothing)(open_record, body, inside)
            steps.append(Step(event.sequence, what, who, moment_of(event.at), words, lines))
        if event.type in DECISIONS or event.type == "corrected":
            agreed = partial
    return steps[::-1]


def _what(event: Event, body: Mapping[str, Any], version: int, *, second: bool) -> str:
    if event.type in ("submitted", "corrected"):
        word = "录入纸质件" if body.get("channel") == "paper" else STEPS[event.type]
        return f"{word}（第 {version} 版）"
    if event.type == "accepted" and not body.get("complete", True):
        return f"{AGREED}（第一人）"
    return f"{STEPS[event.type]}（第二人）" if event.type == "accepted" and second else STEPS[event.type]


def _who(open_record: OpenRecord, event: Event, body: Mapping[str, Any], *, inside: bool) -> str:
    if event.actor == FILER:
        return open_record.record.summary.unit_name
    if not inside:
        return BUREAU
    role = ROLE_TITLES.get(body.get("role", ""))
    return f"{event.actor}（{role}）" if role else event.actor


Said = tuple[str, tuple[str, ...]]


def _nothing(open_record: OpenRecord, body: Mapping[str, Any], inside: bool) -> Said:
    return "", ()


def _submitted(open_record: OpenRecord, body: Mapping[str, Any], inside: bool) -> Said:
    received = body.get("received_on")
    return "", (f"收到日期 {long_date(date.fromisoformat(received))}",) if received else ()


def _returned(open_record: OpenRecord, body: Mapping[str, Any], inside: bool) -> Said:
    lines = []
    if "correction_due" in body:
        lines.append(f"补正期限 {long_date(date.fromisoformat(body['correction_due']))}，当天也算")
    if body.get("asked"):
        lines.append(f"要改的栏：{asked_labels(open_record.definition, tuple(body['asked']))}")
    return body.get("opinion", ""), tuple(lines)


def _said_under(key: str) -> Callable[[OpenRecord, Mapping[str, Any], bool], Said]:
    return lambda open_record, body, inside: (body.get(key, ""), ())


def _reissued(open_record: OpenRecord, body: Mapping[str, Any], inside: bool) -> Said:
    return body.get("checked", "") if inside else "", ()


_SAID: Mapping[str, Callable[[OpenRecord, Mapping[str, Any], bool], Said]] = {
    "submitted": _submitted,
    "returned": _returned,
    "accepted": _said_under("opinion"),
    "reopened": _said_under("reason"),
    "voided": _said_under("reason"),
    "withdrawn": _said_under("reason"),
    "noted": _said_under("text"),
    "code_reissued": _reissued,
}
