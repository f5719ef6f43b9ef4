"""What a typed answer becomes before it is judged: full-width forms, spaces and date marks are made plain."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

ABSENT: Final = object()

_INTEGER = re.compile(r"-?[0-9]{1,15}")
_GROUPED = re.compile(r"(-?[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
# What nobody sees and nobody types: it comes with what is pasted, and turns text round or hides that two names differ.
_UNSEEN = re.compile("[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]")
_BOOLEANS = {"true": True, "on": True, "false": False}


def normalise(kind: str, typed: str) -> Any:
    """The typed value of one answer of this kind, or ABSENT when nothing was typed.

    An integer comes back as int when it looks like one, a boolean as bool; all else as text. What does not look like
    its kind comes back as it was typed, so that it can be shown again and named in a message.
    """
    text = seen(typed.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        return ABSENT
    if kind in ("text", "long_text", "choice"):
        return text
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    plain = unicodedata.normalize("NFKC", text).strip()
    return _PLAIN[kind](plain, text) if kind in _PLAIN else text


def seen(text: str) -> str:
    """The text without the characters that have no width and no meaning in it."""
    return _UNSEEN.sub("", text)


def _ungrouped(plain: str) -> str:
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _integer(plain: str, text: str) -> int | str:
    number = _ungrouped(plain)
    return int(number) if _INTEGER.fullmatch(number) else text


def _decimal(plain: str, text: str) -> str:
    return _ungrouped(plain)


def _date(plain: str, text: str) -> str:
    match = _DATE.fullmatch(plain.replace(" ", ""))
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else text


def _uscc(plain: str, text: str) -> str:
    return re.sub(r"[\s-]", "", plain).upper()


def _phone(plain: str, text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[‐‑‒–—−]", "-", plain))


def _email(plain: str, text: str) -> str:
    return plain


_PLAIN = {
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "uscc": _uscc,
    "phone": _phone,
    "email": _email,
}
