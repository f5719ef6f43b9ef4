"""A receipt is found in whatever is around it, and a text that was made to be slow is read as fast as any other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.errors import QingdanError
from functions.local.verify.verify import Means, verify_path
from functions.records.proof.receipts_in_text import receipts_in
from functions.records.receipt import InvalidReceipt, read_signed

BEFORE = re.compile(r"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{80,}")
"""What a receipt looks like, in one regular expression, which is slow on long runs."""

part = st.sampled_from(["", "a" * 9, "b" * 10, "c" * 79, "d" * 80, "e" * 81, "_-"])
texts = st.lists(st.tuples(part, st.sampled_from([".", "..", " ", "\n", "#", "号"])), max_size=12)


@given(texts)
def test_the_same_receipts_are_found_as_by_one_expression(pieces: list[tuple[str, str]]) -> None:
    text = "".join(part + between for part, between in pieces)
    assert list(receipts_in(text)) == BEFORE.findall(text)


@pytest.mark.parametrize("text", ["a" * 2_000_000, "a." * 1_000_000, f"{'a' * 10}." * 180_000])
def test_a_long_run_that_is_no_receipt_is_read_once(text: str, tmp_path: Path) -> None:
    """With one expression for all three parts, this takes hours."""
    assert list(receipts_in(text)) == []
    (tmp_path / "run.txt").write_text(text, encoding="utf-8")
    with pytest.raises(QingdanError, match="认不出"):
        verify_path(tmp_path / "run.txt", Means(None))


def test_a_head_that_is_nested_deep_is_no_receipt() -> None:
    head = "W1tb" * 40_000  # [[[ in base64url
    with pytest.raises(InvalidReceipt):
        read_signed(f"{head}.{head}.{'a' * 86}", {})
