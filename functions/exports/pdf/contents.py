"""The contents of each document: facts, sections, notes, the verification code; knows neither type nor fonts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from functions.errors import NotFound
from functions.exports.pdf.answer_table import Block, label, sections_of, value
from functions.exports.typesetting.document import Document
from functions.forms.definition import Definition
from functions.forms.pointer import read, split
from functions.records.event import Event
from functions.records.filing import receipt_of
from functions.records.keys import Keys
from functions.records.state import SHANGHAI, Erased, State, day_in_shanghai, standing
from functions.records.store import Record
from functions.records.words import AGREED, CONTESTED, DECIDED, STATUSES, TIMELINESS

OPINIONS: Final = {
    "returned": f"{DECIDED['returned']}意见",
    "accepted": f"{DECIDED['accepted']}意见",
    "reopened": f"{DECIDED['reopened']}的决定",
    "voided": f"{DECIDED['voided']}的决定",
}
_GROUP = 8
_OURS = "本系统拟定，非官方格式。"
_SCAN = "扫码核验"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The bureau's name, and the address of its site with a slash at the end, or ""."""

    bureau: str
    site: str

    def verification(self, receipt: str) -> str:
        """Return the address that verifies a receipt in the browser; only the receipt when the site has no address."""
        return f"{self.site}verify/#{receipt}" if self.site else receipt


@dataclass(frozen=True, slots=True)
class _Filed:
    """One version of a filing when it came in: its event, and the state of the record after it."""

    event: Event
    state: State
    count: int

    @property
    def number(self) -> str:
        return self.event.number


def filing_paper(
    record: Record, definition: Definition, version: int | None, keys: Keys, letterhead: Letterhead
) -> Document:
    """Return the whole filing; NotFound when there is no such version, Erased when its content is gone."""
    filed = _version(record, version)
    facts = [("编号", filed.number), *_about(record, filed, definition)[1:], *_digest(filed.event)]
    parts = parts_of(letterhead, definition.title, definition.period_title(filed.state.period), filed.number, facts)
    parts["sections"] = sections_of(definition, filed.state.data)
    parts["notes"] = [] if definition.rules.official else [_OURS]
    parts["foot"] = f"{filed.number}　第 {filed.state.version} 版　{filed.event.digest[:16]}"
    return Document(parts, _code(record, filed, definition, keys, letterhead), _day(filed.event.at))


def receipt_paper(
    record: Record, definition: Definition, version: int | None, keys: Keys, letterhead: Letterhead
) -> Document:
    """Return the confirmation of what the bureau received, when, and whether in time; raises as `filing_paper` does."""
    filed = _version(record, version)
    facts = [("编号", filed.number), *_about(record, filed, definition), *_digest(filed.event)]
    parts = parts_of(letterhead, "填报回执", "", filed.number, facts)
    parts["words"] = ["上述填报已经收到。内容有一字改动，内容指纹就不同。"]
    parts["sign"] = _signature(letterhead, filed.event)
    return Document(parts, _code(record, filed, definition, keys, letterhead), _day(filed.event.at))


def opinion_paper(record: Record, definition: Definition, sequence: int, letterhead: Letterhead) -> Document:
    """Return a decision and its opinion for the unit; NotFound when the event of this sequence is no decision."""
    at, event = next(((n, e) for n, e in enumerate(record.events) if e.sequence == sequence), (0, None))
    if event is None or event.type not in OPINIONS:
        raise NotFound("这一步没有审核意见")
    if event.body is None:
        raise Erased
    state = standing(record.events, at)
    body = json.loads(event.body)
    title, decided = OPINIONS[event.type], DECIDED[event.type]
    if not body.get("complete", True):
        title, decided = f"{AGREED}的意见", f"{AGREED}，由另一位审核员再审"
    facts = [
        ("编号", event.number),
        ("单位", record.summary.unit_name),
        ("事项", f"{definition.period_title(state.period)}《{definition.title}》第 {state.version} 版"),
        ("决定", decided),
        *([("补正期限", long_date(body["correction_due"]))] if body.get("correction_due") else []),
        ("时间", _moment(event.at)),
        *_digest(event),
    ]
    parts = parts_of(letterhead, title, "", event.number, facts)
    parts["sections"] = [*_opinion(body), *_asked(definition, state.data, body.get("asked", ()))]
    parts["sign"] = _signature(letterhead, event)
    return Document(parts, "", _day(event.at))


def _version(record: Record, version: int | None) -> _Filed:
    places = [place for place, event in enumerate(record.events) if event.type in ("submitted", "corrected")]
    wanted = len(places) if version is None else version
    if not 1 <= wanted <= len(places):
        raise NotFound(f"这份填报没有第 {wanted} 版")
    place = places[wanted - 1]
    state = standing(record.events, place)
    if state.data is None:
        raise Erased
    return _Filed(record.events[place], state, len(places))


def _about(record: Record, filed: _Filed, definition: Definition) -> list[tuple[str, str]]:
    state = filed.state
    came = [("收到时间", _moment(state.submitted_at))]
    if state.received_on:
        came = [("收到日期", f"{long_date(state.received_on)}（纸质）"), ("录入时间", _moment(state.submitted_at))]
    if state.corrected_at:
        came[0] = ("第一次" + came[0][0].removeprefix("第一次"), came[0][1])
        came.append(("补正时间", _moment(state.corrected_at)))
    return [
        ("事项", f"{definition.period_title(state.period)}《{definition.title}》"),
        ("单位", str(read(state.data, split(definition.rules.unit_name_at)))),
        *came,
        ("截止日期", long_date(state.due)),
        ("是否按期", TIMELINESS[state.timeliness].word),
        ("版本", f"第 {state.version} 版（共 {filed.count} 版）"),
        ("状态", _standing(record, filed)),
    ]


def _standing(record: Record, filed: _Filed) -> str:
    if filed.state.version < filed.count:
        return "已补正，以后面的版本为准"
    contested = f"，{CONTESTED.word}" if record.summary.contested else ""
    return STATUSES[record.summary.status].word + contested


def _digest(event: Event) -> list[tuple[str, str]]:
    groups = (event.digest[start : start + _GROUP] for start in range(0, len(event.digest), _GROUP))
    return [("内容指纹", " ".join(groups))]


def _opinion(body: dict[str, Any]) -> list[Block]:
    words = body.get("opinion") or body.get("reason") or ""
    return [{"title": "意见", "blocks": [{"cells": [value(words, 4)]}]}] if words else []


def _asked(definition: Definition, data: Any, asked: Sequence[str]) -> list[Block]:
    if not asked:
        return []
    cells = [cell for at in asked for cell in (label(definition.label_at(at), 4),)]
    return [{"title": "要改的栏", "blocks": [{"cells": cells}]}]


def parts_of(
    letterhead: Letterhead, title: str, subtitle: str, number: str, facts: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return the parts of every document: the bureau, title and number, facts; the rest is empty."""
    return {
        "bureau": letterhead.bureau,
        "title": title,
        "subtitle": subtitle,
        "number": number,
        "facts": [list(fact) for fact in facts],
        "words": [],
        "sections": [],
        "sign": [],
        "notes": [],
        "scan": _SCAN,
        "foot": number,
    }


def _signature(letterhead: Letterhead, event: Event) -> list[str]:
    return [letterhead.bureau, long_date(day_in_shanghai(event.at))]


def _code(record: Record, filed: _Filed, definition: Definition, keys: Keys, letterhead: Letterhead) -> str:
    return letterhead.verification(receipt_of(record.events[0], filed.event, filed.state, definition, keys))


def _moment(at: str) -> str:
    local = datetime.fromisoformat(at).astimezone(SHANGHAI)
    return f"{long_date(local.date())} {local:%H:%M:%S}"


def long_date(day: date | str) -> str:
    """Format the day for the bureau's texts; `day` may be in ISO 8601."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _day(at: str) -> tuple[int, int, int]:
    day = day_in_shanghai(at)
    return day.year, day.month, day.day
