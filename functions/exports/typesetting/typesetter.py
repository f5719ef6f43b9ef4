"""Typesets documents: one typst compiler per thread, only our own fonts, reproducible bytes."""

from __future__ import annotations

import json
import threading
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from functions.exports.typesetting.document import Document
from functions.exports.typesetting.glyphs import Glyphs, cautious, glyphs_of

TEMPLATE = Path(__file__).with_name("paper.typ")
# Accessible and archivable: tagged text that can be read aloud, every font embedded (ISO 19005-2, ISO 14289-1).
STANDARDS = ["a-2a", "ua-1"]
# Every one of the eight QR masks is valid; comparing them takes four times as long as drawing the code.
_MASK = 3
_UNSHOWN = "字库里没有的字，用它的统一码编号代替：{}。原字在填报系统的记录里。"


class Setter(Protocol):
    """Typesets documents; thread-safe."""

    def set(self, paper: Document) -> bytes:
        """Return the document as PDF/A; the bytes are reproducible."""
        ...


class Typesetter:
    """Typesets any document, with one compiler for each calling thread."""

    def __init__(self) -> None:
        self._own = threading.local()

    def set(self, paper: Document) -> bytes:
        """Return the document as PDF/A; the bytes are reproducible."""
        import typst

        try:
            return self._compile(_content(paper, glyphs_of(font_files())))
        except typst.TypstError:
            # Fonts can fail on a combination of characters although they have each of them.
            return self._compile(_content(paper, cautious()))

    def _compile(self, content: dict[str, Any]) -> bytes:
        compiler = getattr(self._own, "compiler", None)
        if compiler is None:
            compiler = self._own.compiler = _compiler()
        made = compiler.compile(
            format="pdf",
            pdf_standards=STANDARDS,
            sys_inputs={"paper": json.dumps(content, ensure_ascii=False, separators=(",", ":"))},
        )
        assert isinstance(made, bytes)
        return made


def _content(paper: Document, glyphs: Glyphs) -> dict[str, Any]:
    """Return the template's input: showable texts, and the list of replacements."""
    shown: dict[str, Any] = glyphs.shown(paper.parts)
    if glyphs.replaced:
        shown["notes"] = [*shown["notes"], _UNSHOWN.format("、".join(glyphs.replaced))]
    return {**shown, "code": _drawn(paper.code) if paper.code else "", "made": paper.made}


def _drawn(text: str) -> str:
    """Draw the QR code of the text as SVG."""
    import segno

    picture = BytesIO()
    code = segno.make(text, error="l", boost_error=False, micro=False, mask=_MASK)
    code.save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()


@cache
def font_files() -> tuple[Path, ...]:
    """Return the fonts of the documents: a sans for questions, a serif for answers."""
    import pylopdf_fonts_zh_cn as fonts

    return fonts.sans_path(), fonts.serif_path()


def _compiler() -> Any:
    import typst

    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _fonts() -> Any:
    import typst

    folders = sorted({str(file.parent) for file in font_files()})
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
