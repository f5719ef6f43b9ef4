"""The field that asks for files: the shape of one file, their number and size; opens no file."""

from __future__ import annotations

import json
import unicodedata
from typing import Any, Final

FORMAT: Final = "attachment"
MOST_FILES: Final = 10
MOST_BYTES: Final = 50 * 1024 * 1024
# The bytes that a plain HTML form can bring at once through a gateway, which takes 6 MB, as base64.
BEHIND_GATEWAY: Final = 4 * 1024 * 1024
LONGEST_NAME: Final = 200
EXTENSIONS: Final = (".pdf", ".ofd", ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".docx", ".xlsx")
KINDS: Final = "PDF、OFD、JPEG、PNG、DOCX、XLSX"
KEYS: Final = frozenset(("name", "size", "sha256"))
UPLOAD: Final = "upload:"
"""What stands before a field's name where a browser puts the files themselves, or their bare names."""

_UNITS: Final = ("KB", "MB", "GB")


def is_of_files(schema: Any) -> bool:
    """Whether this is the schema of a field that holds files."""
    items = schema.get("items") if isinstance(schema, dict) else None
    return isinstance(items, dict) and items.get("format") == FORMAT


def is_file(value: Any) -> bool:
    """Whether the value has the shape of a named file; the form checks its limits."""
    if not isinstance(value, dict) or set(value) != KEYS:
        return False
    name, size, digest = value["name"], value["size"], value["sha256"]
    return isinstance(name, str) and isinstance(digest, str) and isinstance(size, int) and not isinstance(size, bool)


def written(file: Any) -> str:
    """Return a named file as the value of a hidden control; any other value as it was typed."""
    return file if isinstance(file, str) else json.dumps(file, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Any:
    """Parse the value of a hidden control as a file, its name in NFC; return other text unchanged."""
    try:
        file = json.loads(text)
        if not is_file(file):
            return text
        file["name"].encode()
    except (ValueError, RecursionError):
        return text
    return {"name": unicodedata.normalize("NFC", file["name"]), "size": file["size"], "sha256": file["sha256"]}


def size_words(size: int) -> str:
    """Format a number of bytes for people: "812 字节", "1.2 MB"."""
    if size < 1024:
        return f"{size} 字节"
    shown, units = size / 1024, list(_UNITS)
    while shown >= 1023.95 and len(units) > 1:
        shown, units = shown / 1024, units[1:]
    return f"{shown:.1f}".removesuffix(".0") + f" {units[0]}"
