"""The acceptance score sheet as a document: blank, or with its scores; knows no scoring rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.exports.pdf.answer_table import label, value
from functions.exports.pdf.contents import Letterhead, long_date, parts_of
from functions.exports.typesetting.document import Document
from functions.forms.address import numeral
from functions.supervision.scoring import FULL, GRADES, KINDS, Item, Kind, Scored, ScoreSheet, points_of

_HEAD: Final = ("序号", "评分内容", "查验依据", "满分", "得分", "扣分原因")
_OURS: Final = "（本系统拟定，非官方格式）"
_WIDTHS: Final = (22, 16, 5, 5, 17)
_BOUNDS: Final = "等级由总分得出，不另填：不满 75 分为不合格，75 分起、不满 85 分为合格，85 分起为优良（甲四3）。"
_HOW: Final = "得分最多一位小数，从 0 到满分；没有给满分的，写扣分原因。"
_FAILED: Final[dict[Kind, str]] = {
    "self": "自评不满 75 分，还不能申请档案验收（甲五4）。",
    "panel": "档案验收不合格，由本局建议工程竣工验收组织单位不予组织验收（甲四3）。",
}
_SIGNERS: Final[dict[Kind, tuple[str, ...]]] = {
    "self": ("自评人（签字）", "单位负责人（签字）", "建设单位（盖章）"),
    "panel": ("验收组组长（签字）", "验收组成员（签字）"),
}
_ROOM: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores and their project; `day` is when they were given, in Asia/Shanghai."""

    kind: Kind
    project: str
    unit: str
    day: date
    scored: Scored


def score_paper(sheet: ScoreSheet, kind: Kind, scoring: Scoring | None, letterhead: Letterhead) -> Document:
    """Return the sheet with the scores, or blank without them."""
    version = sheet.version.isoformat()
    facts = [
        ("评分", KINDS[kind]),
        ("建设项目", scoring.project if scoring else ""),
        ("建设单位", scoring.unit if scoring else ""),
        ("评分日期", long_date(scoring.day) if scoring else "　　　年　　月　　日"),
    ]
    parts = parts_of(letterhead, sheet.title, "" if sheet.official else _OURS, version, facts)
    parts["words"] = [] if scoring else [_HOW]
    parts["sections"] = [
        *(_section(number, *section, scoring) for number, section in enumerate(sheet.sections(), 1)),
        {"title": "评定", "blocks": [{"cells": _result(kind, scoring)}]},
    ]
    failed = scoring is not None and scoring.scored.grade == "failed"
    parts["notes"] = [*([_FAILED[kind]] if failed else []), _BOUNDS]
    parts["foot"] = f"{sheet.title}　{version} 版"
    made = scoring.day if scoring else sheet.version
    return Document(parts, "", (made.year, made.month, made.day))


def _section(number: int, title: str, items: Sequence[Item], scoring: Scoring | None) -> dict[str, Any]:
    full = points_of(sum(item.max for item in items))
    got = f"，得 {points_of(sum(scoring.scored.scores[item.no].tenths for item in items))} 分" if scoring else ""
    grid = {"widths": list(_WIDTHS), "head": list(_HEAD), "lines": [_line(item, scoring) for item in items]}
    return {"title": f"{numeral(number)}、{title}（{full} 分{got}）", "blocks": [{"grid": grid}]}


def _line(item: Item, scoring: Scoring | None) -> list[str]:
    given = scoring.scored.scores[item.no] if scoring else None
    marks = [points_of(given.tenths), given.reason.strip()] if given else ["", ""]
    return [item.no, item.content, item.evidence, points_of(item.max), *marks]


def _result(kind: Kind, scoring: Scoring | None) -> list[dict[str, Any]]:
    total = points_of(scoring.scored.total) if scoring else ""
    grade = GRADES[scoring.scored.grade] if scoring else "　".join(f"□ {word}" for word in GRADES.values())
    signing = [cell for words in _SIGNERS[kind] for cell in (label(words), value(_ROOM, 3))]
    return [label(f"总分（满分 {points_of(FULL)}）"), value(total), label("等级"), value(grade), *signing]
