"""One filing as the desk reads it: the facts, the whole document, what happened; knows no HTTP answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions.errors import QingdanError
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition, Field
from functions.forms.problem import Problem
from functions.records.event import Event
from functions.records.store import Record, RecordStore, Summary
from functions.web.desk_list import what_is_so
from functions.web.desk_words import BEIJING, STEPS, TIMELINESS, Moment, grouped, mark_of, moment_of

MOST_DEFINITIONS = 32


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call; `dial` is the number as a telephone takes it."""

    name: str
    phone: str
    dial: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the process log."""

    what: str
    who: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Version:
    """What the unit filed at one time: the answers, as of the event that brought them."""

    number: int
    event: Event
    data: dict[str, Any]


class FilingView:
    """Reads single filings with the form that each has pinned. Calls block: run them in a worker thread."""

    def __init__(self, records: RecordStore, catalogue: Catalogue) -> None:
        self._records = records
        self._definitions = {definition.digest: definition for definition in catalogue}

    def values(self, record: Record) -> dict[str, Any]:
        """What filing.html shows, but for its neighbours and twins."""
        from functions.forms.answers import render_answers
        from functions.forms.validation import warnings

        summary, version = record.summary, versions_of(record.events)[-1]
        definition = self.definition(summary.form_digest)
        day = datetime.fromisoformat(version.event.at).astimezone(BEIJING).date()
        found = warnings(definition, version.data, day)
        return {
            "number": summary.number,
            "unit_name": summary.unit_name,
            "heading": f"{definition.period_title(summary.period)}{definition.short}",
            "standing": mark_of(summary),
            "version": summary.version,
            "at": moment_of(summary.submitted_at),
            "due": summary.due,
            "timeliness": TIMELINESS[summary.timeliness],
            "contact": contact_of(definition, version.data),
            "digest": grouped(version.event.digest),
            "warnings": [what_is_so(warning.message) for warning in found],
            "answers": render_answers(definition, version.data, _shortened(found), edit=False),
            "closing": closing_of(definition, version.data),
            "log": log_of(record),
        }

    def definition(self, digest: str) -> Definition:
        """The form of this digest, from the documents that are kept for ever."""
        definition = self._definitions.get(digest)
        if definition is None:
            definition = Definition.from_document(self._records.document(digest))
            if len(self._definitions) < MOST_DEFINITIONS:
                self._definitions[digest] = definition
        return definition


def versions_of(events: Sequence[Event]) -> list[Version]:
    """Every version that the unit filed, the first one first; QingdanError when its content has been erased."""
    filed = [event for event in events if event.type in ("submitted", "corrected")]
    if any(event.body is None for event in filed):
        raise QingdanError("这件填报的内容已经依法删除，只留下了指纹")
    return [Version(at, event, json.loads(event.body or b"{}")["data"]) for at, event in enumerate(filed, start=1)]


def log_of(record: Record) -> list[Step]:
    """What happened, the latest first: the unit for what it did, the officer's name for what the bureau did."""
    steps, version = [], 0
    for event in record.events:
        filed = event.type in ("submitted", "corrected")
        version += filed
        what = f"{STEPS[event.type]}（第 {version} 版）" if filed else STEPS[event.type]
        own = filed or event.type == "withdrawn"
        steps.append(Step(what, record.summary.unit_name if own else event.actor, moment_of(event.at)))
    return steps[::-1]


def closing_of(definition: Definition, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The closing sections, which the answers leave out: each title with its labels and their answers as HTML."""
    from functions.forms.answers import NOT_ANSWERED, value_words

    closing = []
    for section in definition.sections:
        if section.closing:
            held = data.get(section.key, {})
            lines = [
                (item.label, value_words(item, held[item.key]) if item.key in held else NOT_ANSWERED)
                for item in section.items
                if isinstance(item, Field)
            ]
            closing.append({"title": section.title, "lines": lines})
    return closing


def contact_of(definition: Definition, data: dict[str, Any]) -> Contact | None:
    """The contact that every unit's form asks for; None on a form without one, or when it was left out."""
    found: dict[str, str] = {}
    for item in definition.walk():
        if isinstance(item, Field) and item.key in ("contact_name", "contact_phone") and "*" not in item.path:
            value: Any = data
            for key in item.path:
                value = value.get(key, {}) if isinstance(value, dict) else {}
            found[item.key] = value if isinstance(value, str) else ""
    name, phone = found.get("contact_name", ""), found.get("contact_phone", "")
    return Contact(name, phone, re.sub(r"[^0-9+]", "", phone)) if name or phone else None


def summary_json(summary: Summary) -> dict[str, Any]:
    """A summary as programs get it; times UTC, the due date in Asia/Shanghai."""
    return {
        "number": summary.number,
        "form": summary.form,
        "period": summary.period,
        "unit_name": summary.unit_name,
        "uscc": summary.uscc,
        "submitted_at": summary.submitted_at,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "status": summary.status,
        "contested": summary.contested,
        "version": summary.version,
        "sequence": summary.sequence,
        "warnings": list(summary.warnings),
    }


def record_json(record: Record) -> dict[str, Any]:
    """A record as programs get it: its summary, every version's answers, every event with its digests."""
    versions = versions_of(record.events)
    return {
        **summary_json(record.summary),
        "form_digest": record.summary.form_digest,
        "digest": record.events[-1].digest,
        "versions": [{"version": one.number, "filed_at": one.event.at, "data": one.data} for one in versions],
        "events": [_event_json(event) for event in record.events],
    }


def _shortened(problems: Sequence[Problem]) -> list[Problem]:
    return [replace(problem, message=what_is_so(problem.message)) for problem in problems]


def _event_json(event: Event) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "type": event.type,
        "at": event.at,
        "actor": event.actor,
        "previous": event.previous,
        "body_digest": event.body_digest,
        "digest": event.digest,
    }
