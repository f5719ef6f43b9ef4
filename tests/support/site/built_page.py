"""Reads a built page as a tree, and its text as the pieces a reader would see; knows no publisher."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(("br", "hr", "img", "input", "link", "meta", "path", "source", "wbr"))
_PIECES = frozenset(("br", "caption", "div", "h1", "h2", "h3", "li", "p", "small", "td", "th", "tr"))


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    parent: "Node | None" = None
    children: list["Node | str"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def find(self, tag: str, **attributes: str) -> list["Node"]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [node for node in self.walk() if node.tag == tag and node.has(wanted)]

    def has(self, wanted: dict[str, str]) -> bool:
        return all(value in self.attributes.get(name, "").split() for name, value in wanted.items())

    def by_id(self, identity: str) -> "Node | None":
        return next((node for node in self.walk() if node.attributes.get("id") == identity), None)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root", {})
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(node)
        if tag not in _VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        node: Node | None = self.at
        while node is not None and node.tag != tag:
            node = node.parent
        if node is not None and node.parent is not None:
            self.at = node.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(html: str) -> Node:
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def official(node: Node) -> list[str]:
    """The pieces of text under a node, without what the editor added: notes, their marks, addresses, the side list."""
    pieces: list[str] = [""]
    _collect(node, pieces)
    return [piece.strip() for piece in pieces if piece.strip()]


def _collect(node: Node, pieces: list[str]) -> None:
    if _is_ours(node):
        return
    if node.tag in _PIECES:
        pieces.append("")
    for child in node.children:
        if isinstance(child, str):
            pieces[-1] += child
        else:
            _collect(child, pieces)
    if node.tag in _PIECES:
        pieces.append("")


def _is_ours(node: Node) -> bool:
    kinds = node.attributes.get("class", "").split()
    if "addr" in kinds:
        return node.parent is None or not node.parent.has({"class": "no"})
    return "ed" in kinds or "ref" in kinds or "side" in kinds or node.tag == "script"
