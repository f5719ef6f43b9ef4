"""Reminders in words, for page and workbook; knows no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.desk.reminders.reading import Line
from functions.forms.catalogue import Catalogue
from functions.forms.characters import trimmed
from functions.forms.normalise import plain_line
from functions.records.words import Mark
from functions.supervision.contacts import Contact
from functions.supervision.reminders.history import WORDS, Entry, Note
from functions.supervision.reminders.values import Channel
from functions.web.filing.moments import Moment, moment_of

LONGEST_SAID: Final = 200
HEADERS: Final = (
    "单位", "统一社会信用代码", "项目", "联系人", "联系电话", "电子邮箱", "表", "期", "依据", "期限", "天数",
    "为什么打",
)  # fmt: skip
NOTICES: Final = {"called": "记下了：已联系", "bounced": "记下了：退信。这个单位回到电话名单"}
CHANNELS: Final[Mapping[Channel, str]] = {"email": "邮件", "sms": "短信", "call": "电话"}


@dataclass(frozen=True, slots=True)
class PastLine:
    """One reminder that was recorded: `step` in words, and what officers noted; `returnable` when it may come back."""

    id: str
    unit_name: str
    uscc: str
    form: str
    period: str
    project: str
    step: str
    at: Moment
    channel: str
    mark: Mark
    notes: Sequence[tuple[Note, Moment, str]]
    returnable: bool


@dataclass(frozen=True, slots=True)
class CallLine:
    """One unit to call, in the words of its form; `mark` says why."""

    id: str
    unit_name: str
    uscc: str
    form: str
    period: str
    basis: str
    project: str
    last_day: str
    days: str
    contact: Contact | None
    mark: Mark


def call_line(catalogue: Catalogue, line: Line) -> CallLine:
    """A line in the words of its form."""
    one, form = line.about, catalogue.get(line.about.form)
    return CallLine(
        id=line.entry.reminder.id,
        unit_name=one.unit_name,
        uscc=one.uscc,
        form=form.short,
        period=form.period_title(one.period),
        basis=one.basis,
        project=one.project,
        last_day=one.last_day.isoformat(),
        days=line.days,
        contact=line.contact,
        mark=WORDS[line.entry.outcome],
    )


def step_words(step: int) -> str:
    """Which reminder it is: 到期前 30 天, 到期当天, 到期后 1 天."""
    return f"到期前 {step} 天" if step > 0 else f"到期后 {-step} 天" if step else "到期当天"


def past_line(catalogue: Catalogue, entry: Entry) -> PastLine:
    """An entry in the words of its form."""
    one, form = entry.reminder, catalogue.get(entry.reminder.form)
    notes = [(note, moment_of(note.at), note.said or "已联系") for note in entry.calls]
    if entry.bounced:
        notes.insert(0, (entry.bounced, moment_of(entry.bounced.at), "退信"))
    return PastLine(
        id=one.id,
        unit_name=one.unit_name,
        uscc=one.uscc,
        form=form.short,
        period=form.period_title(one.period),
        project=one.project,
        step=step_words(one.step),
        at=moment_of(entry.at),
        channel=CHANNELS[one.channel],
        mark=WORDS[entry.outcome],
        notes=notes,
        returnable=entry.outcome in ("sent", "unknown"),
    )


def cells_of(line: CallLine) -> Sequence[str]:
    """A line of the workbook, in the order of its header."""
    contact = line.contact
    who = (contact.name, contact.phone, contact.email) if contact else ("", "", "")
    what = (line.form, line.period, line.basis, line.last_day, line.days)
    return (line.unit_name, line.uscc, line.project, *who, *what, line.mark.word)


def read_said(text: str) -> tuple[str, str]:
    """Return what was said, and what is wrong with it, "" when nothing is."""
    said = trimmed(plain_line(text))
    if not said:
        return said, "请写说了什么，例如“说周五以前报”“没人接”"
    return said, f"最多 {LONGEST_SAID} 个字。请写短一些" if len(said) > LONGEST_SAID else ""
