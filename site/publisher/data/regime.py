"""A regime's page as data: its parts, their paragraphs and the editor's notes; knows no file format."""

from typing import Any

from publisher.content.content import Content, url_of
from publisher.content.pages import Block, Heading, Page
from publisher.content.plain_text import plain_text
from publisher.data.spreadsheet import Column

REGIME_KEYS = (
    Column("", "parts", "第一至第六部分，每一部分有编号 id、标题 title、编注 notes 和段落 paragraphs"),
    Column("", "address", "段落的编号，如 丙五2"),
    Column("", "id", "网页里的编号，如 bing-5-2"),
    Column("", "text", "原文"),
    Column("", "notes", "编者注，不是原文"),
    Column("", "url", "从网站首页算起"),
)


def regime_parts(content: Content, page: Page) -> list[dict[str, Any]]:
    """The parts in the order of the list, an empty one too; a note belongs to what stands above it."""
    parts: list[dict[str, Any]] = []
    above: dict[str, Any] = {}
    pieces: list[Heading | Block] = [*(one for one in page.headings if one.level == 2), *page.blocks]
    for piece in sorted(pieces, key=lambda one: one.line):
        if isinstance(piece, Heading):
            above = {"id": piece.id, "title": piece.text, "notes": [], "paragraphs": []}
            parts.append(above)
        elif piece.name == "note" and above:
            above["notes"].append(plain_text(piece.text))
        elif (address := content.paragraph_at(piece.name)) is not None and parts:
            url = f"{url_of(page.path)}#{address.id}"
            above = {"address": address.words, "id": address.id, "text": piece.text, "notes": [], "url": url}
            parts[-1]["paragraphs"].append(above)
    return parts
