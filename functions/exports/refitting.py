"""Fits an answer into a column whose kind another version of its form defined; knows no file format.

A column never mixes two kinds. An answer that can be expressed in the column's kind without loss is converted; any
other stays text with a mark in front, so that a number that does not count is visible as such.
"""

from __future__ import annotations

import re
from typing import Final

from functions.exports.table import Kind, kind_of
from functions.forms.formats import is_date
from functions.forms.outline import Field

# The mark comes first: a text that is too long for a cell loses its end, and no spreadsheet takes this beginning for a
# formula.
MARK: Final = "〔旧版填法〕"

_TEXTS: Final = frozenset(("text", "long_text", "uscc", "phone", "email"))
_NUMBERS: Final = frozenset(("integer", "decimal"))
# A form's format of a number, with no more digits than a program's integer holds.
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]{0,17}))(?:[.]([0-9]{1,18}))?")
_YES_NO: Final = ("是", "否")


def is_asked_alike(field: Field, asked: Field) -> bool:
    """Whether answers to `field` have exactly the kind of the column of `asked`."""
    if field.kind in _NUMBERS:
        return field.kind == asked.kind and _counts_alike(field, asked)
    return field.kind == asked.kind or {field.kind, asked.kind} <= _TEXTS


def refit(words: str, field: Field, asked: Field) -> tuple[Kind, str]:
    """Return the kind of the cell, and its text, for the answer `words` to `field` in the column of `asked`."""
    kind = kind_of(asked)
    if kind in _NUMBERS:
        number = _number(words, kind) if _counts_alike(field, asked) else None
        return (kind, number) if number is not None else ("text", _marked(words, field, asked))
    if kind == "date":
        return ("date", words) if is_date(words) else ("text", _marked(words, field, asked))
    fits = not words or _fits_text(words, field, asked)
    return "text", _measured(words, field, asked) if fits else _marked(words, field, asked)


def _counts_alike(field: Field, asked: Field) -> bool:
    """Whether both have one unit: 12 元 is not 12 万元, and a text that was no number has only the unit it states."""
    if field.unit == asked.unit:
        return True
    return field.kind in _NUMBERS and not (field.unit and asked.unit)


def _number(words: str, kind: Kind) -> str | None:
    match = _NUMBER.fullmatch(words)
    if match is None:
        return None
    whole, fraction = match.groups()
    if kind == "decimal":
        return words
    return str(int(whole)) if not (fraction or "").strip("0") else None


def _fits_text(words: str, field: Field, asked: Field) -> bool:
    """Whether the column's question could have this answer: a text can hold anything except a file."""
    if "attachments" in (field.kind, asked.kind):
        return False
    if asked.kind == "boolean":
        return words in _YES_NO
    if asked.kind in ("choice", "choices"):
        return words in dict(asked.choices).values()
    return True


def _marked(words: str, field: Field, asked: Field) -> str:
    return MARK + _measured(words, field, asked) if words else words


def _measured(words: str, field: Field, asked: Field) -> str:
    """Return the words with their unit, when the column's header has another unit or none."""
    return f"{words} {field.unit}" if words and field.unit not in ("", asked.unit) else words
