"""The edition of the typesetting: everything that changes the look of unchanged words changes the edition."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from functions.exports.typesetting import glyphs, line_breaks, typesetter
from functions.exports.typesetting.typesetter import TEMPLATE, font_files

# The directory of a font, which has a checksum of each of its tables.
_FONT_HEAD: Final = 4096


@cache
def edition() -> str:
    """Return the SHA-256 over template, typesetter, fonts and the version of typst."""
    import typst

    digest = hashlib.sha256(typst.__version__.encode())  # type: ignore[attr-defined]
    for source in (TEMPLATE, *(Path(module.__file__ or "") for module in (glyphs, line_breaks, typesetter))):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    for font in font_files():
        with font.open("rb") as file:
            digest.update(hashlib.sha256(file.read(_FONT_HEAD)).digest())
    return digest.hexdigest()
