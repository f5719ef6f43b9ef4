"""A paragraph of this site's regimes by its address (丙五1续): its permalink and its page; knows no markup."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.forms.address import parse_address, read_numeral


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: its words in the margin, its id on the page, and the key of the regime it belongs to.

    `part` and `item` are the numbers in its address, `more` says which continuation it is.
    """

    words: str
    id: str
    regime: str
    part: int
    item: tuple[int, ...]
    more: int


def find_paragraph(words: str, keys: Mapping[str, str]) -> Paragraph | None:
    """Return the paragraph that these words name, or None; `keys` are those of the regimes, by their stems."""
    address = parse_address(words)
    if address is None or address.stem not in keys:
        return None
    key = keys[address.stem]
    return Paragraph(words, address.anchor(key), key, address.part, address.item, address.more)


def part_id(regime: str, heading: str) -> str | None:
    """Return the required id of a part's heading: 一、监督检查对象 in bing → bing-1."""
    numeral, mark, _ = heading.partition("、")
    number = read_numeral(numeral)
    return f"{regime}-{number}" if mark and number else None
