"""Promises that everything with a permalink can be found, and that what is found exists."""

from pathlib import Path

import pytest

from publisher.output.search_index import index
from tests.publisher.conftest import ROOT
from tests.support.site.built_page import read

SOURCE = Path(__file__).parents[1] / "responsibility-list.txt"


def test_every_index_entry_links_to_an_existing_anchor(site: Path) -> None:
    for entry in index(ROOT):
        path, _, anchor = entry["url"].partition("#")
        page = read((site / path / "index.html").read_text(encoding="utf-8"))
        assert not anchor or page.by_id(anchor) is not None, entry


def test_every_sentence_of_the_list_is_in_the_index() -> None:
    texts = [entry["text"] + entry["title"] for entry in index(ROOT)]
    sentences = [line.strip() for line in SOURCE.read_text(encoding="utf-8").splitlines() if len(line.strip()) > 20]
    assert [one for one in sentences if not any(one in text for text in texts)] == []


@pytest.mark.parametrize(
    ("words", "url"), [("自查报告", "regimes/bing/#bing-5-2"), ("18833073162", "services/#service-1")]
)
def test_everyday_words_find_the_place(words: str, url: str) -> None:
    assert url in [entry["url"] for entry in index(ROOT) if words in entry["text"]]


def test_the_index_page_lists_everything_without_javascript(site: Path) -> None:
    page = read((site / "search" / "index.html").read_text(encoding="utf-8")).find("main")[0]
    links = {node.attributes["href"] for node in page.find("a")}
    assert {"../regimes/bing/#bing-5-1-b", "../duties/#duty-03-1", "../services/#service-4"} <= links
    assert {"../laws/#law-archives-law", "../forms/annual-self-check/", "../sections/office/"} <= links
