"""Makes the tasks of the proof of work and checks their solutions (ALTCHA, version 1); knows no store and no HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from functions.records.keys import Keys

ALGORITHM: Final = "SHA-256"
# A browser tries half of them on average: about a second, several on an old telephone.
MOST: Final = 300_000
LASTS: Final = timedelta(minutes=10)
LONGEST: Final = 1000

_PURPOSE: Final = b"qingdan proof of work\x00"
# The salt ends with "&", so that no digit can be moved from the number into the time of expiry.
_SALT = re.compile(r"[0-9a-f]{24}[?]expires=([0-9]{1,12})&", re.ASCII)
_MEMBERS: Final = ("algorithm", "challenge", "salt", "signature")


def make_challenge(keys: Keys, entropy: Callable[[int], bytes], at: datetime) -> dict[str, Any]:
    """Return a task that can be solved until LASTS after `at` (aware); nothing of it needs to be stored."""
    salt = f"{entropy(12).hex()}?expires={int((at + LASTS).timestamp())}&"
    challenge = _digest(salt, int.from_bytes(entropy(8), "big") % (MOST + 1))
    signature = _signature(keys.hmac[keys.hmac_kid], challenge)
    return {"algorithm": ALGORITHM, "challenge": challenge, "maxnumber": MOST, "salt": salt, "signature": signature}


def solved(keys: Keys, payload: str, at: datetime) -> str:
    """Return which of our tasks this payload solves (base64 of JSON); "" for none, or one that has expired at `at`."""
    told = _read(payload)
    salt = _SALT.fullmatch(told.get("salt", ""))
    if salt is None or at.timestamp() > int(salt[1]) or told["algorithm"] != ALGORITHM:
        return ""
    challenge = _digest(told["salt"], told["number"])
    genuine = any(hmac.compare_digest(_signature(key, challenge), told["signature"]) for key in keys.hmac.values())
    return challenge if genuine and challenge == told["challenge"] else ""


def _read(payload: str) -> dict[str, Any]:
    """Return the members of the payload; nothing when one is missing or of the wrong kind."""
    if len(payload) > LONGEST:
        return {}
    try:
        told = json.loads(b64decode(payload, validate=True))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict) or type(told.get("number")) is not int:
        return {}
    texts = [told.get(name) for name in _MEMBERS]
    return told if all(isinstance(text, str) and text.isascii() for text in texts) else {}


def _digest(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _signature(key: bytes, challenge: str) -> str:
    own = hmac.digest(key, _PURPOSE, hashlib.sha256)
    return hmac.digest(own, challenge.encode(), hashlib.sha256).hex()
