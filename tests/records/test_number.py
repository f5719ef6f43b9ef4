"""Numbers and access codes survive paper, telephone and typing."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.records.access import access_code, codes_match
from functions.records.number import ALPHABET, make_number

ENTROPY = st.binary(min_size=16, max_size=16)
KEYS = st.binary(min_size=32, max_size=32)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(ENTROPY)
def test_a_number_holds_form_and_year_and_no_confusable_characters(entropy: bytes) -> None:
    assert re.fullmatch(f"KP-2026-[{ALPHABET}]{{8}}", make_number("KP", 2026, entropy))


def test_the_alphabet_has_at_most_one_of_each_confusable_pair() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    for alike in ("0OD", "1IL", "2Z", "5S", "8B", "UV"):
        assert len(set(alike) & set(ALPHABET)) == 0


def test_every_character_occurs_in_every_place() -> None:
    numbers = [make_number("KP", 2026, hashlib.sha256(b"%d" % n).digest()[:16]) for n in range(1000)]
    assert len(set(numbers)) == 1000
    for place in range(8, 16):
        assert {number[place] for number in numbers} == set(ALPHABET)


def test_entropy_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        make_number("KP", 2026, b"1")


@given(KEYS)
def test_a_code_is_eighty_bits_of_the_hmac_in_crockford_base_32(key: bytes) -> None:
    code = access_code(key, "SC-2026-34679ACE", 1)
    assert re.fullmatch(f"[{CROCKFORD}]{{4}}(-[{CROCKFORD}]{{4}}){{3}}", code)
    value = 0
    for character in code.replace("-", ""):
        value = value * 32 + CROCKFORD.index(character)
    mac = hmac.new(key, b"SC-2026-34679ACE\x001", hashlib.sha256).digest()
    assert value == int.from_bytes(mac[:10], "big")


def test_number_and_epoch_are_never_ambiguous_in_the_hmac_input() -> None:
    key = bytes(32)
    assert access_code(key, "SC-2026-1", 11) != access_code(key, "SC-2026-11", 1)
    assert access_code(key, "SC-2026-1", 1) != access_code(key, "SC-2026-1", 2)


@given(KEYS)
def test_a_code_matches_however_it_is_typed(key: bytes) -> None:
    code = access_code(key, "SC-2026-34679ACE", 1)
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)
    mistyped = code.lower().replace("1", "l").replace("0", "o")
    for given_code in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} ", full_width, mistyped):
        assert codes_match(given_code.replace("-", "‑"), code)
        assert codes_match(f"\u200e{given_code}\ufeff", code)
        assert codes_match(given_code, code)


@given(KEYS, st.integers(0, 15))
def test_a_code_with_one_wrong_character_does_not_match(key: bytes, place: int) -> None:
    code = access_code(key, "SC-2026-34679ACE", 1).replace("-", "")
    wrong = CROCKFORD[(CROCKFORD.index(code[place]) + 1) % 32]
    assert not codes_match(code[:place] + wrong + code[place + 1 :], code)


@given(st.text())
def test_no_text_breaks_the_comparison(text: str) -> None:
    assert not codes_match(text, access_code(bytes(32), "SC-2026-34679ACE", 1))
