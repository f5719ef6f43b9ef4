"""Texts as QR codes in SVG, drawn by attributes alone, as the strict CSP wants it; knows not what they say."""

from __future__ import annotations

from html import escape
from typing import Literal


def qr_code(text: str, *, label: str, error: Literal["l", "m"] = "m") -> str:
    """An inline SVG picture named `label`, black on whatever is behind it, which has to be white.

    `error` is how much of it may be unreadable: a long text fits with "l" into fewer and larger squares.
    """
    import segno

    code = segno.make(text, error=error, micro=False)
    svg = code.svg_inline(omitsize=True, svgclass=None, lineclass=None)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}" focusable="false"', 1)
