"""Draws texts as QR codes in SVG, by attributes alone, as the strict CSP demands; does not interpret the text."""

from __future__ import annotations

from typing import Literal

from functions.forms.page.element import Markup

_NAMED = Markup('<svg role="img" aria-label="{}" focusable="false"')


def qr_code(text: str, *, label: str, error: Literal["l", "m"] = "m") -> Markup:
    """Return an inline SVG picture labelled `label`, black on the background behind it, which must be white.

    `error` is the level of error correction: a long text fits with "l" into fewer and larger squares.
    """
    import segno

    code = segno.make(text, error=error, micro=False)
    svg = code.svg_inline(omitsize=True, svgclass=None, lineclass=None)
    # segno can give the picture a title, which browsers show as a tooltip, but none of these attributes.
    return Markup(svg.replace("<svg", _NAMED.format(label), 1))
