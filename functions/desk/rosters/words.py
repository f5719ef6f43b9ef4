"""What pages about rosters say of rosters, rows and changes; knows neither page nor store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.forms.formats import is_date
from functions.forms.normalise import odd_in_date, plain_date, plain_line
from functions.forms.roster_form import RosterForm
from functions.records.event import Event
from functions.staff.audit_log import CONSOLE
from functions.supervision.rosters.state import IMPORTED, Row, RowKey
from functions.web.filing.moments import Moment, moment_of
from functions.web.http.problems import HttpProblem

KEPT: Final = "kept"
LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class RosterName:
    """A roster as pages name it; `unit` is what one row of it is: a unit or a project."""

    id: str
    title: str
    unit: str

    @classmethod
    def of(cls, form: RosterForm) -> RosterName:
        """The name of this roster."""
        return cls(form.id, form.title, "项目" if form.project else "单位")


@dataclass(frozen=True, slots=True)
class Done:
    """When something was done to a roster, and by whom."""

    at: Moment
    actor: str


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row in words: `rest` are the columns beside name and code, as labels and values."""

    id: str
    name: str
    unit_name: str
    code: str
    rest: Sequence[tuple[str, str]]
    listed: str
    by_hand: bool


def last_of(events: Sequence[Event], type: str = "") -> Done | None:
    """The last thing done, or the last of this type; None when there is none."""
    event = next((event for event in reversed(events) if not type or event.type == type), None)
    return Done(moment_of(event.at), "命令行" if event.actor == CONSOLE else event.actor) if event else None


def last_import(events: Sequence[Event]) -> Done | None:
    """The last import of a file."""
    return last_of(events, IMPORTED)


def changed_words(events: Sequence[Event], today: date) -> str:
    """That somebody has changed the roster meanwhile: when and who."""
    done = last_of(events)
    if done is None:
        return "名册刚才变了，请重新看一遍"
    day, _, minute = done.at.minute.partition(" ")
    return f"名册 {minute if day == today.isoformat() else done.at.minute} 被{done.actor}改过，请重新看一遍"


def row_id(key: RowKey) -> str:
    """Return what an address calls a row: codes and names stay out of addresses, which are logged."""
    return hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]


def row_words(form: RosterForm, key: RowKey, row: Row) -> RowWords:
    """The row as the list shows it."""
    values = row.values
    shown = {form.project, "unit_name", "uscc"}
    rest = [
        (field.label, form.shown(field.key, values[field.key]))
        for field in form.fields
        if field.key not in shown and field.key in values
    ]
    unit = str(values["unit_name"])
    name = str(values[form.project]) if form.project else unit
    code = str(values["uscc"])
    return RowWords(
        row_id(key), name, unit if form.project else "", code, rest, row.listed.isoformat(), bool(row.by_hand)
    )


def name_of(form: RosterForm, values: Mapping[str, Any]) -> str:
    """Return what a row is called, without its code: the project with its unit, or the unit."""
    unit = str(values["unit_name"])
    return f"{values[form.project]}（{unit}）" if form.project else unit


def matches(row: RowWords, words: str) -> bool:
    """Whether the row has these words in any of its columns."""
    sought = words.casefold()
    texts = (row.name, row.unit_name, row.code, *(value for _, value in row.rest))
    return any(sought in text.casefold() for text in texts)


def read_search(text: str) -> str:
    """Return what is looked for in the rows; HttpProblem 400 when it is too long."""
    words = plain_line(text)
    if len(words) > LONGEST:
        raise HttpProblem(400, f"要找的文字最多 {LONGEST} 个字。请写短一些再找")
    return words


def read_day(text: str) -> date | None:
    """The day that was asked for, None for today; HttpProblem 400 for what is no day."""
    plain = plain_date(text)
    if not plain:
        return None
    if odd := odd_in_date(plain):
        raise HttpProblem(400, f"日期“{plain[:LONGEST]}”{odd}")
    if not is_date(plain) or plain.startswith("0000"):
        raise HttpProblem(400, f"“{plain[:LONGEST]}”不是日期。请写成 2026-09-30 这样")
    return date.fromisoformat(plain)
