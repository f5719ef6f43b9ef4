"""The list: newest first, filters that can be taken off one by one, pages, what stands beside each filing."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest

from tests.desk.conftest import Filer, SignIn, registration, rows_in, self_check
from tests.support.clock import Clock
from tests.support.filings import valid_self_check

DAY = timedelta(days=1)


@pytest.fixture
def filed(file: Filer, clock: Clock) -> dict[str, str]:
    """A late report, one on time, and a registration, a day apart."""
    numbers = {"registration": file(registration(1), form="key-project-registration")}
    clock.at += DAY
    numbers["on_time"] = file(self_check(1))
    clock.at = datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    numbers["late"] = file(self_check(2))
    return numbers


def test_newest_first_with_count_and_words(signed_in: SignIn, filed: dict[str, str]) -> None:
    page = signed_in().get("/desk/submissions").text
    assert rows_in(page) == [filed["late"], filed["on_time"], filed["registration"]]
    assert "共 3 件，新到的在前" in page
    assert "viewer（查看员）" in page
    assert '<time datetime="2026-10-01T00:00:00+08:00">2026-10-01 00:00</time>' in page
    assert page.count('<span class="st st--late">延报</span>') == 1
    assert page.count('<span class="st st--wait">待审核</span>') == 3
    assert "2025 年度" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("form=annual-self-check", ["late", "on_time"]),
        ("form=key-project-registration", ["registration"]),
        ("period=2025", ["late", "on_time"]),
        ("timeliness=late", ["late"]),
        ("timeliness=on_time", ["on_time", "registration"]),
        ("status=submitted", ["late", "on_time", "registration"]),
        ("status=contested", []),
        ("q=" + quote("示例县第2中学"), ["late"]),
        ("q=" + quote("第2中学 示例"), ["late"]),
        ("unit=" + quote("示例县第1中学"), ["on_time"]),
        ("form=annual-self-check&timeliness=on_time", ["on_time"]),
        ("form=no-such-form", []),
    ],
)
def test_each_filter_narrows(signed_in: SignIn, filed: dict[str, str], query: str, found: list[str]) -> None:
    client = signed_in()
    expected = [filed[name] for name in found]
    assert rows_in(client.get(f"/desk/?{query}").text) == expected
    listed = client.get(f"/api/desk/submissions?{query}").json()
    assert [item["number"] for item in listed["items"]] == expected
    assert listed["next"] is None


def test_a_number_is_found_as_words(signed_in: SignIn, filed: dict[str, str]) -> None:
    assert rows_in(signed_in().get(f"/desk/?q={filed['late']}").text) == [filed["late"]]


def test_each_chip_takes_one_filter_off(signed_in: SignIn, filed: dict[str, str]) -> None:
    page = signed_in().get("/desk/?form=annual-self-check&timeliness=late&q=" + quote("示例 中学")).text
    chips = {
        word: unescape(link)
        for link, word in re.findall(r'<li><a href="/desk/submissions([^"]*)"\s+aria-label="去掉筛选：([^"]*)"', page)
    }
    assert set(chips) == {"自查报告", "延报", "示例", "中学"}
    assert chips["延报"] == "?form=annual-self-check&q=" + quote("示例 中学").replace("%20", "+")
    assert chips["示例"] == "?form=annual-self-check&timeliness=late&q=" + quote("中学")
    assert '<a class="all" href="/desk/submissions">全部清除</a>' in page


def test_an_empty_search_offers_to_remove_a_filter(signed_in: SignIn, filed: dict[str, str]) -> None:
    page = signed_in().get("/desk/?timeliness=late&form=key-project-registration").text
    assert "没有符合这些条件的填报。" in page
    assert "去掉“延报”再看" in page
    assert "<table" not in page


def test_nothing_filed_says_where_filings_come_from(signed_in: SignIn) -> None:
    page = signed_in().get("/desk/submissions").text
    assert "还没有收到填报。" in page
    assert "共 0 件" in page


@pytest.mark.parametrize("query", ["timeliness=never", "status=lost", "q=" + "x" * 101, "q=" + "+".join("abcdefghijk")])
def test_a_filter_that_cannot_match_is_named(signed_in: SignIn, query: str) -> None:
    client = signed_in()
    assert client.get(f"/desk/?{query}", headers={"accept": "text/html"}).status_code == 400
    assert client.get(f"/api/desk/submissions?{query}").status_code == 400


@pytest.mark.parametrize("query", ["cursor=made-up", "limit=0", "limit=201", "limit=x"])
def test_a_forged_cursor_or_limit_is_refused(signed_in: SignIn, filed: dict[str, str], query: str) -> None:
    assert signed_in().get(f"/api/desk/submissions?{query}").status_code in (400, 404)


def test_pages_lead_to_older_and_back(signed_in: SignIn, file: Filer, clock: Clock) -> None:
    numbers = []
    for unit in range(1, 121):
        clock.at += timedelta(seconds=1)
        numbers.append(file(self_check(unit)))
    newest_first = numbers[::-1]
    client = signed_in()
    first = client.get("/desk/submissions").text
    assert rows_in(first) == newest_first[:50]
    assert "较新的（没有了）" in first
    second = client.get("/desk/submissions" + pager(first, "较早的 50 件")).text
    assert rows_in(second) == newest_first[50:100]
    third = client.get("/desk/submissions" + pager(second, "较早的 50 件")).text
    assert rows_in(third) == newest_first[100:]
    assert "较早的（没有了）" in third
    back = client.get("/desk/submissions" + pager(third, "较新的 50 件")).text
    assert rows_in(back) == newest_first[50:100]


def pager(page: str, words: str) -> str:
    found = re.search(rf'<a href="/desk/submissions([^"]*)">{words}</a>', page)
    assert found, page[-900:]
    return unescape(found.group(1))


def test_previous_and_next_follow_the_list_over_page_ends(signed_in: SignIn, file: Filer, clock: Clock) -> None:
    numbers = []
    for unit in range(1, 53):
        clock.at += timedelta(seconds=1)
        numbers.append(file(self_check(unit)))
    newest_first = numbers[::-1]
    client = signed_in()
    link = f"/desk/submissions/{newest_first[0]}?form=annual-self-check"
    walked = []
    while link:
        page = client.get(link).text
        walked.append(re.search(r'class="code">([^<]+)<', page).group(1))  # type: ignore[union-attr]
        following = re.search(r'<a href="([^"]*)">下一件</a>', page)
        link = unescape(following.group(1)) if following else ""
    assert walked == newest_first
    previous = re.search(r'<a href="([^"]*)">上一件</a>', page)
    assert previous
    assert newest_first[-2] in previous.group(1)
    assert "上一件" not in client.get(f"/desk/submissions/{newest_first[0]}").text


def test_contested_filings_name_each_other(signed_in: SignIn, file: Filer, clock: Clock) -> None:
    """A second filing for the same unit and year, let in by `contest`, marks both as 重复待核."""
    first = file(self_check(7))
    file(self_check(8))
    clock.at += DAY
    second = file(self_check(7), contest=True)
    client = signed_in()
    page = client.get("/desk/?status=contested").text
    assert rows_in(page) == [second, first]
    assert page.count('<span class="st st--twin">重复待核</span>') == 2
    assert f"与 {first} 重复" in page
    assert f"与 {second} 重复" in page
    assert f'href="/desk/submissions/{second}"' in client.get(f"/desk/submissions/{first}").text
    assert f"与 {first} 重复" in client.get(f"/desk/?q={second}").text
    listed = client.get("/api/desk/submissions").json()["items"]
    assert {item["number"] for item in listed if item["contested"]} == {first, second}


def test_a_unit_name_with_markup_stays_text(signed_in: SignIn, file: Filer) -> None:
    evil = "<script>alert(1)</script>\"'&学校"
    number = file(valid_self_check(unit_name=evil))
    client = signed_in()
    for path in (
        "/desk/submissions",
        f"/desk/submissions/{number}",
        "/desk/?q=" + quote(evil),
        "/desk/?unit=" + quote(evil),
    ):
        page = client.get(path).text
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_search_words_are_never_logged(
    signed_in: SignIn, filed: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="qingdan")
    client = signed_in()
    client.get("/desk/?q=" + quote("秘密的词"))
    client.get("/desk/?q=" + "x" * 200)
    client.get("/api/desk/submissions?q=" + quote("秘密的词") + "&limit=x")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("qingdan")]
    assert not [line for line in ours if "秘密" in line or "%E7%A7%98" in line or "xxx" in line]
