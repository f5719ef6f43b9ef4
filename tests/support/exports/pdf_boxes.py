"""Where the glyphs and the lines of a PDF stand, by a reader that is not ours; in points from the lower left corner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2
from pypdfium2 import raw

Box = tuple[float, float, float, float]
# A box of glyphs may touch a line, which is half a point wide, and a serif may reach over.
_TOUCH = 0.6
_THIN = 1.5


@dataclass
class Sheet:
    """One page: boxes of glyphs that stand on one line of one text, and of the ruled lines."""

    width: float
    text: str
    glyphs: list[Box] = field(default_factory=list)
    lines: list[Box] = field(default_factory=list)


def sheets(document: bytes) -> list[Sheet]:
    """The pages of the document."""
    pdf = pypdfium2.PdfDocument(document)
    try:
        return [_sheet(pdf[number]) for number in range(len(pdf))]
    finally:
        pdf.close()


def characters(pages: Sequence[Sheet]) -> str:
    """All that is written on the pages, without blanks."""
    return re.sub(r"[\s\u200b]", "", "".join(page.text for page in pages))


def strays(pages: Sequence[Sheet], margin: float = 51.0) -> list[str]:
    """What reaches over a ruled line or into a margin, in words; the margin is that of the paper, of 1.8 cm."""
    return [
        f"page {number}: {tuple(round(edge) for edge in box)} over {over}"
        for number, sheet in enumerate(pages, 1)
        for box in sheet.glyphs
        for over in _over(box, sheet, margin)
    ]


def _over(box: Box, sheet: Sheet, margin: float) -> Iterator[str]:
    left, bottom, right, top = box
    if left < margin - _TOUCH or right > sheet.width - margin + _TOUCH:
        yield "the margin"
    for x0, y0, x1, y1 in sheet.lines:
        if left + _TOUCH < x0 and x1 < right - _TOUCH and bottom + _TOUCH < y1 and y0 < top - _TOUCH:
            yield f"the line at {x0:.0f}"


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    words = page.get_textpage()
    sheet = Sheet(page.get_width(), words.get_text_range())
    sheet.glyphs = [words.get_rect(number) for number in range(words.count_rects())]
    for drawn in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]):
        x0, y0, x1, y1 = drawn.get_bounds()
        if x1 - x0 < _THIN < y1 - y0:
            sheet.lines.append((x0, y0, x1, y1))
    return sheet
