"""Part three of the list: a regime's article, its paragraphs with addresses, and the editor's notes below them."""

import re
from xml.etree.ElementTree import Element

from publisher.blocks.downloads import file_links
from publisher.blocks.markup import address, append, element
from publisher.blocks.page_context import Drawing
from publisher.content.address import Paragraph, part_id
from publisher.content.pages import Block, Heading
from publisher.data.open_data import datasets

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES = re.compile(r"\s*\{:.*\}\s*$")


def regime(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: regime bing`: all that follows on the page is the article, with a list of its parts beside it."""
    if block.argument not in {one.key for one in drawing.content.regimes.regimes}:
        raise drawing.wrong(block, f"没有代号是“{block.argument}”的监管制度", "请对照 content/data/regimes.yml 改正")
    article = element("article", class_="law")
    headings = [one for one in drawing.page.headings if one.level == 2] if drawing.page else []
    for heading in headings:
        _check_part(drawing, block, heading)
    parent.append(element("div", article, _side(drawing, block.argument, headings), class_="cols"))
    rest, drawing.rest[:] = list(drawing.rest), []
    drawing.parser.parseBlocks(article, rest)


def paragraph(drawing: Drawing, parent: Element, block: Block, where: Paragraph) -> None:
    """`::: 丙五2`: one paragraph of the list, verbatim, with its address in the margin."""
    if not block.text:
        raise drawing.wrong(block, f"“{block.name}”下面没有文字", "请在下一行写原文，中间不空行")
    link = address(where.words, f"#{where.id}")
    text = drawing.history(element("p", *drawing.verbatim(block.text, block)), where.id)
    parent.append(element("div", link, text, class_="para", id=where.id))


def note(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: note D12`: an editor's note on the nearest numbered paragraph or heading above it; its mark stands there."""
    if block.argument not in drawing.content.notes.oddities:
        raise drawing.wrong(block, f"notes.yml 的 oddities 里没有“{block.argument}”", "请在那里登记，或者改正编号")
    if not block.text:
        raise drawing.wrong(block, "编注没有文字", "请在下一行写编注，中间不空行")
    above = _above(parent)
    if above is None:
        raise drawing.wrong(block, "编注上面没有段落或者标题", "请把它移到所说的段落下面，中间空一行")
    mark, aside = drawing.note(block.text)
    if above.tag == "div":
        append(above[-1], mark)
    else:
        _mark_heading(above, mark)
    parent.append(aside)


def _above(parent: Element) -> Element | None:
    found = (one for one in reversed(list(parent)) if one.tag in _HEADINGS or one.get("class") == "para")
    return next(found, None)


def _mark_heading(heading: Element, mark: Element) -> None:
    """A heading's text is still Markdown here, with its id at the end: the mark goes before the id."""
    attributes = _ATTRIBUTES.search(heading[-1].tail or "" if len(heading) else heading.text or "")
    end = attributes[0] if attributes else ""
    if len(heading):
        heading[-1].tail = (heading[-1].tail or "").removesuffix(end) + " "
    else:
        heading.text = (heading.text or "").removesuffix(end) + " "
    mark.tail = end
    heading.append(mark)


def _check_part(drawing: Drawing, block: Block, heading: Heading) -> None:
    wanted = part_id(block.argument, heading.text)
    if wanted is None or heading.id != wanted:
        cure = f"请写成 ## {heading.text} {{: #{wanted} }}" if wanted else "请用“一、”这样的序号开头"
        raise drawing.wrong(Block("", "", (), heading.line), f"标题“{heading.text}”的编号不对", cure)


def _side(drawing: Drawing, key: str, headings: list[Heading]) -> Element:
    links = (
        element("li", element("a", heading.text.replace("监督检查", ""), href=f"#{heading.id}")) for heading in headings
    )
    parts = [element("h2", "本页"), element("ol", *links)]
    for dataset in (one for one in datasets(drawing.content) if one.key == key):
        parts += [element("h2", "下载"), element("ul", element("li", *file_links(drawing, dataset)))]
    return element("nav", *parts, class_="side", aria_label="本页目录")
