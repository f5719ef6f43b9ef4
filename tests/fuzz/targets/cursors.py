"""Cursors of both stores: not found, or the very text that the store writes, and one that SQLite can be asked with."""

from __future__ import annotations

import base64
import json
import sqlite3

from functions.errors import NotFound
from functions.storage.aws.records import cursor as signed
from functions.storage.sqlite import selection

KEY = b"k" * 32
AT = "2026-09-18T02:24:07.000000Z"
DATABASE = sqlite3.connect(":memory:")


def seeds() -> list[bytes]:
    """Those with `{` before them are JSON, which is encoded as cursors are."""
    odd: tuple[object, ...] = (["newer", AT, "\ud800"], ["older", AT, 1], [[], {}, []], "abc", {"a": 1, "b": 2, "c": 3})
    written = (selection.Cursor("older", AT, "SC-2026-7F3K9QXW").written(), signed.Cursor("newer", AT).written(KEY))
    texts = [json.dumps(one, separators=(",", ":")).encode() for one in odd]
    return [*(text.encode() for text in written), *(b"{" + text for text in texts), b"{" + b"[" * 3000]


def check(data: bytes) -> None:
    encoded = base64.urlsafe_b64encode(data[1:]).rstrip(b"=") if data.startswith(b"{") else data
    text = encoded.decode("utf-8", "replace")
    try:
        place = selection.read_cursor(text)
        assert place.written() == text
        DATABASE.execute("SELECT ?, ?", (place.submitted_at, place.number)).fetchall()
    except NotFound:
        pass
    try:
        assert signed.read_cursor(text, KEY).written(KEY) == text
    except NotFound:
        return
