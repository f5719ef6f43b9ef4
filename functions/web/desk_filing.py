"""One filing as the desk reads it: the facts, the whole document, what happened; knows no HTTP answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions.forms.definition import Definition, Field
from functions.forms.problem import Problem
from functions.records.event import Event
from functions.records.steps import Dossier
from functions.records.store import Record, Summary
from functions.records.versions import versions_of
from functions.web.desk_list import what_is_so
from functions.web.desk_words import TIMELINESS, grouped, mark_of, moment_of
from functions.web.story import told_to_officers


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call; `dial` is the number as a telephone takes it."""

    name: str
    phone: str
    dial: str


def filing_values(dossier: Dossier) -> dict[str, Any]:
    """What filing.html shows, but for its neighbours and twins."""
    from functions.forms.answers import render_answers, render_closing
    from functions.forms.validation import warnings

    summary, state, definition = dossier.record.summary, dossier.state, dossier.definition
    version = versions_of(dossier.record.events)[-1]
    found = warnings(definition, state.data, state.version_day)
    return {
        "number": summary.number,
        "unit_name": summary.unit_name,
        "heading": f"{definition.period_title(summary.period)}{definition.short}",
        "standing": mark_of(summary),
        "version": summary.version,
        "at": moment_of(summary.submitted_at),
        "due": summary.due,
        "timeliness": TIMELINESS[summary.timeliness],
        "contact": contact_of(definition, state.data),
        "digest": grouped(version.event.digest),
        "warnings": [what_is_so(warning.message) for warning in found],
        "answers": render_answers(definition, state.data, _shortened(found)) + render_closing(definition, state.data),
        "log": told_to_officers(dossier),
    }


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
