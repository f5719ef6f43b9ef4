"""The characters that the documents' fonts can show, and replacements for others; knows no document.

The font's own table decides (OpenType `cmap`, format 12): typst refuses a whole document for one missing character.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from functions.exports.typesetting.line_breaks import breakable

# Characters that may stand in a text although no font has a glyph for them.
_BLANKS = "\n \u3000\u200b"
# Characters with a glyph in all our fonts, whatever precedes or follows.
_PLAINEST = re.compile(r"[^\n -~、。〈-】〔〕一-龥！-～]")
# Signs and blanks of other programs, and the nearest characters of our fonts. The colour of a sign does not matter
# here.
_NEAREST = str.maketrans(
    {
        **dict.fromkeys("\t\u2004\u2005\u2006\u2008\u2009\u200a\u205f", " "),
        **dict.fromkeys("\u2007\u202f", "\u00a0"),
        **dict.fromkeys("☐⬜⊡", "□"),
        **dict.fromkeys("☑✅✔", "✓"),
        **dict.fromkeys("☒✕✖✗✘❌", "×"),
        **dict.fromkeys("∙⋅", "·"),
        **dict.fromkeys("➢➤►", "▶"),
        **dict.fromkeys("\ufe0e\ufe0f"),
        "⚪": "○",
        "⚫": "●",
        "⬛": "■",
        "⁃": "•",
        "⭐": "★",
    }
)


class Glyphs:
    """Makes texts showable and records what it replaced, in order, each once.

    A character without a glyph becomes its code point in brackets, 〔U+20BB7〕: visible, and possible to look up.
    """

    def __init__(self, unshown: re.Pattern[str]) -> None:
        self._unshown = unshown
        self._replaced: dict[str, None] = {}

    @property
    def replaced(self) -> tuple[str, ...]:
        return tuple(self._replaced)

    def shown(self, value: Any) -> Any:
        """Make every text in the value showable: line ends as LF, and break opportunities in long words."""
        if isinstance(value, str):
            text = value.replace("\r\n", "\n").replace("\r", "\n").translate(_NEAREST)
            return breakable(self._unshown.sub(self._code, text))
        if isinstance(value, dict):
            return {key: self.shown(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.shown(each) for each in value]
        return value

    def _code(self, found: re.Match[str]) -> str:
        code = f"〔U+{ord(found.group()):04X}〕"
        self._replaced[code] = None
        return code


def cautious() -> Glyphs:
    """Return glyphs that trust only the plainest characters: for a text that failed although its fonts have it."""
    return Glyphs(_PLAINEST)


def glyphs_of(fonts: tuple[Path, ...]) -> Glyphs:
    """Return the glyphs that all of these fonts can show."""
    return Glyphs(_unshown(fonts))


@cache
def _unshown(fonts: tuple[Path, ...]) -> re.Pattern[str]:
    """Return a pattern of one character that some of the fonts cannot show."""
    held = set.intersection(*(set(characters(font.read_bytes())) for font in fonts)) | set(map(ord, _BLANKS))
    ranges: list[list[int]] = []
    for character in sorted(held):
        if ranges and character == ranges[-1][1] + 1:
            ranges[-1][1] = character
        else:
            ranges.append([character, character])
    return re.compile("[^" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges) + "]")


def characters(font: bytes) -> Iterator[int]:
    """Return the code points that the font can show; ValueError when it has no table of format 12."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    for record in range(count):
        (place,) = struct.unpack_from(">I", table, 8 + 8 * record)
        if struct.unpack_from(">H", table, place)[0] == 12:
            (groups,) = struct.unpack_from(">I", table, place + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">III", table, place + 16 + 12 * group)
                yield from (code for code in range(first, last + 1) if glyph + code - first)
            return
    raise ValueError("the font says nothing about characters beyond U+FFFF")


def _table(font: bytes, name: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for record in range(count):
        tag, _, place, length = struct.unpack_from(">4sIII", font, 12 + 16 * record)
        if tag == name:
            return font[place : place + length]
    raise ValueError(f"the font has no table {name.decode()}")
