"""Properties of typed characters: invisible ones, and those that differ only in width; knows no kind of answer.

Texts are stored as typed, without characters that nobody can intend. Compatibility forms (①, ½, ㎡) are more than a
difference in width: they are never turned into the digits and letters that they resemble.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Default_Ignorable_Code_Point, from DerivedCoreProperties.txt of Unicode 16 (unchanged since 14): no width, no shape.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Characters that look like a blank but are not: controls, line separators, blank letters, annotation marks.
_BLANK_LOOKING = "\u007f-\u0084\u0086-\u009f\u2028-\u2029\u2800\ufff9-\ufffb\U00013441-\U00013442\U00016fe4\U0001d159"
UNSEEN: Final = re.compile(f"[{_IGNORABLE}{_BLANK_LOOKING}]")
# Those of them that mean nothing inside a text either: they come with pasted text, break words or reverse text.
_MEANINGLESS = re.compile("[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]")
# A letter of another script or a symbol, with its joiners; a Chinese character with its variant selector.
_LETTER = f"[^\x00-\x7f\u3000-\u9fff\uff00-\uffef{_IGNORABLE}{_BLANK_LOOKING}]"
_SHAPED = re.compile(
    f"{_LETTER}[\ufe00-\ufe0f]?[\U000e0020-\U000e007f]*(?:[\u200c\u200d](?={_LETTER}))?"
    "|[\u3400-\u9fff\U00020000-\U0003ffff][\U000e0100-\U000e01ef]"
)
_SHAPED_OR_UNSEEN = re.compile(f"({_SHAPED.pattern})|{UNSEEN.pattern}")

_NAMES: Final = (
    (0x00AD, 0x00AD, "软连字符"),
    (0x034F, 0x034F, "组合用连接符"),
    (0x061C, 0x061C, "文字方向标记"),
    (0x115F, 0x1160, "谚文填充符"),
    (0x180B, 0x180D, "变体选择符"),
    (0x180E, 0x180E, "蒙古文元音分隔符"),
    (0x180F, 0x180F, "变体选择符"),
    (0x200B, 0x200B, "零宽空格"),
    (0x200C, 0x200C, "零宽不连字"),
    (0x200D, 0x200D, "零宽连字"),
    (0x200E, 0x200F, "文字方向标记"),
    (0x2028, 0x2028, "行分隔符"),
    (0x2029, 0x2029, "段分隔符"),
    (0x202A, 0x202E, "文字方向标记"),
    (0x2060, 0x2060, "词连接符"),
    (0x2066, 0x2069, "文字方向标记"),
    (0x2800, 0x2800, "盲文空格"),
    (0x3164, 0x3164, "谚文填充符"),
    (0xFE00, 0xFE0F, "变体选择符"),
    (0xFEFF, 0xFEFF, "字节顺序标记"),
    (0xFFA0, 0xFFA0, "谚文填充符"),
    (0xE0100, 0xE01EF, "变体选择符"),
)
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_DOTTED = _WIDE | {0x3002: ord("."), 0xFF61: ord(".")}
_INNER = str.maketrans("“”", "‘’")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
# Nobody types Chinese characters or punctuation instead of a digit: their messages show the whole answer.
_STRANGE = re.compile("[^\x00-\x7f\u2010-\u2027\u2030-\u205e\u3001-\u3006\u3008-\u3020\u3400-\u9fff]")


def seen(text: str) -> str:
    """Return the text without invisible characters."""
    return text if text.isascii() and "\x7f" not in text else UNSEEN.sub("", text)


def hidden_in(text: str) -> str | None:
    """Return the first invisible character of a name that no script needs: the name would look like another.

    Emoji and several scripts are joined by such characters, and variants of Chinese characters are chosen by them.
    """
    found = _MEANINGLESS.search(text) or UNSEEN.search(_SHAPED.sub("", text))
    return found[0] if found else None


def readable(text: str) -> str:
    """Return the text without the invisible characters that mean nothing in any text."""
    return _MEANINGLESS.sub("", text)


def trimmed(text: str) -> str:
    """Trim white space and invisible characters, also meaningless ones inside the text.

    What stays inside may mean something: it joins emoji, or chooses the shape of a letter.
    """
    kept = readable(text).strip()
    start, end = 0, len(kept)
    while start < end and _is_blank(kept[start]):
        start += 1
    while end > start and _is_blank(kept[end - 1]):
        end -= 1
    return kept[start:end]


def _is_blank(character: str) -> bool:
    return character.isspace() or UNSEEN.match(character) is not None


def narrow(text: str) -> str:
    """Convert to half width: letters, digits and marks (U+FF01 to U+FF5E) and the space (U+3000); nothing else."""
    return text.translate(_WIDE)


def dotted(text: str) -> str:
    """Convert to half width, with a full stop as a dot: for numbers, dates and mail addresses."""
    return text.translate(_DOTTED)


def hyphened(text: str) -> str:
    """Replace dashes of every length, which keyboards produce for hyphens, by hyphens."""
    return _DASHES.sub("-", text)


def plain_code(text: str) -> str:
    """A code or a number as it is compared: in half width, capitals and plain hyphens, with nothing blank or unseen."""
    return "".join(hyphened(narrow(seen(text))).translate(_CAPITALS).split())


def comparable(text: str) -> str:
    """Normalise a name or text for comparison only: NFKC, without invisible characters. Never stored.

    Stores keep the normalised names and texts of earlier releases, and find them by it, so ① still counts as 1 here.
    Two names that differ only in this are reported as twins: that costs their filer a tick, and no twin is missed.
    """
    if UNSEEN.search(text):
        text = _SHAPED_OR_UNSEEN.sub(lambda found: found[1] or "", readable(text))
    return unicodedata.normalize("NFKC", text)


def inside_quotes(text: str) -> str:
    """Prepare typed text for quotation marks in a message: its own become inner ones."""
    return text.translate(_INNER)


def strange_in(text: str) -> str | None:
    """Return the first character that is neither ASCII nor Chinese, in an answer that takes only plain ones."""
    found = _STRANGE.search(text)
    return found[0] if found else None


def name_character(character: str) -> str:
    """Name the character with its code point, for a message: “①”（U+2460）, “零宽空格”（U+200B）."""
    code = ord(character)
    unseen = "控制字符" if code < ord(" ") or UNSEEN.match(character) else ""
    name = next((name for first, last, name in _NAMES if first <= code <= last), unseen)
    return f"“{name or character}”（U+{code:04X}）"


_CAPITALS = {ord("a") + place: ord("A") + place for place in range(26)}
