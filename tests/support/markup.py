"""Reads a page as a browser without JavaScript does: its words, its elements, and what a form would post."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))


@dataclass
class Element:
    """One element; `text` is all the text inside it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page:
    """Every element of a page in document order."""

    elements: list[Element] = field(default_factory=list)

    def find(self, tag: str = "", /, **attributes: str) -> list[Element]:
        """The elements of this name that have these attributes (`class_` matches one class of several)."""
        return [each for each in self.elements if (not tag or each.name == tag) and _matches(each, attributes)]

    def one(self, tag: str = "", /, **attributes: str) -> Element:
        (found,) = self.find(tag, **attributes)
        return found

    def posted(self) -> list[tuple[str, str]]:
        """What the successful controls of the page would post, without any button."""
        return [
            (each.attributes["name"], _value(each))
            for each in self.elements
            if each.name in ("input", "textarea") and each.attributes.get("name") and _is_sent(each)
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.page.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def read_page(html: str) -> Page:
    """The page; whatever stands inside `<template>` is not part of it."""
    reader = _Reader()
    before, *rest = str(html).split("<template")
    reader.feed(before + "".join(part.partition("</template>")[2] for part in rest))
    return reader.page


def _matches(element: Element, attributes: dict[str, str]) -> bool:
    for name, value in attributes.items():
        found = element.attributes.get(name.rstrip("_").replace("_", "-"))
        if found is None or (value not in found.split() if name == "class_" else found != value):
            return False
    return True


def _is_sent(element: Element) -> bool:
    return element.attributes.get("type") not in ("checkbox", "radio") or "checked" in element.attributes


def _value(element: Element) -> str:
    if element.name == "textarea":
        return element.text
    return element.attributes.get("value", "on" if element.attributes.get("type") in ("checkbox", "radio") else "")
