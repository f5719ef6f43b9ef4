"""Promises that every duty, work item, service and paragraph has a permalink, and no link is broken (C1-C7)."""

import posixpath
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from publisher.blocks.verify import SERVED
from publisher.content.address import find_paragraph
from tests.support.site.built_page import Node, read

PARTS = {
    "jia": (
        "1-p",
        "2-p",
        "2-1",
        "2-4",
        "3-1",
        "3-3",
        "4-1",
        "4-2",
        "4-3",
        "5-1",
        "5-4",
        "5-4-1",
        "5-4-2-1",
        "5-4-2-4",
        "5-4-5",
    ),
    "yi": ("1-p", "2-p", "2-1", "2-6", "3-1", "3-4", "4-1", "4-4", "5-p", "5-p-b", "5-p-c"),
    "bing": ("1-p", "2-p", "2-1", "2-8", "3-1", "3-3", "5-1", "5-1-b", "5-2", "5-3", "6-1", "6-4"),
    "ding": ("1-p", "2-p", "2-1", "2-4", "3-1", "3-2", "4-1", "4-2", "5-1", "5-2", "6-1", "6-3"),
}
STEMS = {"甲": "jia", "乙": "yi", "丙": "bing", "丁": "ding"}
HEADINGS = {"jia": 5, "yi": 5, "bing": 6, "ding": 6}


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        ("甲四1", "jia-4-1"),
        ("丙五1续", "bing-5-1-b"),
        ("丙二", "bing-2-p"),
        ("甲五4-2-1", "jia-5-4-2-1"),
        ("乙五续二", "yi-5-p-c"),
    ],
)
def test_an_address_names_its_permalink(words: str, identity: str) -> None:
    address = find_paragraph(words, STEMS)
    assert address is not None
    assert address.id == identity


@pytest.mark.parametrize("words", ["丙", "戊一", "丙五1续六", "deadlines", "丙五-1"])
def test_text_that_is_not_an_address_has_no_permalink(words: str) -> None:
    assert find_paragraph(words, STEMS) is None


@pytest.mark.proves("C3")
@pytest.mark.parametrize("key", PARTS)
def test_regimes_have_their_paragraphs_and_parts(key: str, main_of: Callable[[str], Node]) -> None:
    """C3-C7: the paragraph's address in the margin is the link to it."""
    main = main_of(f"regimes/{key}")
    for part in PARTS[key]:
        paragraph = main.by_id(f"{key}-{part}")
        assert paragraph is not None, part
        assert paragraph.find("a", class_="addr")[0].attributes["href"] == f"#{key}-{part}"
    assert [node.attributes["id"] for node in main.find("article")[0].find("h2")] == [
        f"{key}-{number}" for number in range(1, HEADINGS[key] + 1)
    ]


@pytest.mark.proves("C4", "C5", "C6", "C7")
def test_the_check_items_are_complete(main_of: Callable[[str], Node]) -> None:
    """C4 four, C5 six, C6 eight, C7 four."""
    for key, count in {"jia": 4, "yi": 6, "bing": 8, "ding": 4}.items():
        main = main_of(f"regimes/{key}")
        found = [number for number in range(1, 12) if main.by_id(f"{key}-2-{number}") is not None]
        assert found == list(range(1, count + 1))


def test_duties_and_services_link_to_themselves(main_of: Callable[[str], Node]) -> None:
    duty = main_of("duties").by_id("duty-03-1")
    service = main_of("services").by_id("service-4")
    assert duty is not None
    assert service is not None
    assert duty.find("a", class_="addr")[0].attributes["href"] == "#duty-03-1"
    assert service.find("a", class_="addr")[0].attributes["href"] == "#service-4"


def test_every_section_page_lists_its_work_items(main_of: Callable[[str], Node]) -> None:
    counts = {"office": (6, 1), "guidance": (8, 2), "management": (4, 2), "research": (2, 0)}
    for key, (work, services) in counts.items():
        main = main_of(f"sections/{key}")
        links = [node.attributes["href"] for node in main.find("a", class_="addr")]
        assert sum("../../duties/#duty-" in link for link in links) == work
        assert sum("../../services/#service-" in link for link in links) == services


def test_no_link_of_the_site_is_broken(site: Path) -> None:
    pages = {
        path.relative_to(site).as_posix(): read(path.read_text(encoding="utf-8")) for path in site.rglob("index.html")
    }
    dangling = [
        (name, link)
        for name, page in pages.items()
        for node in page.find("main")[0].find("a")
        if not _arrives(site, pages, name, link := node.attributes.get("href", ""))
    ]
    assert dangling == []


def _arrives(site: Path, pages: dict[str, Node], name: str, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme:
        return parts.scheme == "tel"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
    if parts.path.endswith((".", "/")):
        path = posixpath.normpath(f"{path}/index.html")
    if path not in pages:
        return (site / path).is_file() or path in SERVED
    return not parts.fragment or pages[path].by_id(unquote(parts.fragment)) is not None
