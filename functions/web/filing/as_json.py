"""A filing as JSON for its unit's programs: status, decisions, every version; never the name of an officer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from functions.forms.definition import Definition
from functions.forms.difference import compare
from functions.records.transitions import OpenRecord
from functions.records.versions import Version, shown_versions, versions_of
from functions.web.http.problems import HttpProblem


def status_json(open_record: OpenRecord, address: str, until: int | None = None) -> dict[str, Any]:
    """`address` and `until` as in `versions_json`. Times are UTC.

    `due`, `correction_due` and `received_on` are dates in Asia/Shanghai.
    """
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
        "versions": versions_json(definition, versions, address, until),
        "events": _events(open_record),
    }


def versions_json(
    definition: Definition, versions: Sequence[Version], address: str, until: int | None = None
) -> list[dict[str, Any]]:
    """Each version; the last ones up to `until` with their answers and how they differ from those of the one before.

    Of the others a link says where those are: at `address`, up to that version.
    """
    shown = shown_versions(versions, until)
    told = []
    for version in versions:
        filed = {"version": version.number, "filed_at": version.event.at, "digest": version.event.digest}
        if version.number in shown:
            told.append({**filed, **_content_json(definition, versions, version.number - 1)})
        else:
            told.append({**filed, "link": f"{address}?until={version.number}"})
    return told


def _content_json(definition: Definition, versions: Sequence[Version], place: int) -> dict[str, Any]:
    """The answers and what changed in them; null after an erasure."""
    before, after = versions[place - 1].data if place else None, versions[place].data
    return {"data": after, "changes": changes_json(definition, before, after) if before and after else None}


def until_in(request: Request) -> int | None:
    """Up to which version the contents are asked for; HttpProblem 400 for what is no version's number."""
    value = request.query_params.get("until", "")
    if not value:
        return None
    if value.isascii() and value.isdecimal() and len(value) < 6 and int(value) > 0:
        return int(value)
    raise HttpProblem(400, "until 要填版本的号数，例如 3")


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
