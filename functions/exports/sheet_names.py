"""Names for the sheets of one workbook, as Excel allows them: unique, at most 31 characters, none of []:*?/\\."""

from __future__ import annotations

import re

MAX_LENGTH = 31  # UTF-16 units
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff\ud800-\udfff]")


class SheetNames:
    """Gives each name once; Excel does not distinguish capitals from small letters."""

    def __init__(self) -> None:
        self._taken: set[str] = {"history"}  # reserved by Excel

    def give(self, wanted: str) -> str:
        """Return `wanted`, made valid; a repeated name gets （2）, and so on."""
        base = _FORBIDDEN.sub("_", wanted).strip("'").strip() or "填报"
        name, count = _cut(base, MAX_LENGTH), 1
        while name.lower() in self._taken:
            count += 1
            mark = f"（{count}）"
            name = _cut(base, MAX_LENGTH - len(mark)) + mark
        self._taken.add(name.lower())
        return name


def _cut(text: str, units: int) -> str:
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
