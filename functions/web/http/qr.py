"""Texts as QR codes in SVG, drawn by attributes alone, as the strict CSP wants it; knows not what they say."""

from __future__ import annotations

from typing import Literal

from functions.forms.page.element import Markup

_NAMED = Markup('<svg role="img" aria-label="{}" focusable="false"')


def qr_code(text: str, *, label: str, error: Literal["l", "m"] = "m") -> Markup:
    """An inline SVG picture named `label`, black on whatever is behind it, which has to be white.

    `error` is how much of it may be unreadable: a long text fits with "l" into fewer and larger squares.
    """
    import segno

    code = segno.make(text, error=error, micro=False)
    svg = code.svg_inline(omitsize=True, svgclass=None, lineclass=None)
    # segno can give the picture a title, which browsers show as a tooltip, but none of these attributes.
    return Markup(svg.replace("<svg", _NAMED.format(label), 1))
