"""What can be found, and where: the index that the search page reads; knows no ranking and no markup."""

from collections.abc import Iterator
from pathlib import Path

from publisher.content.content import Content, load_content, url_of
from publisher.content.pages import Page
from publisher.content.plain_text import plain_text

Entry = dict[str, str]


def index(root: Path) -> list[Entry]:
    """Entries {address, title, url, text} in the order of the list; `url` is relative to the site's first page."""
    content = load_content(root.resolve())
    return [
        *_duties(content),
        *_services(content),
        *_paragraphs(content),
        *_notes(content),
        *_headings(content),
        *_tables(content),
        *_laws(content),
        *_forms(content),
        *_pages(content),
    ]


def _duties(content: Content) -> Iterator[Entry]:
    names = {one.key: one.name for one in content.sections.sections}
    for duty in content.duties.duties:
        for number, item in enumerate(duty.items, 1):
            offices = "、".join(names[key] for key in item.sections)
            url = f"duties/#{duty.anchor(number)}"
            yield _entry(f"{duty.number}-{number}", f"职责（{offices}）", url, f"{item.text} {duty.duty}")


def _services(content: Content) -> Iterator[Entry]:
    for one in content.services.services:
        url = f"services/#{one.anchor}"
        yield _entry("", one.name, url, f"{one.content} {one.office} {one.phone}")


def _paragraphs(content: Content) -> Iterator[Entry]:
    for regime in content.regimes.regimes:
        for passage in content.paragraphs:
            if passage.words.startswith(regime.stem):
                yield _entry(passage.words, regime.name, f"regimes/{regime.key}/#{passage.anchor}", passage.text)


def _notes(content: Content) -> Iterator[Entry]:
    for page in content.pages.values():
        notes = (block for block in page.blocks if block.name == "note")
        for number, block in enumerate(notes, 1):
            yield _entry(
                "", f"编注 {number}（{page.title}）", f"{url_of(page.path)}#ed-{number}", plain_text(block.text)
            )


def _headings(content: Content) -> Iterator[Entry]:
    for page in content.pages.values():
        for heading in page.headings:
            if heading.level > 1 and heading.id and not page.path.startswith("forms/"):
                yield _entry("", heading.text, f"{url_of(page.path)}#{heading.id}", page.title)


def _tables(content: Content) -> Iterator[Entry]:
    for table, page in ((content.duties, "duties/"), (content.services, "services/")):
        yield _entry("", table.title, page, f"各栏：{'、'.join(table.columns)}")


def _laws(content: Content) -> Iterator[Entry]:
    for law in content.laws.laws:
        places = "、".join(passage.words for passage in content.citations.get(law.name, ()))
        yield _entry("", f"《{law.name}》", f"laws/#law-{law.key}", f"{law.note} {places}".strip())


def _forms(content: Content) -> Iterator[Entry]:
    for definition in content.catalogue:
        if definition.rules.audience == "public":
            rules = definition.rules
            labels = "、".join(section.title for section in definition.sections)
            text = f"{rules.intro}谁要填：{rules.obliged_words}。什么时候：{rules.when_words}。各部分：{labels}。"
            yield _entry("", f"填报：{definition.title}", f"forms/{definition.id}/", text)


def _pages(content: Content) -> Iterator[Entry]:
    for page in content.pages.values():
        one_form = page.path.startswith("forms/") and page.path != "forms/index.md"
        if page.path != "search.md" and not one_form:
            yield _entry("", page.title, url_of(page.path), f"{page.description} {_prose(page)}".strip())


def _prose(page: Page) -> str:
    """The page's own words: no block, no heading, no markup."""
    pieces = (piece for piece in page.body.split("\n\n") if not piece.startswith((":::", "#")))
    return plain_text(" ".join(pieces))


def _entry(address: str, title: str, url: str, text: str) -> Entry:
    return {"address": address, "title": title, "url": url, "text": text}
