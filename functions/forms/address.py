"""The address of a paragraph of the responsibility list (丙五1续) and its link; knows no regime of any bureau."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_DIGITS: Final = "一二三四五六七八九"
# The permalinks' letters for the first to the last continuation of a paragraph.
_CONTINUATIONS: Final = ("", "续", "续二", "续三", "续四", "续五")
ADDRESS: Final = (
    f"([{_STEMS}])([二三四五六七八九]?十[{_DIGITS}]?|[{_DIGITS}])([1-9][0-9]*(?:-[1-9][0-9]*)*)?(续[二三四五]?)?"
)
_ADDRESS: Final = re.compile(ADDRESS, re.ASCII)
# Python reads no number of thousands of digits.
_LONGEST: Final = 100


def numeral(number: int) -> str:
    """Return a number as a Chinese numeral, 一 to 九十九."""
    tens, ones = divmod(number, 10)
    written = _DIGITS[ones - 1] if ones else ""
    return f"{_DIGITS[tens - 1] if tens > 1 else ''}十{written}" if tens else written


_VALUES: Final = {numeral(number): number for number in range(1, 100)}


def read_numeral(words: str) -> int | None:
    """Parse a Chinese numeral that `numeral` wrote, else return None."""
    return _VALUES.get(words)


@dataclass(frozen=True, slots=True)
class Address:
    """One paragraph: the regime's stem, the part, the item in it, and the number of its continuation (0: none).

    `str()` gives the words in the margin.
    """

    stem: str
    part: int
    item: tuple[int, ...] = ()
    more: int = 0

    def __str__(self) -> str:
        item = "-".join(map(str, self.item))
        return f"{self.stem}{numeral(self.part)}{item}{_CONTINUATIONS[self.more]}"

    def anchor(self, key: str) -> str:
        """The paragraph's id on the page of its regime: 丙五 is bing-5-p, 丙五1续 bing-5-1-b, of the key bing."""
        parts = [key, str(self.part), *(map(str, self.item) if self.item else "p")]
        return "-".join([*parts, "abcdef"[self.more]] if self.more else parts)


def parse_address(words: str) -> Address | None:
    """Parse the words as an address, else return None."""
    found = _ADDRESS.fullmatch(words) if len(words) <= _LONGEST else None
    if found is None:
        return None
    stem, part, item, more = found.groups(default="")
    return Address(stem, _VALUES[part], tuple(map(int, item.split("-"))) if item else (), _CONTINUATIONS.index(more))


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to pages of the site: `base` stands before every path.

    `regimes` are the keys of the regimes by their stems, as the content names them.
    """

    base: str
    regimes: Mapping[str, str] = field(default_factory=dict)

    def to(self, path: str) -> str:
        """Return the href of a path of the site, such as "privacy/"."""
        return self.base + path

    def to_paragraph(self, words: str) -> str | None:
        """The href of a paragraph; None for what is no address, and for a regime that the site does not have."""
        address = parse_address(words)
        key = self.regimes.get(address.stem) if address else None
        return self.to(f"regimes/{key}/#{address.anchor(key)}") if address and key else None
