"""How an answer stands in a column whose kind another version of its form gave; knows no file format.

A column is never made of two kinds: an answer that can be said in the column's own kind without loss is, and any other
stays text with a mark in front, so that a number that does not count is seen not to count.
"""

from __future__ import annotations

import re
from typing import Final

from functions.exports.table import Kind, kind_of
from functions.forms.formats import is_date
from functions.forms.outline import Field

# In front: a text that is too long for a cell loses its end, and no spreadsheet takes what begins so for a formula.
MARK: Final = "〔旧版填法〕"

_TEXTS: Final = frozenset(("text", "long_text", "uscc", "phone", "email"))
_NUMBERS: Final = frozenset(("integer", "decimal"))
# As a form takes a number, and of no more digits than an integer of a program holds.
_NUMBER: Final = re.compile(r"(-?(?:0|[1-9][0-9]{0,17}))(?:[.]([0-9]{1,18}))?")
_YES_NO: Final = ("是", "否")


def is_asked_alike(field: Field, asked: Field) -> bool:
    """Whether answers to `field` are of the very kind of the column of `asked`."""
    if field.kind in _NUMBERS:
        return field.kind == asked.kind and _counts_alike(field, asked)
    return field.kind == asked.kind or {field.kind, asked.kind} <= _TEXTS


def refit(words: str, field: Field, asked: Field) -> tuple[Kind, str]:
    """The answer `words` to `field` for the column of `asked`: the kind of its cell, and the text to make it of."""
    kind = kind_of(asked)
    if kind in _NUMBERS:
        number = _number(words, kind) if _counts_alike(field, asked) else None
        return (kind, number) if number is not None else ("text", _marked(words, field, asked))
    if kind == "date":
        return ("date", words) if is_date(words) else ("text", _marked(words, field, asked))
    fits = not words or _fits_text(words, field, asked)
    return "text", _measured(words, field, asked) if fits else _marked(words, field, asked)


def _counts_alike(field: Field, asked: Field) -> bool:
    """Whether both count the same: 12 元 is not 12 万元, and what was no number has no unit but the one it says."""
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
    """Whether the column's question could have been answered so: anything can be said in words, but for a file."""
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
    """The words with their unit, where the column's header has another or none."""
    return f"{words} {field.unit}" if words and field.unit not in ("", asked.unit) else words
