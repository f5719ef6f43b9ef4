"""Promises of the history of changes: each is listed, marked where it was made, linked both ways, and in the feed."""

from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from publisher.check import check_content
from publisher.content.content import load_content
from publisher.data.feed import feed
from tests.publisher.test_extension import draw
from tests.support.site.built_page import Node, official

ATOM = "{http://www.w3.org/2005/Atom}"
CHANGES = """changes:
  - date: 2026-07-02
    what: 责任科室由办公室改为业务指导科。
    at: [duty-02-1, service-1]
  - date: 2026-07-02
    what: 改正一个错字。
    at: [丙六3]
    was: 单位未定期提交自查报告的<旧>
  - date: 2026-01-01
    what: 责任清单开始公布。
"""


@pytest.fixture
def changed(project: Path) -> Path:
    (project / "content" / "data" / "changes.yml").write_text(CHANGES, encoding="utf-8")
    return project


def by_id(page: Node, identity: str) -> Node:
    found = page.by_id(identity)
    assert found is not None, identity
    return found


def test_every_change_is_listed_with_its_day_its_place_and_what_stood_there(changed: Path) -> None:
    page = draw(changed, "changes.md")
    rows = [row for row in page.find("tr") if row.attributes.get("id", "").startswith("c-")]
    assert [row.attributes["id"] for row in rows] == ["c-2026-07-02-2", "c-2026-07-02-1", "c-2026-01-01-1"]
    assert "2026 年 7 月 2 日" in rows[1].text
    assert rows[1].find("del")[0].text == "单位未定期提交自查报告的<旧>"
    assert [link.attributes["href"] for link in rows[0].find("a")] == ["duties.md#duty-02-1", "services.md#service-1"]
    assert "整份清单" in rows[2].text


@pytest.mark.parametrize(
    ("page", "place", "link"),
    [
        ("regimes/bing.md", "bing-6-3", "../changes.md#c-2026-07-02-1"),
        ("duties.md", "duty-02-1", "changes.md#c-2026-07-02-2"),
        ("services.md", "service-1", "changes.md#c-2026-07-02-2"),
        ("sections/office.md", "work-items", "../changes.md#c-2026-07-02-2"),
    ],
)
def test_a_changed_place_is_marked_outside_its_official_text(changed: Path, page: str, place: str, link: str) -> None:
    drawn = draw(changed, page)
    marks = [one for one in drawn.find("span", class_="ref") if "2026 年 7 月 2 日改" in one.text]
    assert link in [mark.find("a")[0].attributes["href"] for mark in marks]
    if place != "work-items":
        node = by_id(drawn, place)
        assert [mark.text for mark in node.find("span", class_="ref")].count("〔2026 年 7 月 2 日改〕") == 1
        assert "改" not in "".join(official(node)).replace("整改", "").replace("改正", "")


def test_an_unchanged_place_carries_no_mark(changed: Path) -> None:
    assert by_id(draw(changed, "regimes/bing.md"), "bing-6-4").find("span", class_="ref") == []


def test_the_feed_has_every_change_newest_first_under_names_that_stay(changed: Path) -> None:
    first = fromstring(feed(load_content(changed)))
    entries = first.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "职责 2-1、服务 1：责任科室由办公室改为业务指导科。",
        "丙六3：改正一个错字。",
        "责任清单开始公布。",
    ]
    assert first.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated") == "2026-07-02T00:00:00+08:00"
    assert all(datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "") for entry in entries)
    assert "原为：单位未定期提交自查报告的<旧>" in (entries[1].findtext(f"{ATOM}content") or "")
    assert [entry.find(f"{ATOM}link").attrib["href"] for entry in entries][1] == "changes/#c-2026-07-02-1"  # type: ignore[union-attr]
    path = changed / "content" / "data" / "changes.yml"
    later = "changes:\n  - date: 2026-07-02\n    what: 又改一处。\n" + CHANGES.removeprefix("changes:\n")
    path.write_text(later, encoding="utf-8")
    second = fromstring(feed(load_content(changed))).findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in second[1:]] == [one.findtext(f"{ATOM}id") for one in entries]
    assert len({one.findtext(f"{ATOM}id") for one in second}) == 4


def test_the_feed_has_whole_addresses_once_the_site_has_one(changed: Path) -> None:
    settings = changed / "mkdocs.yml"
    text = settings.read_text(encoding="utf-8").replace('site_url: ""', 'site_url: "https://www.example.gov.cn/daj"')
    settings.write_text(text, encoding="utf-8")
    root = fromstring(feed(load_content(changed)))
    links = [link.attrib["href"] for link in root.iter(f"{ATOM}link")]
    assert links[:3] == [
        "https://www.example.gov.cn/daj/changes/",
        "https://www.example.gov.cn/daj/changes.atom",
        "https://www.example.gov.cn/daj/changes/#c-2026-07-02-2",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "cause"),
    [
        ("at: [丙六3]", "at: [丙六9]", 7, "没有编号是“丙六9”的地方"),
        ("date: 2026-01-01", "date: 2026-08-01", 9, "写在了更早的下面"),
        ("what: 改正一个错字。", "what: ''", 6, "“what”是空的"),
    ],
)
def test_a_mistake_in_the_history_stops_the_build(changed: Path, old: str, new: str, line: int, cause: str) -> None:
    path = changed / "content" / "data" / "changes.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (problem,) = check_content(changed)
    assert (problem.file, problem.line) == ("content/data/changes.yml", line)
    assert cause in problem.cause


def test_before_the_first_entry_no_day_is_invented(project: Path) -> None:
    """The list has no publication date of its own; the publisher gives it."""
    assert load_content(project).changes.changes == []
    page = draw(project, "changes.md")
    assert next(one.text for one in page.find("p", class_="empty")).startswith("还没有记录")
    assert page.find("table") == []
    assert page.find("time") == []
    first = fromstring(feed(load_content(project)))
    assert first.findall(f"{ATOM}entry") == []
    assert first.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00+08:00"
