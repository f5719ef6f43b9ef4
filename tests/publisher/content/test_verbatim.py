"""Promises that the responsibility list stands in the site as it is: every line, in order, nothing between (C1-C7)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.site.built_page import Node, official

SOURCE = Path(__file__).parents[1] / "responsibility-list.txt"
PAGES = ("", "duties", "services", "regimes", "regimes/jia", "regimes/yi", "regimes/bing", "regimes/ding")
REGIMES = {
    "jia": "（一）重点建设项目档案事项监管",
    "yi": "（二）电子档案事项监管",
    "bing": "（三）档案安全事项监管",
    "ding": "（四）档案出卖、出境等事项监管",
}


def source_lines() -> list[str]:
    return [line.strip() for line in SOURCE.read_text(encoding="utf-8").splitlines() if line.strip()]


def part_of_source(start: str, end: str | None) -> list[str]:
    """The lines from the last `start` to the next `end`: a regime's name stands twice, in the list and as a heading."""
    lines = source_lines()
    first = len(lines) - 1 - lines[::-1].index(start)
    return lines[first + 1 : lines.index(end, first + 1) if end else None]


@pytest.mark.proves("C1", "C2", "C3", "C4", "C5", "C6", "C7")
def test_the_site_holds_every_line_of_the_list_in_order(main_of: Callable[[str], Node]) -> None:
    shown = iter([piece for page in PAGES for piece in official(main_of(page))])
    missing = [line for line in source_lines() if line not in shown]
    assert missing == []


@pytest.mark.proves("C3", "C4", "C5", "C6", "C7")
@pytest.mark.parametrize("key", REGIMES)
def test_a_regime_holds_its_lines_and_nothing_else(key: str, main_of: Callable[[str], Node]) -> None:
    names = list(REGIMES.values())
    following = names[names.index(REGIMES[key]) + 1 :]
    article = main_of(f"regimes/{key}").find("article")[0]
    lines = source_lines()
    first = len(lines) - 1 - lines[::-1].index(REGIMES[key])
    last = len(lines) - 1 - lines[::-1].index(following[0]) if following else len(lines)
    assert official(article) == lines[first + 1 : last]


@pytest.mark.proves("C1", "C2")
@pytest.mark.parametrize(
    ("page", "start", "end"),
    [
        ("duties", "一、部门职责登记表", "二、公共服务事项登记表"),
        ("services", "二、公共服务事项登记表", "三、事中事后监督管理制度"),
    ],
)
def test_a_table_holds_its_lines_and_nothing_else(
    page: str, start: str, end: str, main_of: Callable[[str], Node]
) -> None:
    table = main_of(page).find("table")[0]
    assert official(table) == [start, *part_of_source(start, end)]


@pytest.mark.proves("C1", "C2")
def test_ten_duties_seventeen_work_items_five_services(main_of: Callable[[str], Node]) -> None:
    """C1, C2."""
    ids = [node.attributes.get("id", "") for node in main_of("duties").walk()]
    assert sum(bool(re.fullmatch(r"duty-\d\d", one)) for one in ids) == 10
    assert sum(bool(re.fullmatch(r"duty-\d\d-\d", one)) for one in ids) == 17
    assert [
        one for one in (node.attributes.get("id", "") for node in main_of("services").walk()) if "service-" in one
    ] == [f"service-{number}" for number in range(1, 6)]


@pytest.mark.proves("C1")
def test_offices_of_each_work_item(main_of: Callable[[str], Node]) -> None:
    """C1: 责任科室 by duty, in the order of the source."""
    table = main_of("duties").find("table")[0]
    cells = {
        row.attributes["id"]: official(row.find("td", class_="unit")[0])
        for row in table.find("tr")
        if row.attributes.get("id")
    }
    assert cells["duty-04-1"] == ["办公室"]
    assert cells["duty-05-1"] == ["业务指导科", "办公室"]
    assert cells["duty-07-2"] == ["编辑研究科"]
    assert cells["duty-10-1"] == ["办公室", "档案管理科", "业务指导科"]
