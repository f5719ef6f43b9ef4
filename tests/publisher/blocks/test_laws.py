"""Promises that the page of laws lists every 《…》 with every place that cites it, and that each place links back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.site.built_page import Node

SOURCE = Path(__file__).parents[1] / "responsibility-list.txt"
CITED = sorted(set(re.findall(r"《[^《》]+》", SOURCE.read_text(encoding="utf-8"))))
REGIMES = ("jia", "yi", "bing", "ding")


def row_of(laws: Node, name: str) -> Node:
    return next(row for row in laws.find("tr") if row.find("th") and row.find("th")[0].text.strip() == name)


@pytest.mark.proves("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9")
@pytest.mark.parametrize("name", CITED)
def test_places_and_laws_link_to_each_other(name: str, main_of: Callable[[str], Node]) -> None:
    row = row_of(main_of("laws"), name)
    listed = {node.attributes["href"] for node in row.find("a") if "regimes/" in node.attributes["href"]}
    citing = set()
    for key in REGIMES:
        for paragraph in main_of(f"regimes/{key}").find("div", class_="para"):
            if name in paragraph.text:
                citing.add(f"../regimes/{key}/#{paragraph.attributes['id']}")
                links = [link for link in paragraph.find("a") if link.text == name]
                assert {link.attributes["href"] for link in links} == {f"../../laws/#{row.attributes['id']}"}
                assert len(links) == paragraph.text.count(name)
    assert listed == citing
    assert citing


@pytest.mark.proves("L2", "L8")
def test_the_state_of_superseded_laws_is_shown(main_of: Callable[[str], Node]) -> None:
    """L2, L8: repealed and replaced, with the day and what took their place."""
    laws = main_of("laws")
    measures = row_of(laws, "《中华人民共和国档案法实施办法》").text
    assert "已废止" in measures
    assert "2024 年 3 月 1 日" in measures
    hebei = row_of(laws, "《河北省档案工作条例》").text
    assert "已被取代" in hebei
    assert "2024 年 10 月 1 日" in hebei


def test_an_unverified_law_is_marked(main_of: Callable[[str], Node]) -> None:
    assert "编者未核实现状" in row_of(main_of("laws"), "《河北省重点建设项目管理办法》").text
