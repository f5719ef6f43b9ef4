"""Adds line breaks where no rule of writing allows one; knows no font and no document.

It uses only those Unicode rules (UAX #14) that hold in every version and for common characters. Where they do not
certainly break a stretch, it puts a zero width space before each character of the stretch. The template, which alone
knows the width of a cell, removes these breaks from every stretch that fits into its line.
"""

from __future__ import annotations

import re
from typing import Final

BREAK: Final = "\u200b"
# In em. The narrowest column of a document is slightly wider.
_SHORT: Final = 3
_HAN, _LATIN = "㐀-䶿一-龥", "0-9A-Za-z"
_OPENING, _CLOSING, _STOPS = "（〔【《〈「『", "，。、；：！？）〕】》〉」』", ",.;:!?)%"
_NEW: Final = f"[{_HAN}{_LATIN}{_OPENING}]"
# A character after which no rule certainly breaks.
_HELD: Final = (
    rf"(?:[{_HAN}{_CLOSING}](?! *{_NEW})|[{_LATIN}](?! *[{_HAN}]| +{_NEW})|[{_STOPS}](?! +{_NEW})"
    rf"|[^{_HAN}{_CLOSING}{_LATIN}{_STOPS}\n])"
)
_STRETCH: Final = re.compile(rf"(?!(?<=[{_HAN}{_CLOSING}{_LATIN}{_STOPS}]) ){_HELD}+.")
_NARROW: Final = re.compile(r"[ '(-/0-9:;a-ln-vx-z]")
_TWO_AND_THREE_EM: Final = re.compile("[⸺⸻]")
# A character with its combining marks.
_CHARACTER: Final = re.compile(".[\u0300-\u036f\u302a-\u302f\u3099\u309a]*")


def breakable(text: str) -> str:
    """Add a break before each character of a stretch that may be longer than a line."""
    return _STRETCH.sub(lambda found: _broken(found.group()), text)


def _broken(stretch: str) -> str:
    return stretch if _width(stretch) <= _SHORT else BREAK.join(_CHARACTER.findall(stretch))


def _width(stretch: str) -> float:
    """Return the approximate width of the stretch, in em."""
    return len(stretch) - 0.4 * len(_NARROW.findall(stretch)) + 2 * len(_TWO_AND_THREE_EM.findall(stretch))
