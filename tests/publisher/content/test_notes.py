"""Promises that each irregularity of the source has a numbered note, linked both ways (domain.md §9)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.content.content import load_content
from tests.publisher.conftest import ROOT
from tests.support.site.built_page import Node, read

# Each oddity: the page, the id of what it is about, and words that the note must hold.
ODDITIES = [
    ("D1", "regimes/bing", "bing-4", "只有标题"),
    ("D1", "regimes/jia", "jia-5", "第五部分为止"),
    ("D1", "regimes/yi", "yi-5", "第五部分为止"),
    ("D2", "services", "service-4", "管理科"),
    ("D2", "sections/management", "services", "管理科"),
    ("D3", "regimes/yi", "yi-3-1", "设备"),
    ("D4", "regimes/yi", "yi-4-3", "市政府"),
    ("D5", "regimes/jia", "jia-4-3", "75 分"),
    ("D6", "regimes/jia", "jia-5-4", "评分表"),
    ("D7", "regimes/jia", "jia-2-p", "重点项目"),
    ("D8", "regimes/jia", "jia-4-1", "延报"),
    ("D10", "regimes/bing", "bing-2-3", "八防"),
    ("D11", "regimes/bing", "bing-2-4", "是否符合建立了"),
    ("D12", "regimes/bing", "bing-1-p", "三个范围"),
    ("D14", "regimes/ding", "ding-1-p", "上述许可"),
    ("D15", "regimes/ding", "ding-4-1", "行政机关"),
    ("D16", "regimes/yi", "yi-3-2", "冒号"),
    ("D17", "regimes", "title", "编号"),
    ("D18", "duties", "duty-05-1", "科室"),
    ("D19", "duties", "duty-10-1", "编辑研究科"),
    ("D20", "services", "service-1", "手机号码"),
    ("D21", "regimes/bing", "bing-5-2", "上年度"),
    ("D26", "regimes/jia", "jia-2-p", "废止"),
    ("D26", "regimes/yi", "yi-2-p", "废止"),
    ("D26", "regimes/bing", "bing-2-p", "取代"),
    ("D26", "regimes/ding", "ding-2-p", "取代"),
]


@pytest.mark.proves(
    "D1",
    "D2",
    "D3",
    "D4",
    "D5",
    "D6",
    "D7",
    "D8",
    "D10",
    "D11",
    "D12",
    "D14",
    "D15",
    "D16",
    "D17",
    "D18",
    "D19",
    "D20",
    "D21",
    "D26",
)
@pytest.mark.parametrize(("oddity", "page", "about", "words"), ODDITIES)
def test_each_irregularity_has_a_note_linked_both_ways(
    oddity: str, page: str, about: str, words: str, main_of: Callable[[str], Node]
) -> None:
    main = main_of(page)
    subject = main.by_id(about)
    assert subject is not None
    notes = [aside for aside in main.find("aside", class_="ed") if words in aside.text]
    assert notes, oddity
    for aside in notes:
        number = aside.attributes["id"].removeprefix("ed-")
        mark = main.by_id(f"r-{number}")
        assert mark is not None
        assert mark.attributes["href"] == f"#ed-{number}"
        assert mark.text == f"编注 {number}"
        assert aside.find("a")[-1].attributes["href"] == f"#r-{number}"
        assert aside.text.startswith(f"编注 {number}")
    if about != "services":
        assert any(subject.by_id(f"r-{aside.attributes['id'].removeprefix('ed-')}") for aside in notes)


def test_the_registered_irregularities_are_those_of_the_domain() -> None:
    wanted = {oddity for oddity, *_ in ODDITIES}
    assert set(load_content(ROOT).notes.oddities) == wanted


def test_notes_are_numbered_from_one_on_every_page(site: Path) -> None:
    for path in site.rglob("index.html"):
        asides = read(path.read_text(encoding="utf-8")).find("aside", class_="ed")
        numbers = [aside.attributes["id"] for aside in asides]
        assert numbers == [f"ed-{number}" for number in range(1, len(asides) + 1)], path
