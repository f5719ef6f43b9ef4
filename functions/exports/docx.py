"""A letter as DOCX, for an office that edits and stamps it: the layout of official papers (GB/T 9704); knows no store.

Written as the few parts of OOXML (ECMA-376) that a letter needs: the library for it, python-docx, brings lxml, which
would add 5 MB to the package of every function of the desk.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as Xml
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from functions.exports.letter_text import LetterText

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FIRST: Final = (1980, 1, 1, 0, 0, 0)
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES: Final = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/></Types>'
)
# In half points: 三号 is 16, 二号 22. Lines are 28 points apart, pages have the margins of official papers.
_SIZE, _TITLE, _SMALL = 32, 44, 24
_STYLES: Final = f"""<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/><w:sz w:val="{_SIZE}"/>
<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>
<w:spacing w:after="0" w:line="560" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/></w:pPr>
<w:rPr><w:rFonts w:eastAsia="宋体"/><w:b/><w:sz w:val="{_TITLE}"/></w:rPr></w:style></w:styles>"""
_PAGE: Final = (("pgSz", {"w": "11906", "h": "16838"}), ("pgMar", {"top": "2098", "right": "1474", "bottom": "1984",
                "left": "1587", "header": "851", "footer": "992", "gutter": "0"}))  # fmt: skip
# What XML cannot hold.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Xml.register_namespace("w", _W)


def letter_docx(text: LetterText) -> bytes:
    """Return the letter as a file; the same letter gives the same bytes."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, content in _parts(text):
            file.writestr(ZipInfo(name, _FIRST), _DECLARED + content, ZIP_DEFLATED)
    return out.getvalue()


def _parts(text: LetterText) -> Iterator[tuple[str, str]]:
    yield "[Content_Types].xml", _TYPES
    yield "_rels/.rels", _relation("officeDocument", "word/document.xml")
    yield "word/_rels/document.xml.rels", _relation("styles", "styles.xml")
    yield "word/styles.xml", _STYLES
    yield "word/document.xml", Xml.tostring(_document(text), encoding="unicode")


def _relation(kind: str, target: str) -> str:
    link = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'


def _document(text: LetterText) -> Xml.Element:
    root = Xml.Element(_named("document"))
    body = Xml.SubElement(root, _named("body"))
    _paragraph(body, text.bureau, align="center")
    _paragraph(body, text.title, style="Title")
    _paragraph(body, text.number, align="center")
    _paragraph(body, "")
    if text.to:
        _paragraph(body, text.to)
    for words in text.paragraphs:
        _paragraph(body, words, indent=True)
    _paragraph(body, "")
    for words in text.sign:
        _paragraph(body, words, align="right")
    for words in text.notes:
        _paragraph(body, words, size=_SMALL)
    section = Xml.SubElement(body, _named("sectPr"))
    for name, values in _PAGE:
        Xml.SubElement(section, _named(name), {_named(key): value for key, value in values.items()})
    return root


def _paragraph(
    body: Xml.Element, words: str, *, style: str = "", align: str = "", indent: bool = False, size: int = 0
) -> None:
    paragraph = Xml.SubElement(body, _named("p"))
    look = Xml.SubElement(paragraph, _named("pPr"))
    if style:
        _set(look, "pStyle", style)
    if indent:
        Xml.SubElement(look, _named("ind"), {_named("firstLineChars"): "200", _named("firstLine"): str(_SIZE * 20)})
    if align:
        _set(look, "jc", align)
    run = Xml.SubElement(paragraph, _named("r"))
    if size:
        _set(Xml.SubElement(run, _named("rPr")), "sz", str(size))
    written = Xml.SubElement(run, _named("t"), {"xml:space": "preserve"})
    written.text = _FORBIDDEN.sub("", words)


def _set(parent: Xml.Element, name: str, value: str) -> None:
    Xml.SubElement(parent, _named(name), {_named("val"): value})


def _named(name: str) -> str:
    return f"{{{_W}}}{name}"
