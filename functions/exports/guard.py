"""The one place where text is made safe to stand in a cell; knows neither forms nor file formats.

The rule, and how to undo it: a text that a spreadsheet could take for a formula, or that begins with an apostrophe of
its own, gets one apostrophe in front. So whoever reads a cell back removes one leading apostrophe, where there is one.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"

# What a spreadsheet, or a person's import dialogue, takes for the start of a formula: full-width and small forms
# included, because several programs normalise them.
_STARTS = "=+-@＝＋－＠﹦﹢﹣﹫−"
# Characters that show nothing in front change nothing for such a program; str.strip() knows only the white ones.
_INVISIBLE = "".join(
    chr(code)
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
    )
    for code in range(first, last + 1)
)  # fmt: skip
# The workbook writer passes a text between <r> and </r> on as raw XML.
_RICH = "<r>"
_RISKY = re.compile(f"['\t\r\n]|{_RICH}|[\\s\x00-\x1f\x7f-\x9f{_INVISIBLE}]*[{re.escape(_STARTS)}]")
_FIRST = frozenset(f" '<{_STARTS}{_INVISIBLE}")

# Controls that XML 1.0 forbids and that no clerk typed on purpose; shown as the picture Unicode has for them.
_PICTURES = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)}
_PICTURES |= dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), 0xFFFD)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """The text with one kind of line end (LF) and a visible picture in place of each control character."""
    if _FORBIDDEN.search(text):
        text = text.translate(_PICTURES)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def guard(text: str) -> str:
    """The text, cleaned, so that no spreadsheet takes it for a formula."""
    # The fast way: neither controls nor white space other than the space, nothing noteworthy in front.
    if text.isprintable() and text[:1] not in _FIRST:
        return text
    marked = _RISKY.match(text) is not None
    cleaned = clean(text)
    return APOSTROPHE + cleaned if marked else cleaned


def unguard(text: str) -> str:
    """What `guard` was given, cleaned."""
    return text.removeprefix(APOSTROPHE)
