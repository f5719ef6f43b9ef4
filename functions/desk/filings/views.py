"""One filing as the desk shows it: the facts, the views of its versions, the history; knows no HTTP."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.desk.filings.warnings import in_full
from functions.forms.definition import Definition
from functions.forms.difference import compare
from functions.forms.page.answers import render_answers, render_closing
from functions.forms.page.diff_table import render_differences
from functions.forms.page.element import Markup, el, join
from functions.forms.page.field_names import id_of
from functions.forms.pointer import Path, split
from functions.forms.pointer import join as pointer_of
from functions.forms.problem import Problem
from functions.records.event import Event
from functions.records.store import Summary
from functions.records.transitions import OpenRecord
from functions.records.versions import Version, shown_versions, versions_of
from functions.records.words import CORRECTIONS, TIMELINESS, Mark, mark_of
from functions.supervision.contacts import Contact, contact_of
from functions.web.filing.as_json import versions_json
from functions.web.filing.form_pages import distance, grouped
from functions.web.filing.history import Step, told_to_officers
from functions.web.filing.moments import Moment, moment_of

CHANGES: Final = "changes"
ERASED: Final = "这一版的内容已经依法删除，只留下了指纹。"
DECIDE: Final = "decide"
_SAID: Final = frozenset(
    ("opinion", "reason", "text", "checked", "correction_due", "asked", "complete", "role", "channel", "received_on")
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the filing: the words of its link, its name in the address, whether it is shown."""

    word: str
    view: str
    current: bool


@dataclass(frozen=True, slots=True)
class WarningWords:
    """A warning in words that name its field, with its place: the field, or the part that contains it.

    `here` says that the page shows that place.
    """

    words: str
    at: str
    here: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a filing in words, the warnings for a decision, and the history.

    Days are as they are stored, "" for none; `kept_date` says whether the correction came in time.
    """

    number: str
    unit_name: str
    heading: str
    standing: Mark
    version: int
    at: Moment
    received_on: str
    corrected: Moment | None
    correction_due: str
    corrected_until: str
    kept_date: Mark
    due: str
    timeliness: Mark
    distance: str
    contact: Contact | None
    digest: str
    warnings: list[WarningWords]
    log: list[Step]


def facts_of(open_record: OpenRecord, warnings: Sequence[Problem], body: Markup) -> Facts:
    """Return the facts of the filing; `body` is the part of the page that a warning may link to."""
    summary, state, definition = open_record.record.summary, open_record.state, open_record.definition
    due = date.fromisoformat(summary.due)
    return Facts(
        number=summary.number,
        unit_name=summary.unit_name,
        heading=f"{definition.period_title(summary.period)}{definition.short}",
        standing=mark_of(summary),
        version=summary.version,
        at=moment_of(summary.submitted_at),
        received_on=state.received_on,
        corrected=moment_of(state.corrected_at) if state.corrected_at else None,
        correction_due=state.correction_due,
        corrected_until=state.corrected_until,
        kept_date=CORRECTIONS[state.version_day.isoformat() <= state.corrected_until],
        due=summary.due,
        timeliness=TIMELINESS[summary.timeliness],
        distance=distance(state.counted_day, due),
        contact=contact_of(definition, state.data),
        digest=grouped(versions_of(open_record.record.events)[-1].event.digest),
        warnings=[_in_full(warning, body) for warning in warnings],
        log=told_to_officers(open_record),
    )


def tabs_of(open_record: OpenRecord, view: str) -> list[Tab]:
    """Return the views of the filing; `view` names the shown one, by default the changes, else the only version."""
    versions = versions_of(open_record.record.events)
    shown = view_of(open_record, view)
    changes = [Tab("改了什么", CHANGES, shown == CHANGES)] if len(versions) > 1 else []
    whole = [Tab(f"第 {one.number} 版全文", str(one.number), shown == str(one.number)) for one in reversed(versions)]
    return [*changes, *whole]


def view_of(open_record: OpenRecord, view: str) -> str:
    """Return the view for the value in an address."""
    last = open_record.state.version
    known = {str(number) for number in range(1, last + 1)} | ({CHANGES} if last > 1 else set())
    return view if view in known else CHANGES if last > 1 else str(last)


def render_view(
    open_record: OpenRecord, view: str, warnings: Sequence[Problem], ticked: Collection[str] | None
) -> Markup:
    """Render the changes and the whole version that counts, or the whole of one version.

    `ticked` are the pointers of the fields ticked for a correction; None when nothing can be returned.
    """
    versions, definition = versions_of(open_record.record.events), open_record.definition
    shown = view_of(open_record, view)
    version = versions[-1 if shown == CHANGES else int(shown) - 1]
    last = version.number == len(versions)
    found, asked = (warnings, ticked) if last else ((), None)
    whole = _whole(definition, version, found, asked)
    if shown != CHANGES:
        return whole
    return join(*_changes(definition, versions), el("h2", f"第 {version.number} 版全文", id="whole"), whole)


def _changes(definition: Definition, versions: Sequence[Version]) -> list[Markup]:
    """What each of the last versions changed, the last one first; all of the others can be looked at by themselves."""
    told, shown = [], shown_versions(versions)
    for place in range(shown.stop - 2, max(shown.start - 2, 0), -1):
        before, after = versions[place - 1].data, versions[place].data
        if before is not None and after is not None:
            told.append(render_differences(compare(definition, before, after), before=place, after=place + 1))
    if shown.start > 2:
        told.append(el("p", f"第 {shown.start - 1} 版和更早的改动没有列在这里，请看各版的全文。", class_="note"))
    return told


def _whole(
    definition: Definition, version: Version, warnings: Sequence[Problem], ticked: Collection[str] | None
) -> Markup:
    if version.data is None:
        return el("p", ERASED)
    beside = None if ticked is None else _ticks(ticked)
    answers = render_answers(definition, version.data, warnings, beside=beside)
    return join(answers, render_closing(definition, version.data))


def _ticks(ticked: Collection[str]) -> Any:
    """Return the tick box for each answer: it belongs to the decision's form, and asks to change this answer."""

    def beside(name: str, path: Path) -> Markup:
        at = pointer_of(path)
        box = el("input", type="checkbox", name="field", value=at, form=DECIDE, checked=at in ticked)
        return el("label", box, el("span", "要改", el("span", f"：{name}", class_="vh")), class_="pick ask")

    return beside


def _in_full(warning: Problem, body: Markup) -> WarningWords:
    at = id_of(split(warning.pointer)[:2])
    return WarningWords(in_full(warning), at, f'id="a-{at}"' in body)


def summary_json(summary: Summary) -> dict[str, Any]:
    """Return a summary for programs; times in UTC, dates in Asia/Shanghai."""
    return {
        "number": summary.number,
        "form": summary.form,
        "period": summary.period,
        "unit_name": summary.unit_name,
        "uscc": summary.uscc,
        "submitted_at": summary.submitted_at,
        "received_on": summary.received_on or None,
        "due": summary.due,
        "timeliness": summary.timeliness,
        "status": summary.status,
        "contested": summary.contested,
        "approved_by": summary.approved_by or None,
        "correction_due": summary.correction_due or None,
        "version": summary.version,
        "sequence": summary.sequence,
        "warnings": list(summary.warnings),
    }


def record_json(open_record: OpenRecord, address: str, until: int | None = None) -> dict[str, Any]:
    """A record as programs get it: its summary, its versions, every event with its digests.

    `address` and `until` as in `versions_json`.
    """
    record, state = open_record.record, open_record.state
    return {
        **summary_json(record.summary),
        "form_digest": record.summary.form_digest,
        "digest": record.events[-1].digest,
        "opinion": state.opinion,
        "fields": list(state.asked),
        "corrected_at": state.corrected_at or None,
        "versions": versions_json(open_record.definition, versions_of(record.events), address, until),
        "events": [_event_json(event) for event in record.events],
    }


def _event_json(event: Event) -> dict[str, Any]:
    """`said` is the opinion, reason or note of the step; the answers of a version are under the versions."""
    body = json.loads(event.body) if event.body is not None else {}
    return {
        "sequence": event.sequence,
        "type": event.type,
        "at": event.at,
        "actor": event.actor,
        "previous": event.previous,
        "body_digest": event.body_digest,
        "digest": event.digest,
        "said": {key: value for key, value in body.items() if key in _SAID},
    }
