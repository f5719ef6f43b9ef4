"""The canonical form is RFC 8785, and a digest changes with every part of what it covers."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from functions.records.event import Event, canonical, event_is_whole, make_event

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT
# A fraction past 2^53 is written as an integer that nobody may read back.
NUMBERS = st.floats(-1e15, 1e15, allow_nan=False)
VALUES = st.recursive(
    PLAIN | NUMBERS, lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXT, part, max_size=4), max_leaves=20
)


@given(VALUES)
def test_the_canonical_form_is_that_of_the_reference(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(TEXT, PLAIN, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any], random: Any) -> None:
    shuffled = list(value.items())
    random.shuffle(shuffled)
    assert canonical(dict(shuffled)) == canonical(value)


@given(VALUES)
def test_canonicalising_again_changes_nothing(value: Any) -> None:
    once = canonical(value)
    assert canonical(json.loads(once)) == once


def test_keys_sort_by_utf_16_as_the_standard_says() -> None:
    # The ancient character is a surrogate pair: before the full-width one by UTF-16, after it by code point.
    assert canonical({"ｗ": 1, "𠮷": 2}) == '{"𠮷":2,"ｗ":1}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, -(2**53), "\ud800", {"a": "\udfff"}, {"\ud800": 1}])
def test_a_value_without_a_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


def made(**changes: Any) -> Event:
    parts: dict[str, Any] = {
        "number": "SC-2026-34679ACE",
        "form": "annual-self-check",
        "sequence": 1,
        "type": "submitted",
        "at": "2026-09-18T02:24:07.000000Z",
        "actor": "filer",
        "previous": "",
        "body": {"data": {"unit": {"unit_name": "示例县第一中学"}}},
        "salt": bytes(32),
    }
    return make_event(**(parts | changes))


CHANGES: dict[str, Any] = {
    "number": "SC-2026-34679ACF",
    "form": "annual-self-chec",
    "sequence": 2,
    "type": "corrected",
    "at": "2026-09-18T02:24:07.000001Z",
    "actor": "filer ",
    "previous": "0" * 64,
    "body": {"data": {"unit": {"unit_name": "示例县第一中学 "}}},
    "salt": bytes(31) + b"\x01",
}


@pytest.mark.parametrize("part", CHANGES)
def test_the_digest_changes_with_each_part(part: str) -> None:
    assert made(**{part: CHANGES[part]}).digest != made().digest


@pytest.mark.parametrize("part", [field.name for field in fields(Event)])
def test_a_stored_event_with_a_changed_part_does_not_match_its_digests(part: str) -> None:
    changes = CHANGES | {"body": b"{}", "body_digest": "0" * 64, "digest": "0" * 64}
    assert event_is_whole(made())
    assert not event_is_whole(replace(made(), **{part: changes[part]}))


def test_an_erased_body_leaves_a_chain_that_verifies() -> None:
    assert event_is_whole(replace(made(), salt=None, body=None))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_same_body_has_another_digest_under_another_salt(one: bytes, other: bytes) -> None:
    assert (made(salt=one).body_digest == made(salt=other).body_digest) == (one == other)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        made(salt=b"short")
