"""No cell can become a formula, in any format: = + - @, tab, CR, full-width forms, leading white space."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.exports.formula_guard import clean, guard
from tests.support.exports.samples import unguard

INVISIBLE = [
    "",
    " ",
    "  ",
    "\u3000",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\u2060",
    "\u00ad",
    "\n",
    "\t",
    "\r",
    "\x00",
    "\u200b \ufeff",
]
STARTS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−"]
NORMALISED = [char for char in map(chr, range(0x110000)) if unicodedata.normalize("NFKC", char)[:1] in set("=+-@−")]


@pytest.mark.parametrize("before", INVISIBLE)
@pytest.mark.parametrize("start", STARTS)
def test_every_start_of_a_formula_is_guarded_whatever_invisible_stands_before_it(before: str, start: str) -> None:
    assert guard(f"{before}{start}1+1").startswith("'")


@pytest.mark.parametrize("start", NORMALISED)
def test_whatever_unicode_normalises_to_the_start_of_a_formula_is_guarded(start: str) -> None:
    assert guard(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_a_leading_tab_or_line_end_is_guarded(text: str) -> None:
    assert guard(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["", "示例县第一中学", "0000-1234567", " 前有空格", "a=b", "一\n二", "91130426MA0EXAMP1X"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert guard(text) == text


@given(st.text())
def test_taking_one_apostrophe_away_gives_the_text_back(text: str) -> None:
    assert unguard(guard(text)) == clean(text)


@given(st.text())
def test_no_text_begins_like_a_formula_once_guarded(text: str) -> None:
    shown = "".join(char for char in unicodedata.normalize("NFKC", guard(text)) if char.isprintable()).lstrip(
        " \u2800\u034f"
    )
    assert shown[:1] not in set("=+-@−")


@given(st.text())
def test_controls_are_shown_not_hidden(text: str) -> None:
    assert not {chr(code) for code in range(32) if code != 9 and code != 10} & set(clean(text))
