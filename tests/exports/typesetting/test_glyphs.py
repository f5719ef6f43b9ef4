"""A character that the fonts lack is replaced by the nearest sign, else by its code point."""

from __future__ import annotations

import pytest

from functions.exports.typesetting.glyphs import glyphs_of
from functions.exports.typesetting.typesetter import font_files


def shown(text: str) -> tuple[str, tuple[str, ...]]:
    glyphs = glyphs_of(font_files())
    return glyphs.shown(text), glyphs.replaced


@pytest.mark.parametrize("sign", "□■●○✓√×★☆◎▶·•①Ⅷ℃㎡※")
def test_an_ordinary_sign_prints_as_itself(sign: str) -> None:
    assert shown(sign) == (sign, ())


@pytest.mark.parametrize(
    ("sign", "nearest"),
    [
        ("☐", "□"),
        ("☑", "✓"),
        ("☑\ufe0f", "✓"),
        ("✔", "✓"),
        ("✅", "✓"),
        ("☒", "×"),
        ("✗", "×"),
        ("⚫", "●"),
        ("⬛", "■"),
        ("⁃", "•"),
        ("a\u2009b", "a b"),
        ("a\u200ab", "a b"),
        ("a\tb", "a b"),
        ("a\u202fb", "a\u00a0b"),
    ],
)
def test_a_sign_that_the_fonts_lack_is_the_nearest_that_they_have(sign: str, nearest: str) -> None:
    assert shown(sign) == (nearest, ())


def test_a_letter_that_the_fonts_lack_is_its_code_point() -> None:
    assert shown("ก") == ("〔\u200bU\u200b+\u200b0\u200bE\u200b0\u200b1\u200b〕", ("〔U+0E01〕",))


@pytest.mark.parametrize(
    "text",
    [
        "档案馆的工作，已经完成。",
        "Most of the work is done, all in all.",
        "（一）《档案法》第十条：有",
        "2026 年 9 月 18 日",
    ],
)
def test_no_break_is_added_where_line_breaking_rules_suffice(text: str) -> None:
    assert shown(text) == (text, ())


def test_marks_stay_with_their_letter() -> None:
    assert shown("e\u0301" * 4)[0] == "\u200b".join(["e\u0301"] * 4)
