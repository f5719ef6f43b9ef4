"""The address of a regime's paragraph (丙五1续) and its permalink (bing-5-1-b); knows no page and no markup."""

import re
from dataclasses import dataclass

STEMS = {"甲": "jia", "乙": "yi", "丙": "bing", "丁": "ding"}
_NUMERALS = "一二三四五六七八九十"
_ADDRESS = re.compile(
    r"(?P<stem>[甲乙丙丁])(?P<part>[一二三四五六七八九十])(?P<item>[0-9]+(?:-[0-9]+)*)?(?P<more>续[二三四五]?)?"
)
_CONTINUATIONS = {"续": "b", "续二": "c", "续三": "d", "续四": "e", "续五": "f"}


@dataclass(frozen=True, slots=True)
class Address:
    """One paragraph: its words in the margin, its id on the page, and the regime it belongs to."""

    words: str
    id: str
    regime: str


def parse_address(words: str) -> Address | None:
    """The address these words name, or None: 丙五 → bing-5-p, 丙五1续 → bing-5-1-b, 甲五4-2-1 → jia-5-4-2-1."""
    found = _ADDRESS.fullmatch(words)
    if found is None:
        return None
    regime = STEMS[found["stem"]]
    parts = [regime, str(_NUMERALS.index(found["part"]) + 1), found["item"] or "p"]
    if found["more"]:
        parts.append(_CONTINUATIONS[found["more"]])
    return Address(words, "-".join(parts), regime)


def part_id(regime: str, heading: str) -> str | None:
    """The id that the heading of a part must carry: 一、监督检查对象 in bing → bing-1."""
    numeral, mark, _ = heading.partition("、")
    if not mark or numeral not in _NUMERALS:
        return None
    return f"{regime}-{_NUMERALS.index(numeral) + 1}"
