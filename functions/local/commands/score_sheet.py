"""The command that prints the score sheet, blank or with the scores of a file; knows no scoring rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.errors import QingdanError, system_reason
from functions.local.output import write_whole
from functions.local.terminal import SiteOption, read_settings
from functions.supervision.scoring import GRADES, KINDS, Score, Scored, ScoreSheet, points_of, score, tenths_of


class KindName(StrEnum):
    """Who scores."""

    self = "self"
    panel = "panel"


def score_sheet(
    out: Annotated[Path, typer.Option(help="写到哪个文件（PDF）。")],
    scores: Annotated[Path | None, typer.Option(help="打好的分（JSON）；不写，就出空白表。")] = None,
    kind: Annotated[KindName, typer.Option(help="空白表给谁用：self 建设单位自评，panel 验收组。")] = KindName.self,
    site: SiteOption = None,
) -> None:
    """把档案验收评分表写成 PDF：空白的，或者填好分数的；总分和等级由分数算出。"""
    from functions.exports.pdf import Typesetter
    from functions.exports.pdf.score_sheet import Scoring, score_paper
    from functions.web.filing.documents import letterhead_of, read_sheet

    settings = read_settings(site=site)
    sheet, letterhead = read_sheet(settings), letterhead_of(settings)
    scoring = Scoring(**_read(scores, sheet)) if scores else None
    paper = score_paper(sheet, scoring.kind if scoring else kind.value, scoring, letterhead)
    straight = write_whole(out, [Typesetter().set(paper)])
    if scoring:
        typer.echo(f"总分 {points_of(scoring.scored.total)}，{GRADES[scoring.scored.grade]}：{out}", err=straight)
    else:
        typer.echo(f"已写出空白的评分表：{out}", err=straight)


def _read(path: Path, sheet: ScoreSheet) -> dict[str, Any]:
    """Read the scores from the file; QingdanError with everything that is wrong with it."""
    try:
        raw = json.loads(path.read_bytes(), parse_float=Decimal)
    except OSError as error:
        raise QingdanError(f"{path} 读不出来（{system_reason(error)}）。请核对文件名") from None
    except ValueError:
        raise QingdanError(f"{path} 不是 JSON。请核对逗号、引号和括号") from None
    if not isinstance(raw, dict):
        raise QingdanError(f"{path} 里应是一个 JSON 对象，写法见 docs/score-sheet.md")
    wrong = _wrong_head(raw, sheet)
    scores, unread = _scores(raw.get("scores"))
    wrong += unread.values()
    scored = score(sheet, scores)
    if not isinstance(scored, Scored):
        wrong += [problem.message for problem in scored if problem.pointer.removeprefix("/scores/") not in unread]
    if wrong or not isinstance(scored, Scored):
        raise QingdanError("\n".join(f"{path}：{words}" for words in wrong))
    day = date.fromisoformat(raw["day"])
    return {"kind": raw["kind"], "project": raw["project"], "unit": raw["unit"], "day": day, "scored": scored}


def _wrong_head(raw: Mapping[str, Any], sheet: ScoreSheet) -> list[str]:
    wrong = []
    if raw.get("version") != sheet.version.isoformat():
        wrong.append(f"version 要写现行评分表的版本 {sheet.version}。按别的版本打的分，请照现行的重新打")
    if raw.get("kind") not in tuple(KINDS):
        wrong.append("kind 要写 self（建设单位自评）或者 panel（验收组评分）")
    wrong += [
        f"{key} 要写{words}" for key, words in (("project", "建设项目的名称"), ("unit", "建设单位的名称"))
        if not isinstance(raw.get(key), str) or not raw[key].strip()
    ]  # fmt: skip
    try:
        date.fromisoformat(raw["day"])
    except (KeyError, TypeError, ValueError):
        wrong.append("day 要写评分的日期，如 2026-11-20")
    return wrong


def _scores(given: Any) -> tuple[dict[str, Score], dict[str, str]]:
    """Return the scores by item number, and the problems of unreadable ones by number or position."""
    if not isinstance(given, list):
        return {}, {"": "scores 要写成列表，每一项有 no、score，扣了分的还有 reason"}
    scores: dict[str, Score] = {}
    wrong: dict[str, str] = {}
    for place, one in enumerate(given, 1):
        no = one.get("no") if isinstance(one, dict) else None
        tenths = tenths_of(one.get("score")) if isinstance(one, dict) else None
        if not isinstance(no, str):
            wrong[f"#{place}"] = f'scores 的第 {place} 个缺 no。请写评分表上的序号，如 "1.1"，带引号'
        elif no in scores:
            wrong[no] = f"第 {no} 项打了两次分。请删去一个"
        elif tenths is None or not isinstance(one.get("reason", ""), str):
            wrong[no] = f"第 {no} 项读不懂。score 写分数，最多一位小数，如 4 或者 3.5；reason 写成文字"
        else:
            scores[no] = Score(tenths, one.get("reason", ""))
    return scores, wrong
