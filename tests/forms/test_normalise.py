"""Typed answers are normalised: one form for each number, day, code and telephone, from any keyboard."""

from __future__ import annotations

from typing import Any

import pytest

from functions.forms.formats import is_phone
from functions.forms.normalise import ABSENT, normalise, odd_in_date, plain_date, plain_line

TELEPHONES = [
    ("13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "+8613800138000", "0086 138-0013-8000",
     "86 13800138000", "(+86)13800138000", "１３８００１３８０００", "\u202d138 0013 8000\u202c", "138.0013.8000"),
    ("0310-3891234", "(0310)3891234", "（0310）3891234", "0310 389 1234", "03103891234", "0310—3891234", "0310‑3891234",
     "+86 310 3891234", "+86-0310-3891234", "+86 (0)310 3891234", "008603103891234", "0310-389-1234"),
    ("0310-3891234-801", "0310-3891234转801", "0310-3891234 转 801", "0310 3891234 ext 801", "(0310)3891234 Ext. 801",
     "0310-3891234分机801", "0310-3891234 分机号：801", "0310-3891234x801", "+86 310 3891234-801",
     "0310-3891234（转801）"),
    ("010-12345678", "01012345678", "(010) 1234 5678", "+86 10 1234 5678", "010-1234-5678"),
    ("010-12345678-1", "010-12345678-1", "01012345678转1"),
    ("0000-1234567", "0000 1234567", "00001234567"),
    ("0310-38912345", "0310 38912345", "0310-3891-2345"),
    ("000-1234567",),
    ("400-1234567", "4001234567", "400 123 4567", "400-123-4567"),
]  # fmt: skip
NO_TELEPHONES = [
    "12", "3891234", "138 0013 800", "13800138000转801", "400-1234567-8", "+1 212 555 1234", "0310-3891234-1234567",
    "0310-3891234、13800138000", "0310/3891234", "138①0138000", "电话 0310-3891234", "+87 13800138000",
]  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "typed"), [(kept, typed) for kept, *others in TELEPHONES for typed in (kept, *others)]
)
def test_a_telephone_number_has_one_form_and_it_is_one_that_forms_take(kept: str, typed: str) -> None:
    assert normalise("phone", typed) == kept
    assert is_phone(kept)


@pytest.mark.parametrize("typed", NO_TELEPHONES)
def test_an_invalid_telephone_number_stays_as_typed(typed: str) -> None:
    assert normalise("phone", typed) == typed
    assert not is_phone(typed)


@pytest.mark.parametrize(
    "typed",
    ["2026-03-01", "2026-3-1", "2026/3/1", "2026.3.1", "20260301", "2026年3月1日", "2026年3月1号", "2026 年 3 月 1 日",
     "２０２６－０３－０１", "２０２６年３月１日", "２０２６０３０１", "2026。3。1", "2026—3—1",
     "\u200e2026-3-1\ufeff"],
)  # fmt: skip
def test_a_day_has_one_form(typed: str) -> None:
    assert normalise("date", typed) == plain_date(typed) == "2026-03-01"


@pytest.mark.parametrize("typed", ["2026-3-1①", "2026-3", "26-3-1", "2026030", "202603011", "٢٠٢٦-3-1", "去年"])
def test_an_invalid_date_stays_as_typed(typed: str) -> None:
    assert normalise("date", typed) == plain_date(typed) == typed


def test_a_day_that_only_looks_right_names_the_character() -> None:
    assert odd_in_date("2026-3-1①") == "里有“①”（U+2460）。请用 0 到 9 的数字写，如 2026-03-01"
    assert odd_in_date("2026-02-30") == odd_in_date("去年") == ""


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("integer", "320①", "320①"),
        ("integer", "３２０", 320),
        ("integer", "1，200", 1200),
        ("integer", "−5", -5),
        ("integer", "3\u200e20", 320),
        ("decimal", "12。5", "12.5"),
        ("decimal", "１２．５", "12.5"),
        ("decimal", "12²", "12²"),
        ("decimal", "½", "½"),
        ("uscc", "9113 0426-ma0a\u200ebcde\ufe0fＦ1", "91130426MA0ABCDEF1"),
        ("uscc", "ﬁ①", "ﬁ①"),
        ("uscc", "— -", "— -"),
        ("email", "ａ@example。com", "a@example.com"),
        ("email", "a\u200b@example.com", "a@example.com"),
        ("text", "示例①标段（Ａ）", "示例①标段（Ａ）"),
        ("text", "\u200e示例县\u3164", "示例县"),
        ("text", "示例\u200e县", "示例\u200e县"),
        ("text", "\u2800\u3164", ABSENT),
        ("long_text", "\ufeff好👩\u200d🌾好\u200e", "好👩\u200d🌾好"),
        ("long_text", "❤\ufe0f一", "❤\ufe0f一"),
        ("choice", "y\u200ees", "yes"),
    ],
)
def test_an_answer_is_normalised_by_its_kind(kind: str, typed: str, kept: Any) -> None:
    assert normalise(kind, typed) == kept


@pytest.mark.parametrize("kind", ["text", "long_text", "integer", "decimal", "date", "uscc", "phone", "email"])
@pytest.mark.parametrize("piece", [" ", "\u200e", ",", "“", "0-", "转", "(", "👩\u200d", "\u3164 "])
def test_a_million_characters_are_normalised_in_time(kind: str, piece: str) -> None:
    """An algorithm of quadratic time would take hours."""
    assert normalise(kind, f"1{piece * 1_000_000}1") is not ABSENT


def test_a_filter_drops_invisible_characters() -> None:
    assert plain_line("\u3000示例\u200e 中学\ufeff") == "示例 中学"
