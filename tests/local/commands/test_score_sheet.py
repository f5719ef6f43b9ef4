"""`qingdan score-sheet`: blank, filled in, or refused with everything that is wrong with the scores."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.supervision.scoring import load_sheet, points_of
from tests.conftest import ROOT
from tests.support.command_line import run
from tests.support.exports.pdf_text import words

SHEET = load_sheet((ROOT / "schemas" / "score-sheet.json").read_bytes(), "")
GUIDE = (ROOT / "docs" / "score-sheet.md").read_text(encoding="utf-8")


def scoring() -> dict[str, Any]:
    """The example of the guide, with every item that it leaves out."""
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    raw: dict[str, Any] = json.loads(example)
    given = {one["no"] for one in raw["scores"]}
    raw["scores"] += [{"no": i.no, "score": points_of(i.max)} for i in SHEET.items if i.no not in given]
    return raw


def command(folder: Path, site: Path, raw: Any = None, *more: str) -> Any:
    arguments = ["score-sheet", "--out", str(folder / "sheet.pdf"), "--site", str(site), *more]
    if raw is not None:
        (folder / "scores.json").write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
        arguments += ["--scores", str(folder / "scores.json")]
    return run(*arguments)


def test_a_blank_sheet_is_written_for_the_panel(site: Path, tmp_path: Path) -> None:
    told = command(tmp_path, site, None, "--kind", "panel")
    assert told.returncode == 0, told.stderr
    assert "验收组组长（签字）" in words((tmp_path / "sheet.pdf").read_bytes())


def test_the_example_of_the_guide_is_scored(site: Path, tmp_path: Path) -> None:
    told = command(tmp_path, site, scoring())
    assert told.returncode == 0, told.stderr
    assert "总分 99.5，优良" in told.stdout
    text = words((tmp_path / "sheet.pdf").read_bytes())
    assert "总分（满分100.0）99.5等级优良" in text
    assert "示例水库除险加固工程" in text


def left_out(raw: dict[str, Any]) -> None:
    raw["scores"] = [one for one in raw["scores"] if one["no"] not in ("1.1", "2.1")]


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], list[str]]] = {
    "two left out": (left_out, ["第 1.1 项还没有打分", "第 2.1 项还没有打分"]),
    "another version": (lambda raw: raw.update(version="2025-01-01"), ["现行评分表的版本 2026-11-01"]),
    "no kind": (lambda raw: raw.update(kind=["self"]), ["kind 要写 self"]),
    "no project": (lambda raw: raw.update(project=" "), ["project 要写建设项目的名称"]),
    "no day": (lambda raw: raw.update(day="11 月"), ["day 要写评分的日期"]),
    "twice": (lambda raw: raw["scores"].append({"no": "1.1", "score": 1}), ["第 1.1 项打了两次分"]),
    "no number": (lambda raw: raw["scores"].append({"score": 1}), ["个缺 no"]),
    "two places": (lambda raw: raw["scores"][-1].update(score="1.25"), ["第 5.2 项读不懂"]),
    "no list": (lambda raw: raw.update(scores={}), ["scores 要写成列表", "第 5.2 项还没有打分"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_mistake_is_reported_and_no_file_is_written(what: str, site: Path, tmp_path: Path) -> None:
    spoil, said = WRONG[what]
    raw = scoring()
    spoil(raw)
    told = command(tmp_path, site, raw)
    assert told.returncode == 1
    for words_said in said:
        assert words_said in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "sheet.pdf").exists()
