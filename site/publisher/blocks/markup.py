"""Makes elements for Python-Markdown's tree; text given here is shown as it is, never read as Markdown.

A block of the site is handed to Python-Markdown as an ElementTree: its parser takes nothing else, and later steps of it
look into the tree (links, headings). All blocks make their elements here. HTML that needs none of this, a form for one,
is made by `functions.forms.page.element` and put in whole with `Drawing.raw`.
"""

from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

Node = Element | str


def element(tag: str, /, *children: Node, **attributes: str) -> Element:
    """An element; `class_` and `data_l` become class and data-l. Strings among the children stay verbatim."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    for child in children:
        append(made, child)
    return made


def append(parent: Element, child: Node) -> None:
    """Adds an element or verbatim text at the end of `parent`."""
    if isinstance(child, Element):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = AtomicString((parent[-1].tail or "") + child)
    else:
        parent.text = AtomicString((parent.text or "") + child)


def markdown(tag: str, text: str, **attributes: str) -> Element:
    """An element whose text is Markdown, for words of our own that hold links."""
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
    """The permalink in the margin; `name` is what a screen reader hears before 的固定链接."""
    return element("a", words, class_="addr", href=href, aria_label=f"{name or words} 的固定链接")
