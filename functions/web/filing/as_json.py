"""A filing as JSON for its unit's programs: status, decisions, every version; never the name of an officer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from functions.forms.definition import Definition
from functions.forms.difference import compare
from functions.records.transitions import OpenRecord
from functions.records.versions import Version, versions_of


def status_json(open_record: OpenRecord) -> dict[str, Any]:
    """Times are UTC; `due`, `correction_due` and `received_on` are dates in Asia/Shanghai."""
    summary, state, definition = open_record.record.summary, open_record.state, open_record.definition
    versions = versions_of(open_record.record.events)
    return {
        "number": summary.number,
        "form": summary.form,
        "form_digest": state.form_digest,
        "period": summary.period,
        "unit_name": summary.unit_name,
        "status": state.status,
        "version": state.version,
        "submitted_at": state.submitted_at,
        "corrected_at": state.corrected_at or None,
        "received_on": state.received_on or None,
        "due": state.due,
        "timeliness": state.timeliness,
        "opinion": state.opinion,
        "correction_due": state.correction_due or None,
        "fields": [{"pointer": at, "label": definition.label_at(at)} for at in state.asked],
        "versions": versions_json(definition, versions),
        "events": _events(open_record),
    }


def versions_json(definition: Definition, versions: Sequence[Version]) -> list[dict[str, Any]]:
    """Return each version with its answers and their changes since the previous one; null after an erasure."""
    told = []
    for place, version in enumerate(versions):
        before = versions[place - 1].data if place else None
        told.append(
            {
                "version": version.number,
                "filed_at": version.event.at,
                "digest": version.event.digest,
                "data": version.data,
                "changes": changes_json(definition, before, version.data) if before and version.data else None,
            }
        )
    return told


def changes_json(definition: Definition, before: Any, after: Any) -> list[dict[str, Any]]:
    """Return each answer that differs; null means that there is no answer."""
    return [
        {"pointer": change.pointer, "label": change.label, "before": change.before, "after": change.after}
        for change in compare(definition, before, after).changes
    ]


def _events(open_record: OpenRecord) -> list[dict[str, str]]:
    """Return the events for the unit: no notes between officers, no acceptance that a second officer must join."""
    told = []
    for event in open_record.record.events:
        partial = (
            event.type == "accepted" and event.body is not None and not json.loads(event.body).get("complete", True)
        )
        if event.type != "noted" and not partial:
            told.append({"type": event.type, "at": event.at})
    return told
