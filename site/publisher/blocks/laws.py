"""The page of laws: every 《…》 of the list, its state, and the places that cite it."""

from xml.etree.ElementTree import Element

from publisher.blocks.markup import Node, cell, element, row, table
from publisher.blocks.page_context import Drawing
from publisher.content.models import Law
from publisher.content.pages import Block

_GROUPS = (
    ("law", "法律法规和规定", ["名称", "现状（编者注）", "原文引用处"]),
    ("paper", "文中提到的表格和文书", ["名称", "在本网站", "原文引用处"]),
    ("successor", "现行的接替法规（原文没有提到，编者列出）", ["名称", "现状（编者注）"]),
)
_STATES = {
    "in_force": ("现行", "st st--ok"),
    "repealed": ("已废止", "st st--void"),
    "replaced": ("已被取代", "st st--void"),
    "unchecked": ("编者未核实现状", "st st--open"),
}


def laws(drawing: Drawing, parent: Element, block: Block) -> None:
    """`::: laws`: three tables, each 《…》 with its id (law-archives-law) and links back to every place."""
    for kind, title, columns in _GROUPS:
        parent.append(element("h2", title, id=f"laws-{kind}"))
        made = table("laws cards", title, columns)
        shown = (one for one in drawing.content.laws.laws if one.kind == kind)
        made.append(element("tbody", *(_law_row(drawing, one, columns) for one in shown), role="rowgroup"))
        parent.append(made)


def _law_row(drawing: Drawing, law: Law, columns: list[str]) -> Element:
    name = element("th", element("strong", f"《{law.name}》"), role="rowheader", scope="row")
    cells = [cell(*_standing(drawing, law), data_l=columns[1])]
    if len(columns) > 2:
        cells.append(cell(*_places(drawing, law), data_l=columns[2]))
    return row(name, *cells, id=f"law-{law.key}")


def _standing(drawing: Drawing, law: Law) -> list[Node]:
    if law.kind == "paper":
        if law.form is None:
            return [element("span", "没有电子表单", class_="quiet")]
        return [element("a", "在网上填报", href=drawing.href(f"forms/{law.form}.md"))]
    words, kind = _STATES[law.state or "unchecked"]
    nodes: list[Node] = [element("span", words, class_=kind)]
    if law.note:
        nodes += [element("br"), element("small", law.note)]
    if law.successor:
        nodes += [" ", element("small", element("a", "看接替的法规", class_="nowrap", href=f"#law-{law.successor}"))]
    return nodes


def _places(drawing: Drawing, law: Law) -> list[Node]:
    nodes: list[Node] = []
    for place in drawing.content.citations.get(law.name, ()):
        nodes += ["、"] if nodes else []
        nodes.append(element("a", place.words, class_="nowrap", href=drawing.href(place.target)))
    return nodes or ["无"]
