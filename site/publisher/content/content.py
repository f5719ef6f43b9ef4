"""The editor's content, read once: data, pages, paragraphs and citations of laws; renders nothing."""

import posixpath
import re
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from functions.forms.authoring.source import Source
from publisher.content.address import Paragraph, find_paragraph
from publisher.content.data_file import M, read_data
from publisher.content.models import (
    Change,
    Changes,
    Deadlines,
    Duties,
    Law,
    Laws,
    Notes,
    Regimes,
    Reminders,
    Sections,
    Services,
)
from publisher.content.pages import Page, read_page
from publisher.content.problem import ContentError, ContentProblem
from publisher.content.settings import FILE, SiteSettings, read_site_settings

if TYPE_CHECKING:
    from functions.forms.catalogue import Catalogue

CITATION = re.compile(r"《([^《》]+)》")


@dataclass(frozen=True, slots=True)
class Passage:
    """One numbered piece of the official text and its permalink."""

    words: str
    page: str
    anchor: str
    text: str

    @property
    def target(self) -> str:
        """The link to it, from the root of content/."""
        return f"{self.page}#{self.anchor}"


@dataclass
class Content:
    """The content of one project; each part is read when asked for, and raises ContentError when it is wrong.

    `problems` is the result of `consistency`, None before the check.
    """

    root: Path
    problems: list[ContentProblem] | None = None
    sources: dict[str, Source] = field(default_factory=dict)

    def _data(self, name: str, model: type[M]) -> M:
        value, self.sources[name] = read_data(self.root, f"content/data/{name}", model)
        return value

    @cached_property
    def settings(self) -> SiteSettings:
        """Return the settings of mkdocs.yml: bureau, site address, header and footer."""
        settings, self.sources[FILE] = read_site_settings(self.root)
        return settings

    @cached_property
    def duties(self) -> Duties:
        """Part one of the list."""
        return self._data("duties.yml", Duties)

    @cached_property
    def services(self) -> Services:
        """Part two of the list."""
        return self._data("services.yml", Services)

    @cached_property
    def sections(self) -> Sections:
        """The offices of the bureau."""
        return self._data("sections.yml", Sections)

    @cached_property
    def regimes(self) -> Regimes:
        """The headings of part three of the list."""
        return self._data("regimes.yml", Regimes)

    @cached_property
    def laws(self) -> Laws:
        """Every 《…》."""
        return self._data("laws.yml", Laws)

    @cached_property
    def notes(self) -> Notes:
        """The oddities that need a note, and the notes on tables."""
        return self._data("notes.yml", Notes)

    @cached_property
    def changes(self) -> Changes:
        """Return what was changed since the list was published."""
        return self._data("changes.yml", Changes)

    @cached_property
    def deadlines(self) -> Deadlines:
        """Deadlines whose form cannot be filed online."""
        return self._data("deadlines.yml", Deadlines)

    @cached_property
    def reminders(self) -> Reminders:
        """How units are reminded."""
        return self._data("reminders.yml", Reminders)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The forms. Raises AuthoringError when one is wrong."""
        from functions.forms.authoring.reader import read_catalogue

        return read_catalogue(self.root / "schemas")

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by its path below content/."""
        folder = self.root / "content"
        paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
        pages: dict[str, Page] = {}
        problems: list[ContentProblem] = []
        for path in paths:
            try:
                pages[path] = read_page(folder, path)
            except ContentError as error:
                problems += error.problems
        if problems:
            raise ContentError(*problems)
        return pages

    @cached_property
    def regime_keys(self) -> dict[str, str]:
        """The key of each regime by its stem: 丙 → bing; of two with one stem, the first."""
        return {one.stem: one.key for one in reversed(self.regimes.regimes)}

    def paragraph_at(self, words: str) -> Paragraph | None:
        """Return the paragraph of a regime that these words name, existing or not; else None."""
        return find_paragraph(words, self.regime_keys)

    @cached_property
    def paragraphs(self) -> tuple[Passage, ...]:
        """The paragraphs of the regimes in the order of the list."""
        pages = self.regime_pages.values()
        found = ((page, block, self.paragraph_at(block.name)) for page in pages for block in page.blocks)
        return tuple(
            Passage(address.words, page.path, address.id, block.text) for page, block, address in found if address
        )

    @cached_property
    def work_items(self) -> tuple[Passage, ...]:
        """Return the work items of the duties table; in words as 3-2."""
        return tuple(
            Passage(f"{duty.number}-{place}", "duties.md", duty.anchor(place), item.text)
            for duty in self.duties.duties
            for place, item in enumerate(duty.items, 1)
        )

    @cached_property
    def citations(self) -> dict[str, tuple[Passage, ...]]:
        """By the name of a law: the passages that cite it, in the order of the list."""
        found: dict[str, list[Passage]] = {}
        for passage in (*self.work_items, *self.paragraphs):
            for name in dict.fromkeys(CITATION.findall(passage.text)):
                found.setdefault(name, []).append(passage)
        return {name: tuple(passages) for name, passages in found.items()}

    @cached_property
    def anchors(self) -> dict[str, Passage]:
        """Return passages by the words in their margin: 丙五2."""
        return {passage.words: passage for passage in self.paragraphs}

    @cached_property
    def places(self) -> dict[str, Passage]:
        """Return all places that can be changed, by the editor's name for them: 丙五2, duty-03-2, service-4."""
        rows = [
            *(replace(one, words=f"职责 {one.words}") for one in self.work_items),
            *(Passage(f"服务 {one.number}", "services.md", one.anchor, one.content) for one in self.services.services),
        ]
        return self.anchors | {row.anchor: row for row in rows}

    @cached_property
    def changed(self) -> dict[str, tuple[tuple[Change, str], ...]]:
        """By the anchor of a place: the changes there and their permalinks, the newest first."""
        found: dict[str, list[tuple[Change, str]]] = {}
        for change, link in self.changes.numbered:
            for words in change.at:
                found.setdefault(self.places[words].anchor, []).append((change, link))
        return {anchor: tuple(changes) for anchor, changes in found.items()}

    @cached_property
    def laws_by_name(self) -> dict[str, Law]:
        """Laws by the words between 《 and 》."""
        return {law.name: law for law in self.laws.laws}

    def page_of(self, text: str) -> Page | None:
        """Return the page with this body: a Markdown extension gets the text, and not the path."""
        return self._by_body.get(text.strip())

    def line(self, name: str, *place: int | str) -> int:
        """The line of a place in content/data/<name>."""
        return self.sources[name].line(place)

    @cached_property
    def _by_body(self) -> dict[str, Page]:
        return {page.body: page for page in self.pages.values()}

    @cached_property
    def regime_pages(self) -> dict[str, Page]:
        """The page of each regime that has one, by the regime's key, in the order of the list."""
        paths = {one.key: f"regimes/{one.key}.md" for one in self.regimes.regimes}
        return {key: self.pages[path] for key, path in paths.items() if path in self.pages}


def load_content(root: Path) -> Content:
    """The content below `root`, read again only when a file in content/ or schemas/ or the settings have changed."""
    return _load(root, _signature(root))


def relative(source: str, target: str) -> str:
    """The link from one page to a target, both from the root of content/: a path, or a path and an anchor."""
    path, mark, anchor = target.partition("#")
    if path == source and mark:
        return f"#{anchor}"
    return posixpath.relpath(path, posixpath.dirname(source) or ".") + mark + anchor


def url_of(path: str) -> str:
    """The address of a page below content/, relative to the site's first page: "" or "forms/"."""
    return path.removesuffix("index.md") if path.endswith("index.md") else f"{path.removesuffix('.md')}/"


@lru_cache(maxsize=4)
def _load(root: Path, signature: tuple[tuple[str, int, int], ...]) -> Content:
    return Content(root)


def _signature(root: Path) -> tuple[tuple[str, int, int], ...]:
    files = (path for name in ("content", "schemas") for path in sorted((root / name).rglob("*")))
    stats = ((path.as_posix(), path.stat()) for path in (*files, root / FILE) if path.is_file())
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
