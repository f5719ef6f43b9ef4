"""The acceptance score sheet, and what a set of scores comes to; points are tenths in integers, never rounded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from functions.errors import AuthoringError
from functions.forms.problem import Problem

Kind = Literal["self", "panel"]
Grade = Literal["failed", "passed", "good"]

KINDS: Final[Mapping[Kind, str]] = {"self": "建设单位自评", "panel": "验收组评分"}
GRADES: Final[Mapping[Grade, str]] = {"failed": "不合格", "passed": "合格", "good": "优良"}
FULL: Final = 1000
# domain.md Q1, 甲四3: below 75 fails, 85 is good already; both are of the exact total.
PASSES_FROM: Final = 750
GOOD_FROM: Final = 850
_POINTS = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the sheet; `max` in tenths of a point."""

    no: str
    section: str
    content: str
    evidence: str
    max: int


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """A sheet to score by: `version` is the day it was drawn up, `official` whether an authority has laid it down."""

    title: str
    version: date
    official: bool
    items: tuple[Item, ...]

    def sections(self) -> list[tuple[str, tuple[Item, ...]]]:
        """The sections in order, with their items."""
        titles = dict.fromkeys(item.section for item in self.items)
        return [(title, tuple(item for item in self.items if item.section == title)) for title in titles]


@dataclass(frozen=True, slots=True)
class Score:
    """What one item got, in tenths, and why it is not more."""

    tenths: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A sheet with every item scored; the total, in tenths, and the grade follow from the scores."""

    sheet: ScoreSheet
    scores: Mapping[str, Score]

    @property
    def total(self) -> int:
        return sum(self.scores[item.no].tenths for item in self.sheet.items)

    @property
    def grade(self) -> Grade:
        return grade_of(self.total)


def grade_of(total: int) -> Grade:
    """The grade of a total in tenths (domain.md Q1; 甲四3): 74.9 fails, 75 passes, 84.9 passes, 85 is good."""
    if total < PASSES_FROM:
        return "failed"
    return "passed" if total < GOOD_FROM else "good"


def tenths_of(points: Any) -> int | None:
    """Points as people write them, 4, 4.5 or "4.5", in tenths; None for what is no such number."""
    if isinstance(points, bool) or not isinstance(points, int | Decimal | str):
        return None
    found = _POINTS.fullmatch(str(points))
    return int(found[1]) * 10 + int(found[2] or 0) if found else None


def points_of(tenths: int) -> str:
    """Tenths as people read them, with one decimal place."""
    return f"{tenths // 10}.{tenths % 10}"


def score(sheet: ScoreSheet, scores: Mapping[str, Score]) -> Scored | tuple[Problem, ...]:
    """The scored sheet, or everything that is wrong with the scores, which are by number of item."""
    problems = tuple(_problems(sheet, scores))
    return problems or Scored(sheet, dict(scores))


def _problems(sheet: ScoreSheet, scores: Mapping[str, Score]) -> Iterator[Problem]:
    for item in sheet.items:
        given = scores.get(item.no)
        if given is None:
            yield _problem(item.no, f"第 {item.no} 项还没有打分。请填 0 到 {points_of(item.max)} 分", "required")
        elif not 0 <= given.tenths <= item.max:
            cure = f"请填 0 到 {points_of(item.max)} 分"
            yield _problem(item.no, f"第 {item.no} 项打了 {points_of(given.tenths)} 分。{cure}", "range")
        elif given.tenths < item.max and not given.reason.strip():
            lost = points_of(item.max - given.tenths)
            yield _problem(item.no, f"第 {item.no} 项扣了 {lost} 分，没有写为什么。请写扣分的原因", "reason")
    for no in scores.keys() - {item.no for item in sheet.items}:
        yield _problem(no, f"评分表里没有第 {no[:20]} 项。请删去，或者核对序号", "unknown")


def _problem(no: str, message: str, rule: str) -> Problem:
    return Problem(f"/scores/{no}", f"第 {no[:20]} 项", message, rule)


def load_sheet(written: bytes, name: str) -> ScoreSheet:
    """The sheet that a file says; AuthoringError, with `name` for the file, tells the place, the cause and the cure."""
    try:
        raw = json.loads(written, parse_float=Decimal)
        sheet = ScoreSheet(
            _text(raw, "title", "开头"), _day(raw), raw.get("official") is True, tuple(_items(raw.get("sections")))
        )
    except (_Wrong, ValueError, AttributeError, TypeError) as wrong:
        words = str(wrong) if isinstance(wrong, _Wrong) else "这里的 JSON 写法不对。请核对逗号、引号和括号"
        raise AuthoringError(f"{name}：{words}") from None
    if (total := sum(item.max for item in sheet.items)) != FULL:
        raise AuthoringError(f"{name}：各项满分合计 {points_of(total)} 分，应为 100 分。请核对每一项的 max")
    return sheet


class _Wrong(Exception):
    """What is wrong with a sheet's file, in Chinese."""


def _day(raw: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(_text(raw, "version", "开头"))
    except ValueError:
        raise _Wrong("开头的 version 要写拟定的日期，如 2026-11-01") from None


def _items(sections: Any) -> Iterator[Item]:
    seen: set[str] = set()
    if not isinstance(sections, list):
        raise _Wrong("缺 sections。请写出各部分，每一部分有 title 和 items")
    for number, section in enumerate(sections, 1):
        title = _text(section, "title", f"第 {number} 部分")
        for item in section.get("items") or ():
            no = _text(item, "no", title)
            most = tenths_of(item.get("max"))
            if not most:
                raise _Wrong(f"第 {no} 项的 max 要写满分，如 4 或者 2.5，最多一位小数")
            if no in seen:
                raise _Wrong(f"第 {no} 项写了两次。请改其中一个序号")
            seen.add(no)
            where = f"第 {no} 项"
            yield Item(no, title, _text(item, "content", where), _text(item, "evidence", where), most)


def _text(raw: Any, key: str, where: str) -> str:
    value = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{where}缺 {key}，要写成文字")
    return value
