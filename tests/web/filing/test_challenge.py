"""The tasks of the proof of work: ALTCHA's own library solves ours and makes what ours takes; nothing forged passes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from altcha import v1 as altcha

from functions.records.keys import Keys
from functions.storage.keys import load_keys
from functions.web.filing.challenge import LASTS, LONGEST, MOST, make_challenge, solved
from tests.support.proof_of_work import prove

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)


def few(count: int) -> bytes:
    """Entropy whose secret number is found at once."""
    return bytes(count - 1) + b"\x07"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return load_keys(tmp_path, lambda count: bytes(range(count)))


def changed(proof: str, **members: Any) -> str:
    return b64encode(json.dumps({**json.loads(b64decode(proof)), **members}).encode()).decode()


def test_the_library_of_altcha_solves_our_task(keys: Keys) -> None:
    task = make_challenge(keys, lambda count: bytes(count - 1) + b"\xf0", NOW)
    found = altcha.solve_challenge(task["challenge"], task["salt"], "SHA-256", task["maxnumber"])
    assert found is not None
    assert found.number == 0xF0
    proof = b64encode(json.dumps({**task, "number": found.number}).encode()).decode()
    assert solved(keys, proof, NOW) == task["challenge"]
    assert proof == prove(task)


def test_a_secret_number_never_exceeds_what_a_browser_tries(keys: Keys) -> None:
    task = make_challenge(keys, lambda count: b"\xff" * count, NOW)
    number = int.from_bytes(b"\xff" * 8, "big") % (MOST + 1)
    assert 0 <= number <= MOST == task["maxnumber"]
    assert solved(keys, changed(prove({**task, "maxnumber": MOST}, number), number=number), NOW)


def test_a_proof_is_good_until_it_expires(keys: Keys) -> None:
    proof = prove(make_challenge(keys, few, NOW))
    assert solved(keys, proof, NOW + LASTS)
    assert solved(keys, proof, NOW + LASTS + timedelta(seconds=1)) == ""


def test_a_task_of_a_retired_key_is_still_ours_and_that_of_a_stranger_is_not(keys: Keys) -> None:
    proof = prove(make_challenge(keys, few, NOW))
    assert solved(replace(keys, hmac={**keys.hmac, "next": b"n" * 32}, hmac_kid="next"), proof, NOW)
    assert solved(replace(keys, hmac={"other": b"o" * 32}, hmac_kid="other"), proof, NOW) == ""


@pytest.mark.parametrize(
    "members",
    [
        {"number": 8},
        {"number": True},
        {"number": "7"},
        {"number": None},
        {"algorithm": "SHA-1"},
        {"algorithm": None},
        {"challenge": "0" * 64},
        {"challenge": "题"},
        {"signature": "0" * 64},
        {"signature": "签"},
        {"salt": ["0"]},
        {"salt": f"{'0' * 24}?expires=9999999999&"},
    ],
)
def test_a_changed_member_proves_nothing(keys: Keys, members: dict[str, Any]) -> None:
    proof = prove(make_challenge(keys, few, NOW))
    assert solved(keys, proof, NOW)
    assert solved(keys, changed(proof, **members), NOW) == ""


def test_no_digit_moves_from_the_number_into_the_time_of_expiry(keys: Keys) -> None:
    task = make_challenge(keys, lambda count: bytes(count - 1) + b"\x0c", NOW)
    salt = f"{task['salt'].removesuffix('&')}1"
    assert solved(keys, changed(prove(task), salt=salt, number=2), NOW) == ""


@pytest.mark.parametrize(
    "proof", ["", "x", "题", "e30=", "W10=", "bnVsbA==", "x" * (LONGEST + 1), b64encode(b"[" * 600).decode()]
)
def test_what_cannot_be_read_proves_nothing(keys: Keys, proof: str) -> None:
    assert solved(keys, proof, NOW) == ""
