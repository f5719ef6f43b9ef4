"""The context of one page for its blocks: the content, the page's path, the numbering of notes, links to laws."""

import posixpath
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, tostring

from markdown.blockparser import BlockParser

from functions.forms.page.element import Markup
from publisher.blocks.markup import Node, append, element
from publisher.content.content import CITATION, Content, Passage, relative, url_of
from publisher.content.pages import Block, Page
from publisher.content.problem import ContentError, ContentProblem


@dataclass
class Drawing:
    """The context of one page while it is rendered. `rest` holds the source of later blocks; a block may take them."""

    content: Content
    parser: BlockParser
    service_url: str
    page: Page | None = None
    drawn: int = 0
    notes: int = 0
    waiting: list[Element] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Return the path of the page below content/."""
        return self.page.path if self.page else "index.md"

    def href(self, target: str) -> str:
        """Return the link from this page to a target below content/; MkDocs turns it into an address."""
        return relative(self.path, target)

    def service(self, address: str) -> str:
        """Return where a form of this page posts to; the address is relative when the service serves the site."""
        return f"{self.service_url or self.file('.')}/{address}"

    def file(self, target: str) -> str:
        """Return the link from this page to a file of the built site, given from its first page: "data/duties.csv"."""
        return posixpath.relpath(target, url_of(self.path) or ".")

    def stored(self, made: Element) -> str:
        """Return the element as text that no generator parses: it would report files that are not among the pages."""
        return str(self.parser.md.htmlStash.store(tostring(made, encoding="unicode")))

    def raw(self, html: Markup) -> str:
        """Return a placeholder for a paragraph of raw HTML."""
        # Python-Markdown adds to it with `+`, which Markup would escape.
        return str(self.parser.md.htmlStash.store(str(html)))

    def wrong(self, block: Block, cause: str, cure: str) -> ContentError:
        """Return the error about a block of this page."""
        return ContentError(ContentProblem(f"content/{self.path}", block.line, cause, cure))

    def verbatim(self, text: str, block: Block | None = None) -> list[Node]:
        """Return official text verbatim, each 《…》 linked to the page of laws; ContentError for an unknown one."""
        nodes: list[Node] = []
        end = 0
        for found in CITATION.finditer(text):
            nodes += [text[end : found.start()], self._law(found[1], found[0], block)]
            end = found.end()
        return [*nodes, text[end:]]

    def note(self, text: str, wide: bool = False) -> tuple[Element, Element]:
        """Return the mark for the end of the passage, and the numbered editor's note; each links to the other."""
        self.notes += 1
        name = f"编注 {self.notes}"
        link = element("a", name, href=f"#ed-{self.notes}", id=f"r-{self.notes}")
        mark = element("span", "〔", link, "〕", class_="ref")
        head = element("b", name)
        head.tail = f"{text} "
        back = element("a", "回到原处", class_="nowrap", href=f"#r-{self.notes}")
        kind = "ed measure" if wide else "ed"
        return mark, element("aside", head, back, class_=kind, id=f"ed-{self.notes}", aria_label=name)

    def marked(self, cell: Element, anchor: str, beside: str) -> Element:
        """Return the table's cell with the marks of its row's notes; the notes follow after the table."""
        for note in self.content.notes.notes:
            if note.at == anchor and note.beside == beside:
                mark, aside = self.note(note.text, wide=True)
                append(cell, " ")
                append(cell, mark)
                self.waiting.append(aside)
        return cell

    def history(self, parent: Element, anchor: str) -> Element:
        """Add a mark to the passage for each of its changes, linked to the change and the earlier text."""
        for change, link in self.content.changed.get(anchor, ()):
            words = f"{change.date.year} 年 {change.date.month} 月 {change.date.day} 日改"
            append(parent, " ")
            append(
                parent,
                element("span", "〔", element("a", words, href=self.href(f"changes.md#{link}")), "〕", class_="ref"),
            )
        return parent

    def done(self, parent: Element) -> None:
        """Add the waiting notes below the table."""
        parent.extend(self.waiting)
        self.waiting = []

    def passage(self, words: str, block: Block) -> Passage:
        """Return the passage at an address in the regimes. Raises ContentError when there is none."""
        try:
            return self.content.anchors[words]
        except KeyError:
            raise self.wrong(block, f"没有“{words}”这一段", "请对照监管制度页面左边的编号改正") from None

    def basis(self, words: str, block: Block) -> Element:
        """Return a link to the passage that is the legal basis."""
        return element("a", words, class_="nowrap", href=self.href(self.passage(words, block).target))

    def _law(self, name: str, words: str, block: Block | None) -> Element:
        law = self.content.laws_by_name.get(name)
        if law is None:
            where = block or Block("", "", (), 1)
            raise self.wrong(where, f"laws.yml 里没有《{name}》", "请在 content/data/laws.yml 里补上，或者核对名称")
        return element("a", words, href=self.href(f"laws.md#law-{law.key}"))
