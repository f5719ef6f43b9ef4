"""Parses one rendered page for the checks: ids, links, pictures, unclosed tags, markup that a browser refuses."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

_NEVER = ("style", "iframe", "object", "embed", "base")
_PAIRED = ("a", "article", "aside", "b", "details", "div", "em", "figure", "section", "span", "strong", "table", "ul")


class Drawn(HTMLParser):
    """`blocked` and `unpaired` are pairs: words to search for in the source, and the message about them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.blocked: list[tuple[str, str]] = []
        self.unpaired: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.unpaired += [(f"<{tag}", f"<{tag}> 没有关上") for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.ids.append(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag in _NEVER or (tag == "script" and not str(values.get("type")).startswith("application/")):
            self.blocked.append((f"<{tag}", f"<{tag}>"))
        self.blocked += [(name, f"{name}=") for name in values if name == "style" or name.startswith("on")]
        fetched = values.get("src") or ""
        if urlsplit(fetched).netloc:
            self.blocked.append((fetched, fetched))
        elif tag == "img":
            self.pictures.append(fetched)
        if tag in _PAIRED:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _PAIRED:
            return
        if tag not in self._open:
            self.unpaired.append((f"</{tag}", f"</{tag}> 没有开头"))
            return
        while (last := self._open.pop()) != tag:
            self.unpaired.append((f"<{last}", f"<{last}> 没有关上"))
