"""F4, F5, K2: the score sheet as PDF/A, blank and filled in, marked as no official form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import cycle

import pytest

from functions.exports.pdf import Typesetter
from functions.exports.pdf.score_sheet import Scoring, score_paper
from functions.supervision.scoring import Kind, Score, Scored, load_sheet, score
from tests.conftest import ROOT
from tests.support.exports.attachments import LETTERHEAD
from tests.support.exports.pdf_text import bare, words

SHEET = load_sheet((ROOT / "schemas" / "score-sheet.json").read_bytes(), "score-sheet.json")
KINDS: tuple[Kind, ...] = ("self", "panel")
OURS = "本系统拟定，非官方格式"


def scoring(kind: Kind, taken_off: int, project: str = "示例水库除险加固工程") -> Scoring:
    """A scoring that takes off this many tenths, item by item."""
    lost = dict.fromkeys((item.no for item in SHEET.items), 0)
    items = cycle(SHEET.items)
    while sum(lost.values()) < taken_off:
        item = next(items)
        lost[item.no] += lost[item.no] < item.max
    scored = score(SHEET, {i.no: Score(i.max - lost[i.no], f"原因{i.no}" if lost[i.no] else "") for i in SHEET.items})
    assert isinstance(scored, Scored)
    return Scoring(kind, project, "示例县水利建设处", date(2026, 11, 20), scored)


@pytest.mark.parametrize("kind", KINDS)
def test_a_blank_sheet_shows_every_item_and_no_score(kind: Kind) -> None:
    made = Typesetter().set(score_paper(SHEET, kind, None, LETTERHEAD))
    text = words(made)
    for item in SHEET.items:
        assert bare(item.content) in text
        assert bare(item.evidence) in text
    for said in (LETTERHEAD.bureau, SHEET.title, "2026-11-01版", "□不合格□合格□优良", OURS):
        assert said in text
    assert "得分最多一位小数" in text
    assert made == Typesetter().set(score_paper(SHEET, kind, None, LETTERHEAD)), "the same bytes each time"
    assert b"pdfaid:part" in made


@pytest.mark.parametrize(
    ("taken_off", "total", "grade"),
    [
        (251, "74.9", "不合格"),
        (250, "75.0", "合格"),
        (151, "84.9", "合格"),
        (150, "85.0", "优良"),
        (0, "100.0", "优良"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_sheet_shows_scores_reasons_total_and_grade(
    kind: Kind, taken_off: int, total: str, grade: str
) -> None:
    given = scoring(kind, taken_off)
    text = words(Typesetter().set(score_paper(SHEET, kind, given, LETTERHEAD)))
    assert f"总分（满分100.0）{total}等级{grade}" in text
    for no, one in given.scored.scores.items():
        assert bare(one.reason) in text, no
    for said in ("示例水库除险加固工程", "示例县水利建设处", "2026年11月20日", OURS):
        assert said in text
    consequence = {"self": "还不能申请档案验收", "panel": "不予组织验收（甲四3）"}[kind]
    assert (consequence in text) == (grade == "不合格")


def test_an_official_sheet_bears_no_mark() -> None:
    official = score_paper(replace(SHEET, official=True), "self", None, LETTERHEAD)
    assert OURS not in words(Typesetter().set(official))


def test_a_rare_character_in_the_name_of_a_project_never_fails() -> None:
    text = words(Typesetter().set(score_paper(SHEET, "self", scoring("self", 0, "示例𠮷水库"), LETTERHEAD)))
    assert "示例〔U+20BB7〕水库" in text
