"""Tells all that happened with one unit, newest first: filings, rosters, reminders; reads nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from functions.desk.due.reminded import CHANNELS, day_of_entry
from functions.forms.roster_form import RosterForm
from functions.records.filed import Filed
from functions.records.state import day_in_shanghai
from functions.records.words import DECISIONS, Mark
from functions.records.words import STEPS as DONE
from functions.supervision.reminders.history import WORDS, Entry
from functions.supervision.rosters.changes import Change

# What a step led to, by the status after it.
STEPS: Final[Mapping[str, str]] = {
    "submitted": DECISIONS["reopen"],
    "returned": DECISIONS["return"],
    "accepted": DECISIONS["accept"],
    "withdrawn": DONE["withdrawn"],
    "voided": DECISIONS["void"],
}
_NAMES: Final = {"unit_name": "改名", "uscc": "换代码"}

# Makes a form and a period readable: 自查报告 2025 年度.
Title = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One thing that happened; `number` is the filing's, "" where it is about none."""

    day: date
    kind: str
    words: str
    number: str = ""
    mark: Mark | None = None


def filings_log(histories: Iterable[tuple[Filed, ...]], title: Title) -> Iterator[LogEntry]:
    """Yield the steps of filings that obligations see, each filing after each of its steps."""
    for steps in histories:
        first = steps[0]
        about = title(first.form, first.period)
        yield LogEntry(first.counted_day, "填报", f"提交{about}", first.number)
        for before, after in pairwise(steps):
            if after.version != before.version:
                yield LogEntry(after.day, "填报", f"补正{about}", after.number)
            elif after.status != before.status:
                yield LogEntry(after.day, "填报", f"{STEPS[after.status]}{about}", after.number)


def roster_log(form: RosterForm, changes: Iterable[Change]) -> Iterator[LogEntry]:
    """Yield what happened on a roster."""
    for one in changes:
        said = f"，{one.reason}" if one.reason else ""
        yield LogEntry(one.day, "名册", f"{form.title}：{_roster_words(form, one)}{said}")


def reminders_log(entries: Iterable[Entry], title: Title) -> Iterator[LogEntry]:
    """Yield the reminders and what became of them, and each call."""
    for entry in entries:
        about = title(entry.reminder.form, entry.reminder.period)
        words = f"{CHANNELS[entry.reminder.channel]}：{about}，期限 {entry.reminder.last_day}"
        yield LogEntry(day_of_entry(entry), "催报", words, mark=WORDS[entry.outcome])
        for call in entry.calls:
            yield LogEntry(day_in_shanghai(call.at), "电话", f"{call.by}：{call.said or '已联系'}")


def newest_first(*logs: Iterable[LogEntry]) -> list[LogEntry]:
    """Return all of it in one order; of one day, what was told first stands last."""
    return sorted((one for log in logs for one in log), key=lambda one: one.day)[::-1]


def _roster_words(form: RosterForm, one: Change) -> str:
    if one.kind == "changed":
        return "；".join(_changes(form, one)) or "改动"
    if one.into:
        return f"{one.after.get('unit_name', '')}并入 {one.into}"
    if one.kind == "ended":
        return "移出"
    return "重新列入" if one.kind == "resumed" else f"列入{_project(form, one)}"


def _changes(form: RosterForm, one: Change) -> Iterator[str]:
    for name in sorted(one.before.keys() | one.after.keys(), key=lambda name: name not in _NAMES):
        old, new = one.before.get(name), one.after.get(name)
        if old == new:
            continue
        if name in _NAMES:
            yield f"{_NAMES[name]}，原{old}，现{new}"
        else:
            yield f"改{form.label(name)}" if name in form.by_key else "改动"


def _project(form: RosterForm, one: Change) -> str:
    project = one.after.get(form.project) if form.project else None
    return f"（{project}）" if project else ""
