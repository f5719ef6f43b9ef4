"""Makes elements for Python-Markdown's tree; text is shown verbatim, never parsed as Markdown.

Python-Markdown accepts a block only as an ElementTree, and its later steps read the tree (links, headings). All blocks
make their elements here. HTML that needs none of this, such as a form, is made by `functions.forms.page.element` and
inserted whole with `Drawing.raw`.
"""

from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

Node = Element | str


def element(tag: str, /, *children: Node, **attributes: str) -> Element:
    """Make an element; `class_` and `data_l` become class and data-l. Strings among the children stay verbatim."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    for child in children:
        append(made, child)
    return made


def append(parent: Element, child: Node) -> None:
    """Add an element or verbatim text at the end of `parent`."""
    if isinstance(child, Element):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = AtomicString((parent[-1].tail or "") + child)
    else:
        parent.text = AtomicString((parent.text or "") + child)


def markdown(tag: str, text: str, **attributes: str) -> Element:
    """Make an element whose text is Markdown, for our own words with links."""
    made = element(tag, **attributes)
    made.text = text
    return made


def table(kind: str, caption: str, columns: list[str]) -> Element:
    """A `tbl` that becomes cards on a phone, with caption and head; explicit roles keep it a table when read aloud."""
    heads = (element("th", column, role="columnheader", scope="col") for column in columns)
    made = element("table", element("caption", caption, class_="vh"), class_=f"tbl {kind}".strip(), role="table")
    thead = SubElement(made, "thead", {"role": "rowgroup"})
    thead.append(element("tr", *heads, role="row"))
    return made


def row(*cells: Element, **attributes: str) -> Element:
    """A table row with its role."""
    return element("tr", *cells, role="row", **attributes)


def cell(*children: Node, **attributes: str) -> Element:
    """A table cell with its role."""
    return element("td", *children, role="cell", **attributes)


def address(words: str, href: str, name: str = "") -> Element:
    """Make the permalink in the margin; a screen reader reads `name` before 的固定链接."""
    return element("a", words, class_="addr", href=href, aria_label=f"{name or words} 的固定链接")
