"""The signed pass for an upload: it holds everything about the upload, so that no store needs to."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from functions.records.attachments.store import Upload
from functions.records.keys import Keys

LASTS: Final = timedelta(hours=24)

_PURPOSE: Final = b"qingdan attachment on its way\x00"
_PASS = re.compile(r"([0-9a-f-]{1,20})[.]([A-Za-z0-9_-]{1,6000})[.]([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Announced:
    """An announced file: its name in a filing, and its upload."""

    name: str = field(repr=False)
    upload: Upload


def make_pass(keys: Keys, announced: Announced, at: datetime) -> str:
    """Make the pass that every later call about this upload must show; valid for LASTS from `at` (aware)."""
    upload = announced.upload
    until = int((at.astimezone(UTC) + LASTS).timestamp())
    told = [until, upload.id, upload.size, upload.digest, upload.token, announced.name]
    payload = _written(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{keys.hmac_kid}.{payload}.{_mac(keys.hmac[keys.hmac_kid], payload)}"


def read_pass(keys: Keys, shown: str, at: datetime) -> Announced | None:
    """Return the file of a genuine pass; None when the pass is not ours, or has expired at `at` (aware)."""
    match = _PASS.fullmatch(shown)
    if match is None or match[1] not in keys.hmac:
        return None
    if not hmac.compare_digest(match[3], _mac(keys.hmac[match[1]], match[2])):
        return None
    until, id, size, digest, token, name = json.loads(urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4)))
    return Announced(name, Upload(id, size, digest, token)) if at.timestamp() <= until else None


def _mac(key: bytes, payload: str) -> str:
    return _written(hmac.digest(key, _PURPOSE + payload.encode(), hashlib.sha256))


def _written(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
