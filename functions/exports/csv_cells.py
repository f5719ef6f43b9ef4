"""Formats one value as a CSV cell: quoted where needed, every text guarded; knows no table."""

from __future__ import annotations

import re
from typing import Final

from functions.exports.cells import Cells
from functions.exports.formula_guard import guard

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


# Characters that may begin a cell without a further check: Latin letters, digits and the common Chinese characters.
_LOOK_AGAIN: Final = re.compile(r",[^,0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")


def quote(text: str) -> str:
    """Return one cell: guarded, and quoted when commas, quotes or line ends demand it."""
    if text.isalnum():  # most cells: nothing to guard, nothing to quote
        return text
    safe = guard(text)
    if "," in safe or '"' in safe or "\n" in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe


def is_plain(line: str, commas: int) -> bool:
    """Whether `quote` would change no cell of a line that should have `commas` commas; False when that is unsure."""
    return (
        line.isprintable() and '"' not in line and line.count(",") == commas and _LOOK_AGAIN.search("," + line) is None
    )


def _decimal(value: str) -> str:
    return value if _NUMBER.fullmatch(value) else quote(value)


CELLS = Cells(text=quote, integer=str, decimal=_decimal, date=quote, moment=str, blank="")
