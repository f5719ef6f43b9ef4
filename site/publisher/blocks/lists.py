"""The smaller blocks: slip, tasks, regimes, search field, and the index that works without JavaScript."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from publisher.blocks.forms import deadlines
from publisher.blocks.markup import element, markdown
from publisher.blocks.page_context import Drawing
from publisher.content.content import Content
from publisher.content.models import Regime
from publisher.content.pages import Block


def slip(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: slip`: facts at a glance, `- 词 | 内容 | 小字` a line; `+` makes a line as wide as the slip."""
    made = element("dl", class_="slip")
    for sign, parts in _rows(drawing, block, "-+"):
        fact = markdown("dd", parts[1])
        if len(parts) > 2:
            fact.append(element("br"))
            fact.append(markdown("small", parts[2]))
        made.append(element("div", element("dt", parts[0]), fact, **({"class_": "w6"} if sign == "+" else {})))
    parent.append(made)


def tasks(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: tasks`: the ways in on the home page, `- [我要填报](forms/index.md) | 一句话` a line."""
    made = element("ul", class_="tasks")
    for _, parts in _rows(drawing, block, "-"):
        item = markdown("li", parts[0])
        item.append(markdown("p", parts[1]))
        made.append(item)
    parent.append(made)


def regimes(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: regimes`: the four regimes with their stems; `::: regimes numbered` keeps the list's own numbers."""
    if block.argument not in ("", "numbered"):
        raise drawing.wrong(
            block, f"regimes 后面不能写“{block.argument}”", "请写 ::: regimes 或者 ::: regimes numbered"
        )
    made = element("ul", class_="regimes")
    for one in drawing.content.regimes.regimes:
        name = f"{one.number}{one.name}" if block.argument == "numbered" else one.name
        link = element("a", name, href=drawing.href(f"regimes/{one.key}.md"))
        words = element("div", link, element("br"), element("small", one.summary, class_="quiet"))
        made.append(element("li", element("span", one.stem, class_="stem", aria_hidden="true"), words))
    parent.append(made)


def half(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: half`: two blocks side by side, `- deadlines | 什么时候要填报` a line."""
    inner: dict[str, Callable[[Drawing, Element, Block], None]] = {"deadlines": deadlines, "regimes": regimes}
    made = element("div", class_="half")
    for _, (name, title, *_more) in _rows(drawing, block, "-"):
        if name not in inner:
            raise drawing.wrong(block, f"half 里不能放“{name}”", f"可以放：{'、'.join(inner)}")
        part = element("section", element("h2", title, id=f"h-{name}"), aria_labelledby=f"h-{name}")
        inner[name](drawing, part, Block(name, "", (), block.line))
        made.append(part)
    parent.append(made)


def find(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: find`: the search field; without JavaScript it opens the page with the index."""
    action = "" if drawing.path == "search.md" else drawing.file("search") + "/"
    label = element("label", "查找职责、科室、法规、电话", class_="vh", for_="q")
    field = element("input", id="q", name="q", type="search", placeholder="例如：自查报告", autocomplete="off")
    button = element("button", "查找", class_="btn")
    parent.append(element("form", label, field, button, class_="find", action=action, method="get", role="search"))


def index(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: index`: links to everything that has a permalink."""
    content = drawing.content
    public = (one for one in content.catalogue if one.rules.audience == "public")
    groups = (
        *(_regime_group(content, one) for one in content.regimes.regimes),
        ("index-duties", "职责", ((f"{one.words} {_short(one.text)}", one.target) for one in content.work_items)),
        (
            "index-services",
            "服务",
            ((one.name, f"services.md#{one.anchor}") for one in content.services.services),
        ),
        ("index-sections", "科室", ((one.name, f"sections/{one.key}.md") for one in content.sections.sections)),
        ("index-forms", "填报", ((one.title, f"forms/{one.id}.md") for one in public)),
        ("index-laws", "法律法规和文书", ((f"《{one.name}》", f"laws.md#law-{one.key}") for one in content.laws.laws)),
    )
    for anchor, title, links in groups:
        parent.append(element("h2", title, id=anchor))
        parent.append(_links(drawing, links))


def _regime_group(content: Content, one: Regime) -> tuple[str, str, Iterable[tuple[str, str]]]:
    shown = (passage for passage in content.paragraphs if passage.words.startswith(one.stem))
    links = ((f"{passage.words} {_short(passage.text)}", passage.target) for passage in shown)
    return f"index-{one.key}", f"{one.stem}　{one.name}", links


def _links(drawing: Drawing, links: Iterable[tuple[str, str]]) -> Element:
    items = (element("li", element("a", words, href=drawing.href(target))) for words, target in links)
    return element("ul", *items)


def _short(text: str) -> str:
    return text if len(text) <= 32 else f"{text[:30]}……"


def _rows(drawing: Drawing, block: Block, signs: str) -> list[tuple[str, list[str]]]:
    rows = []
    for number, line in enumerate(block.body, block.line + 1):
        sign, _, words = line.partition(" ")
        parts = [part.strip() for part in words.split(" | ")]
        if sign not in tuple(signs) or len(parts) < 2:
            wrong = Block(block.name, "", (), number)
            raise drawing.wrong(wrong, f"“{line}”不合 {block.name} 的写法", "请写成：- 词 | 内容，竖线两边各空一格")
        rows.append((sign, parts))
    return rows
