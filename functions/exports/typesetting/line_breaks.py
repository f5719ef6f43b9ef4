"""Where a line may break though no rule of writing breaks it; knows no font and no document.

Of the rules of Unicode (UAX #14) only those are used that hold in every version of them and for common characters.
A stretch that they do not break for sure is offered a break, a zero width space, before each of its characters.
The template, which alone knows how wide a cell is, takes the breaks out again of every stretch that fits into its line.
"""

from __future__ import annotations

import re
from typing import Final

BREAK: Final = "\u200b"
# In em. The narrowest column of a document holds a little more.
_SHORT: Final = 3
_HAN, _LATIN = "㐀-䶿一-龥", "0-9A-Za-z"
_OPENING, _CLOSING, _STOPS = "（〔【《〈「『", "，。、；：！？）〕】》〉」』", ",.;:!?)%"
_NEW: Final = f"[{_HAN}{_LATIN}{_OPENING}]"
# A character after which no rule breaks for sure.
_HELD: Final = (
    rf"(?:[{_HAN}{_CLOSING}](?! *{_NEW})|[{_LATIN}](?! *[{_HAN}]| +{_NEW})|[{_STOPS}](?! +{_NEW})"
    rf"|[^{_HAN}{_CLOSING}{_LATIN}{_STOPS}\n])"
)
_STRETCH: Final = re.compile(rf"(?!(?<=[{_HAN}{_CLOSING}{_LATIN}{_STOPS}]) ){_HELD}+.")
_NARROW: Final = re.compile(r"[ '(-/0-9:;a-ln-vx-z]")
_TWO_AND_THREE_EM: Final = re.compile("[⸺⸻]")
# A character with the marks that stand above and below it.
_CHARACTER: Final = re.compile(".[\u0300-\u036f\u302a-\u302f\u3099\u309a]*")


def breakable(text: str) -> str:
    """The text with a break before each character of a stretch that may be longer than a line."""
    return _STRETCH.sub(lambda found: _broken(found.group()), text)


def _broken(stretch: str) -> str:
    return stretch if _width(stretch) <= _SHORT else BREAK.join(_CHARACTER.findall(stretch))


def _width(stretch: str) -> float:
    """About how wide the stretch is, in em."""
    return len(stretch) - 0.4 * len(_NARROW.findall(stretch)) + 2 * len(_TWO_AND_THREE_EM.findall(stretch))
