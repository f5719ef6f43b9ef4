"""The place in a list as a text for a link: opaque, signed, rejected when somebody changed it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Final, Literal

from functions.errors import NotFound
from functions.storage.refusals import UNKNOWN_PAGE

_MAC_BYTES: Final = 16
_PURPOSE: Final = b"qingdan-cursor-1\x00"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Selects the filings older, or newer, than a position of the indexes."""

    side: Literal["older", "newer"]
    at: str

    def written(self, key: bytes) -> str:
        """Return the text for a link."""
        raw = json.dumps([self.side, self.at], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_mac(key, raw) + raw).rstrip(b"=").decode()


def read_cursor(text: str, key: bytes) -> Cursor:
    """Read a cursor that `written` made with this key; else raise NotFound."""
    try:
        whole = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        mac, raw = whole[:_MAC_BYTES], whole[_MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(key, raw)):
            raise ValueError("not ours")
        side, at = json.loads(raw)
        cursor = Cursor(side, at)
    except ValueError:
        cursor = None
    # Reject non-canonical base64, so that a cursor has exactly one encoding.
    if cursor is None or cursor.written(key) != text:
        raise NotFound(UNKNOWN_PAGE)
    return cursor


def _mac(key: bytes, raw: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + raw, hashlib.sha256)[:_MAC_BYTES]
