"""Sets papers in type: one typst compiler for each thread, on the fonts of ours alone, the same bytes each time."""

from __future__ import annotations

import json
import threading
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from functions.exports.pdf.glyphs import Glyphs, cautious, glyphs_of
from functions.exports.pdf.papers import Letterhead, Paper, filing_paper, opinion_paper, receipt_paper
from functions.exports.pdf.scoresheet import score_paper
from functions.forms.definition import Definition
from functions.records.keys import Keys
from functions.records.store import Record
from functions.supervision.scoring import Kind, ScoreSheet

TEMPLATE = Path(__file__).with_name("paper.typ")
# Accessible and for keeping: tagged text that can be read aloud, every font inside (ISO 19005-2, ISO 14289-1).
STANDARDS = ["a-2a", "ua-1"]
# Any of the eight is lawful; weighing them against each other takes four times as long as drawing the code.
_MASK = 3
_UNSHOWN = "字库里没有的字，用它的统一码编号代替：{}。原字在填报系统的记录里。"


class Press:
    """Makes the documents of one bureau. It may be used by several threads; each document takes some 30 ms of one."""

    def __init__(self, letterhead: Letterhead, keys: Keys) -> None:
        self.letterhead = letterhead
        self._keys = keys
        self._set = Typesetter().set

    def filing(self, record: Record, definition: Definition, version: int | None = None) -> bytes:
        """The filing as the office's table, in the version given or the one that counts.

        `definition` is the form it is pinned to. NotFound without such a version, Erased when its content is gone.
        """
        return self._set(filing_paper(record, definition, version, self._keys, self.letterhead))

    def receipt(self, record: Record, definition: Definition, version: int | None = None) -> bytes:
        """The receipt of a version, with a code to verify it by; raises as `filing` does."""
        return self._set(receipt_paper(record, definition, version, self._keys, self.letterhead))

    def opinion(self, record: Record, definition: Definition, sequence: int) -> bytes:
        """The bureau's decision of this sequence and its opinion; NotFound when the event is none."""
        return self._set(opinion_paper(record, definition, sequence, self.letterhead))

    def score_sheet(self, sheet: ScoreSheet, kind: Kind) -> bytes:
        """The acceptance score sheet, to be filled in by hand."""
        return self._set(score_paper(sheet, kind, None, self.letterhead))


class Typesetter:
    """Sets any paper; with a compiler for each thread that asks."""

    def __init__(self) -> None:
        self._own = threading.local()

    def set(self, paper: Paper) -> bytes:
        """The paper as PDF/A, the same bytes each time."""
        import typst

        try:
            return self._compile(_content(paper, glyphs_of(font_files())))
        except typst.TypstError:
            # Fonts can fail on a combination of characters, each of which they have.
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


def _content(paper: Paper, glyphs: Glyphs) -> dict[str, Any]:
    """What the template reads: showable texts, and what was replaced in them."""
    shown: dict[str, Any] = glyphs.shown(paper.parts)
    if glyphs.replaced:
        shown["notes"] = [*shown["notes"], _UNSHOWN.format("、".join(glyphs.replaced))]
    return {**shown, "code": _drawn(paper.code) if paper.code else "", "made": paper.made}


def _drawn(text: str) -> str:
    """The QR code of the text, as SVG."""
    import segno

    picture = BytesIO()
    code = segno.make(text, error="l", boost_error=False, micro=False, mask=_MASK)
    code.save(picture, kind="svg", border=0, xmldecl=False)
    return picture.getvalue().decode()


@cache
def font_files() -> tuple[Path, ...]:
    """The fonts that documents are set in: a sans for what is asked, a serif for what was answered."""
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
