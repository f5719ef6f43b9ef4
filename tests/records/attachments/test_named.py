"""A filing may name a file only with a voucher, which is given for a complete upload and expires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from functions.records.attachments.named import KEPT_UNNAMED, VOUCHED_FOR, vouch, vouched
from functions.records.keys import Keys
from functions.storage.keys import load_keys, rotate_keys
from tests.records.conftest import NOW

DIGEST, SIZE = "ab" * 32, 5_242_881


def test_a_voucher_is_valid_for_one_day(keys: Keys) -> None:
    voucher = vouch(keys, DIGEST, SIZE, NOW)
    last = NOW.replace(microsecond=0) + VOUCHED_FOR
    assert vouched(keys, [voucher], NOW) == {(DIGEST, SIZE)}
    assert vouched(keys, [voucher], last) == {(DIGEST, SIZE)}
    assert vouched(keys, [voucher], last + timedelta(seconds=1)) == frozenset()
    assert KEPT_UNNAMED > VOUCHED_FOR, "what is vouched for is never swept out"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kid, until, size, digest, mac: (kid, str(int(until) + 1), size, digest, mac),
        lambda kid, until, size, digest, mac: (kid, until, "1", digest, mac),
        lambda kid, until, size, digest, mac: (kid, until, size, "cd" * 32, mac),
        lambda kid, until, size, digest, mac: ("0009-00000000", until, size, digest, mac),
        lambda kid, until, size, digest, mac: (kid, until, size, digest, "A" * 43),
        lambda kid, until, size, digest, mac: (kid, until, size, digest),
        lambda kid, until, size, digest, mac: ("示例",),
    ],
)
def test_a_changed_voucher_is_invalid(keys: Keys, spoil: Callable[..., tuple[str, ...]]) -> None:
    voucher = vouch(keys, DIGEST, SIZE, NOW)
    assert vouched(keys, [".".join(spoil(*voucher.split(".")))], NOW) == frozenset()


def test_a_voucher_stays_valid_after_key_rotation(tmp_path: Path, entropy: Callable[[int], bytes]) -> None:
    voucher = vouch(load_keys(tmp_path, entropy), DIGEST, SIZE, NOW)
    assert vouched(rotate_keys(tmp_path, entropy), [voucher], NOW) == {(DIGEST, SIZE)}


def test_a_voucher_of_another_bureau_is_invalid(tmp_path: Path, entropy: Callable[[int], bytes]) -> None:
    mine, theirs = load_keys(tmp_path / "a", entropy), load_keys(tmp_path / "b", entropy)
    assert vouched(mine, [vouch(theirs, DIGEST, SIZE, NOW)], NOW) == frozenset()
