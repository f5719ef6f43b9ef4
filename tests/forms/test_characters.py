"""Invisible characters are dropped where they mean nothing; widths are folded, other forms never."""

from __future__ import annotations

import pytest

from functions.forms.characters import (
    UNSEEN,
    comparable,
    dotted,
    hidden_in,
    name_character,
    narrow,
    plain_code,
    seen,
    trimmed,
)
from tests.support.filings import valid_registration
from tests.support.forms import registration

DEFAULT_IGNORABLE = 4174  # Total code points in DerivedCoreProperties.txt of Unicode 16
BLANK_LOOKING = 42
UNSEEN_ONES = "\u00ad\u034f\u061c\u115f\u1160\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u202a\u2060\u2066"
UNSEEN_ONES += "\u2800\u3164\ufe00\ufe0f\ufeff\uffa0\U0001d173\U000e0001\U000e0100"


def test_the_list_is_that_of_unicode_and_what_looks_blank() -> None:
    unseen = [code for code in range(0x110000) if UNSEEN.match(chr(code))]
    assert len(unseen) == DEFAULT_IGNORABLE + BLANK_LOOKING
    assert [code for code in unseen if chr(code).isalnum()] == [0x115F, 0x1160, 0x3164, 0xFFA0], "fillers, no letters"


@pytest.mark.parametrize("unseen", UNSEEN_ONES)
def test_invisible_characters_are_dropped_from_codes_and_comparisons(unseen: str) -> None:
    assert seen(f"9{unseen}1") == plain_code(f"9{unseen}1") == "91"
    assert comparable(f"示例{unseen}河") == comparable("示例河") or unseen == "\U000e0100"
    assert trimmed(f"{unseen} 示例 {unseen}") == "示例"


def test_folding_changes_only_the_width() -> None:
    every = "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert narrow(every) == "".join(map(chr, range(0x21, 0x7F)))
    assert narrow("\u3000") == " "
    for other in "①²½Ⅷ٣〇㎡ﬁ。｡￥":
        assert narrow(other) == other
    assert dotted("12。5｡6．7") == "12.5.6.7"


def test_a_code_is_read_in_any_case_width_and_grouping() -> None:
    assert plain_code(" kp－2026—７f3k‑9QXW\u200e ") == "KP-2026-7F3K-9QXW"
    assert plain_code("ı①ß") == "ı①ß"


@pytest.mark.parametrize(
    ("character", "name"),
    [("①", "“①”（U+2460）"), ("\u200b", "“零宽空格”（U+200B）"), ("\ufe0f", "“变体选择符”（U+FE0F）"),
     ("\u3164", "“谚文填充符”（U+3164）"), ("\x07", "“控制字符”（U+0007）"), ("𝟙", "“𝟙”（U+1D7D9）")],
)  # fmt: skip
def test_a_character_is_named_with_its_code_point(character: str, name: str) -> None:
    assert name_character(character) == name


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("示例\u200e县", "\u200e"), ("示例\u200d县", "\u200d"), ("示例\ufe0f县", "\ufe0f"), ("A\u200cB", "\u200c"),
     ("示例\u3164县", "\u3164"), ("示例\u2800县", "\u2800"), ("👩\u200d县", "\u200d"), ("👩\u200d🌾", None),
     ("❤\ufe0f\u200d🔥示例", None), ("نمونە\u200cمەكتەپ", None), ("葛\U000e0100城", None), ("示例（Ａ）", None)],
)  # fmt: skip
def test_invisible_characters_that_no_script_needs_are_found_in_names(name: str, hidden: str | None) -> None:
    assert hidden_in(name) == hidden


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("示例河综合治理工程", "示例河综合治理工程"),
        ("示例河　综合 治理工程", "示例河综合治理工程"),
        ("示例河Ａ段（一期）", "示例河A段(一期)"),
        ("示例河①标段", "示例河1标段"),
        ("示例㎡工程", "示例m2工程"),
        ("👩\u200d🌾合作社", "👩\u200d🌾合作社"),
        ("نمونە\u200cمەكتەپ", "نمونە\u200cمەكتەپ"),
    ],
)
def test_guards_equal_those_of_earlier_releases(name: str, kept: str) -> None:
    """`kept` is what release 0.1.0 stored for the name: a filing of today must have the same guard."""
    guard = registration().guard(valid_registration(project_name=name))
    assert guard == registration().guard(valid_registration(project_name="甲")).replace("甲", kept)


@pytest.mark.parametrize("unseen", UNSEEN_ONES.replace("\U000e0100", ""))
def test_a_project_name_with_invisible_characters_is_the_same_project(unseen: str) -> None:
    names = ("示例河综合治理工程", f"示例河{unseen}综合治理工程", f"{unseen}示例河综合治理工程{unseen}")
    assert len({registration().guard(valid_registration(project_name=name)) for name in names}) == 1
