"""The address of a paragraph has one parser and one spelling, for any number of regimes and parts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.address import Address, Links, numeral, parse_address, read_numeral

NUMBERS = st.integers(min_value=1, max_value=999)
ADDRESSES = st.builds(
    Address,
    st.sampled_from("甲乙丙丁戊己庚辛壬癸"),
    st.integers(min_value=1, max_value=99),
    st.lists(NUMBERS, max_size=4).map(tuple),
    st.integers(min_value=0, max_value=5),
)
BOUNDARIES = [
    (1, "一"),
    (9, "九"),
    (10, "十"),
    (11, "十一"),
    (19, "十九"),
    (20, "二十"),
    (21, "二十一"),
    (99, "九十九"),
]


@given(ADDRESSES)
def test_a_written_address_parses_to_itself(address: Address) -> None:
    assert parse_address(str(address)) == address


@given(st.text("甲丙癸一二九十百零〇0123-续五六", max_size=8))
def test_a_parsed_address_is_written_the_same(words: str) -> None:
    address = parse_address(words)
    assert address is None or str(address) == words


@given(ADDRESSES, ADDRESSES)
def test_no_two_paragraphs_of_a_regime_share_an_anchor(one: Address, other: Address) -> None:
    assert (one.anchor("x") == other.anchor("x")) == (
        (one.part, one.item, one.more) == (other.part, other.item, other.more)
    )
    assert re.fullmatch(r"x-[1-9][0-9]?-(p|[1-9][0-9]*(-[1-9][0-9]*)*)(-[b-f])?", one.anchor("x"))


@pytest.mark.parametrize(("digits", "read"), [(98, True), (99, False), (5000, False)])
def test_a_number_without_end_is_no_address(digits: int, read: bool) -> None:
    assert (parse_address("丙五" + "1" * digits) is not None) == read


@pytest.mark.parametrize(("number", "words"), BOUNDARIES)
def test_parts_are_counted_from_one_to_ninety_nine(number: int, words: str) -> None:
    assert (numeral(number), read_numeral(words)) == (words, number)
    assert parse_address(f"丙{words}3") == Address("丙", number, (3,))


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("甲四1", "k-4-1"),
        ("丙五", "k-5-p"),
        ("丙五1", "k-5-1"),
        ("丙五1续", "k-5-1-b"),
        ("乙五续二", "k-5-p-c"),
        ("丙五1续五", "k-5-1-f"),
        ("甲五4-2-1", "k-5-4-2-1"),
        ("丙十1", "k-10-1"),
        ("甲十二3", "k-12-3"),
        ("癸九十九", "k-99-p"),
    ],
)
def test_an_address_has_its_anchor(words: str, anchor: str) -> None:
    address = parse_address(words)
    assert address is not None
    assert (address.anchor("k"), str(address)) == (anchor, words)


@pytest.mark.parametrize(
    "words",
    [
        "", "丙", "五1", "子一", "丙零", "丙百", "丙一百", "甲〇", "丙一十", "丙十十", "丙一一", "丙五0", "丙五01",
        "丙五-1", "丙五1-", "丙五1--2", "丙五１", "丙五1续一", "丙五1续六", "丙五1续续", "丙五1 ", " 丙五1",
        "丙五1\n", "deadlines",
    ],
)  # fmt: skip
def test_text_that_is_not_an_address_parses_to_none(words: str) -> None:
    assert parse_address(words) is None


@pytest.mark.parametrize("words", ["零", "〇", "百", "一百", "一十", "十十", "二〇", "", "1"])
def test_text_that_is_not_a_numeral_parses_to_none(words: str) -> None:
    assert read_numeral(words) is None


def test_a_link_leads_where_the_content_has_the_regime() -> None:
    links = Links("/base/", {"戊": "wu"})
    assert links.to("privacy/") == "/base/privacy/"
    assert links.to_paragraph("戊十二3") == "/base/regimes/wu/#wu-12-3"
    assert links.to_paragraph("丙五2") is None
    assert links.to_paragraph("戊") is None
