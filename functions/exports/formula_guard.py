"""The only place that makes text safe for a cell; knows neither forms nor file formats.

The rule, and how to undo it: a text that a spreadsheet could take for a formula, or that begins with an apostrophe of
its own, gets one apostrophe in front. So whoever reads a cell back removes one leading apostrophe, where there is one.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"

# Characters that a spreadsheet, or its import dialogue, takes for the start of a formula: also full-width, small,
# superscript and subscript forms, because several programs normalise them.
_STARTS = frozenset("=+-@＝＋－＠﹦﹢﹣﹫−⁼₌⁺₊⁻₋﬩⩵⩶")
# Printable by the Unicode tables, yet invisible: a formula after them is still a formula.
_BLANK = frozenset(" \u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(code) for code in range(0xFE00, 0xFE10)
)
# The workbook writer passes a text between <r> and </r> on as raw XML.
_RICH = "<r>"
_TO_LOOK_AT = frozenset("'<") | _STARTS | _BLANK

# Controls that XML 1.0 forbids and that no clerk typed on purpose; shown as the picture Unicode has for them.
_PICTURES = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)}
_PICTURES |= dict.fromkeys((0xFFFE, 0xFFFF, *range(0xD800, 0xE000)), 0xFFFD)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    """Normalise line ends to LF and replace each control character by a visible picture."""
    if _FORBIDDEN.search(text):
        text = text.translate(_PICTURES)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def guard(text: str) -> str:
    """Clean the text, and make sure that no spreadsheet takes it for a formula."""
    # The fast path: neither controls nor white space other than the space, nothing dangerous in front.
    if text.isprintable() and text[:1] not in _TO_LOOK_AT:
        return text
    return APOSTROPHE + clean(text) if _is_risky(text) else clean(text)


def _is_risky(text: str) -> bool:
    if text.startswith((APOSTROPHE, "\t", "\r", "\n", _RICH)):
        return True
    seen = (char for char in text if char in _STARTS or (char.isprintable() and char not in _BLANK))
    return next(seen, "") in _STARTS
