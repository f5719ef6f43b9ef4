"""Normalises a typed answer before validation: full-width forms, blanks and date separators become plain.

The desk and the filer's pages read other input with these functions too.
"""

from __future__ import annotations

import re
from typing import Any, Final

from functions.forms.characters import (
    dotted,
    hyphened,
    name_character,
    narrow,
    plain_code,
    seen,
    strange_in,
    trimmed,
)
from functions.forms.telephone import plain_telephone

ABSENT: Final = object()

_INTEGER = re.compile(r"-?[0-9]{1,15}")
_GROUPED = re.compile(r"(-?[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})")
_BOOLEANS = {"true": True, "on": True, "false": False}


def normalise(kind: str, typed: str) -> Any:
    """Normalise the typed value of one answer of this kind; ABSENT when nothing was typed.

    An integer comes back as int when it looks like one, a boolean as bool; all else as text. What does not look like
    its kind comes back as it was typed, so that it can be shown again and named in a message.
    """
    text = trimmed(typed.replace("\r\n", "\n").replace("\r", "\n"))
    if not text:
        return ABSENT
    if kind == "boolean":
        return _BOOLEANS.get(text, text)
    if kind not in _PLAIN:
        return text
    return _PLAIN[kind](seen(text))


def plain_date(typed: str) -> str:
    """Convert a typed date to its stored form (2026-03-01); returns unrecognised text unchanged."""
    text = seen(typed).strip()
    match = _DATE.fullmatch("".join(hyphened(dotted(text)).split()))
    if match is None:
        return text
    year, month, day = (part for part in match.groups() if part)
    return f"{year}-{int(month):02}-{int(day):02}"


def odd_in_date(text: str) -> str:
    """Return the message about a date with other than plain digits; "" when there are none."""
    strange = strange_in(text)
    return f"里有{name_character(strange)}。请用 0 到 9 的数字写，如 2026-03-01" if strange else ""


def plain_line(typed: str) -> str:
    """Normalise a short text of a control that holds no answer, such as a filter: removes invisible characters."""
    return seen(typed).strip()


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _ungrouped(plain: str) -> str:
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _integer(text: str) -> int | str:
    number = _ungrouped(_spaced(hyphened(narrow(text))))
    return int(number) if _INTEGER.fullmatch(number) else text


def _decimal(text: str) -> str:
    return _ungrouped(_spaced(hyphened(dotted(text))))


def _uscc(text: str) -> str:
    return plain_code(text).replace("-", "") or text


def _phone(text: str) -> str:
    return plain_telephone(_spaced(hyphened(narrow(text))))


def _email(text: str) -> str:
    return _spaced(dotted(text))


_PLAIN: Final = {
    "integer": _integer,
    "decimal": _decimal,
    "date": plain_date,
    "uscc": _uscc,
    "phone": _phone,
    "email": _email,
    "choice": seen,
}
