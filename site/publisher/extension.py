"""The Python-Markdown extension: turns `::: name` blocks into the site's markup; knows no generator, hook or plugin."""

import re
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from publisher.blocks import BLOCKS, paragraph
from publisher.blocks.page_context import Drawing
from publisher.checks.consistency import refuse_inconsistent
from publisher.content.content import load_content
from publisher.content.pages import Block, parse_block

_NEXT = re.compile(r"\n(?=:::)")


class QingdanExtension(Extension):
    """Settings: `root`, the project's folder; `service_url`, the prefix of every form's action."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "root": [".", "The folder that holds content/ and schemas/"],
            "service_url": ["", "Prefix of form actions; when empty, extra.service_url of mkdocs.yml"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register the processors of the page and its blocks, before all other processors."""
        self.processor = BlockDrawer(md.parser, self)
        md.parser.blockprocessors.register(self.processor, "qingdan_blocks", 200)
        md.preprocessors.register(PageFinder(md, self), "qingdan_page", 1000)

    def drawing(self, parser: BlockParser, text: str) -> Drawing:
        """Return the page context for a page with this text."""
        root = Path(str(self.getConfig("root"))).resolve()
        content = load_content(root)
        refuse_inconsistent(content)
        service = str(self.getConfig("service_url") or content.settings.extra.service_url)
        return Drawing(content, parser, service.rstrip("/"), content.page_of(text))


class PageFinder(Preprocessor):
    """Identifies the page by its text: no generator tells a Markdown extension which page it is."""

    def __init__(self, md: Markdown, extension: QingdanExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Set up the context of a page; changes no line."""
        drawer = self.extension.processor
        drawer.drawing = self.extension.drawing(drawer.parser, "\n".join(lines))
        return lines


class BlockDrawer(BlockProcessor):
    """Renders every `::: name` block."""

    drawing: Drawing

    def __init__(self, parser: BlockParser, extension: QingdanExtension) -> None:
        super().__init__(parser)
        self.extension = extension

    def test(self, parent: Element, block: str) -> bool:
        """Whether this run of lines is our block."""
        return block.startswith(":::")

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Render one block. Raises ContentError with file and line when it is unknown or wrong."""
        source, *rest = _NEXT.split(blocks.pop(0), maxsplit=1)
        blocks[:0] = rest
        block = self._locate(parse_block(source.split("\n"), 1))
        self.drawing.rest = blocks
        address = self.drawing.content.paragraph_at(block.name)
        if address is not None:
            paragraph(self.drawing, parent, block, address)
        elif block.name in BLOCKS:
            BLOCKS[block.name](self.drawing, parent, block)
        else:
            raise self.drawing.wrong(
                block, f"没有叫“{block.name}”的块", f"可以用：{'、'.join(BLOCKS)}，或者 丙五2 这样的段落编号"
            )

    def _locate(self, block: Block) -> Block:
        """Give the block its line in the file: blocks are rendered in the order of the source."""
        page, number = self.drawing.page, self.drawing.drawn
        self.drawing.drawn += 1
        return page.blocks[number] if page and number < len(page.blocks) else block


def makeExtension(**settings: Any) -> QingdanExtension:
    """The extension under its entry point's name."""
    return QingdanExtension(**settings)
