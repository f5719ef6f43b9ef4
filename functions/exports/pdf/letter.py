"""A letter of the bureau as a document to be typeset; knows no type and no fonts."""

from __future__ import annotations

from typing import Final

from functions.exports.letter_text import letter_text
from functions.exports.pdf.contents import Letterhead, parts_of
from functions.exports.typesetting.document import Document
from functions.supervision.orders.values import Letter

INDENT: Final = "\u3000\u3000"


def letter_paper(letter: Letter, letterhead: Letterhead, *, official: bool) -> Document:
    """Return the letter with its number, addressee and signature."""
    text, day = letter_text(letter, letterhead.bureau, official=official), letter.issued
    parts = parts_of(letterhead, text.title, text.number, letter.id, [])
    paragraphs = [INDENT + paragraph for paragraph in text.paragraphs]
    parts |= {"words": [text.to, *paragraphs], "sign": list(text.sign), "notes": list(text.notes), "foot": text.number}
    return Document(parts, "", (day.year, day.month, day.day))
