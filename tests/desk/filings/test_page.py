"""One filing: every answer readable, who to call, what happened; and the same for programs."""

from __future__ import annotations

import json
import re

import pytest

from functions.bootstrap import Services
from functions.records.event import canonical, digest_body
from functions.track.corrections import Corrections
from functions.web.filing.stepper import Stepper
from tests.desk.conftest import Filer, SignIn, registration, self_check
from tests.support.clock import Clock
from tests.support.filings import valid_self_check
from tests.support.forms import changed


def test_the_filing_page_shows_the_facts(signed_in: SignIn, file: Filer, services: Services) -> None:
    number = file()
    page = signed_in().get(f"/desk/submissions/{number}").text
    assert "<title>示例县第一中学 2025 年度自查报告 - " in page
    assert f'<span class="code">{number}</span>' in page
    assert "第 1 版（共 1 版）" in page
    assert '<time datetime="2026-09-18T10:24:07+08:00">2026-09-18 10:24</time>' in page
    assert '<span class="st st--ok">按期</span>' in page
    assert "<dt>截止日期</dt><dd>2026-09-30</dd>" in page
    assert '示例乙　<a href="tel:00001234567">0000-1234567</a>' in page
    digest = services.records.read(number).events[-1].digest
    assert " ".join(re.findall("." * 8, digest)) in page
    assert "2026-09-18 10:24:07</time>" in page


@pytest.mark.parametrize("form", ["annual-self-check", "key-project-registration"])
def test_every_answer_is_there_to_read(signed_in: SignIn, file: Filer, form: str) -> None:
    data = self_check(1) if form == "annual-self-check" else registration(1)
    page = signed_in().get(f"/desk/submissions/{file(data, form=form)}").text
    shown = re.sub(r"\s|(?<=\d),(?=\d)", "", re.sub(r"<[^>]+>", "", page))
    missing = [text for text in texts(data) if re.sub(r"\s", "", text) not in shown]
    assert missing == []
    assert "声明" in shown


def texts(value: object) -> list[str]:
    """The answers that are shown as they were typed: Chinese texts and numbers."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [str(value)]
    return [value] if isinstance(value, str) and re.search("[\u4e00-\u9fff]|^[0-9.]+$", value) else []


def test_warnings_are_said_in_words_on_both_pages(signed_in: SignIn, file: Filer) -> None:
    data = registration(1)
    data["people"]["staff"] = {"fulltime_staff": 0, "parttime_staff": 0}
    number = file(data, form="key-project-registration")
    client = signed_in()
    page = client.get(f"/desk/submissions/{number}").text
    assert "请看 1 处提醒" in page
    assert '<span class="warn">' in page
    [item] = client.get("/api/desk/submissions").json()["items"]
    assert len(item["warnings"]) == 1
    assert item["warnings"][0].partition("。")[0] in client.get("/desk/submissions").text


def test_an_unknown_number_is_not_found(signed_in: SignIn) -> None:
    client = signed_in()
    answer = client.get("/desk/submissions/SC-2026-ABCDEF", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert "回到列表" in answer.text
    assert client.get("/api/desk/submissions/SC-2026-ABCDEF").json()["status"] == 404


def test_a_program_gets_versions_and_events(signed_in: SignIn, file: Filer, services: Services) -> None:
    data = valid_self_check()
    number = file(data)
    record = signed_in().get(f"/api/desk/submissions/{number}").json()
    [version], [event] = record["versions"], record["events"]
    assert version["data"] == data
    assert (version["version"], event["sequence"], event["type"]) == (1, 1, "submitted")
    stored = services.records.read(number).events[0]
    assert record["digest"] == event["digest"] == stored.digest
    assert stored.salt is not None
    assert stored.body is not None
    assert digest_body(stored.salt, canonical(json.loads(stored.body))) == event["body_digest"]
    assert "access_code" not in json.dumps(record)


def test_every_offered_link_works(signed_in: SignIn, file: Filer, clock: Clock) -> None:
    client = signed_in("admin")
    number = file()
    for path in ("/desk/", "/desk/submissions", f"/desk/submissions/{number}", "/desk/password"):
        page = client.get(path).text
        links = set(re.findall(r'href="(/[^"#?]*)', page))
        for link in links:
            if link.startswith("/desk"):
                assert client.get(link).status_code == 200, link
        assert 'href="#"' not in page


def test_of_many_versions_the_last_are_told_whole_and_compared(
    signed_in: SignIn, file: Filer, services: Services
) -> None:
    number = file()
    stepper = Stepper(services)
    corrections = Corrections(services, stepper)
    for version in range(1, 8):
        data = changed(valid_self_check(), {"/holdings/y30/y30_items": 1000 + version})
        act = corrections.act(data, version=version, contest=False, key=None)
        corrections.take(number, act, data, version=version, contest=False)
    client = signed_in()
    told = client.get(f"/api/desk/submissions/{number}").json()["versions"]
    assert ["link" in version for version in told] == [True] * 3 + [False] * 5
    assert "data" in client.get(told[2]["link"]).json()["versions"][0]
    page = client.get(f"/desk/submissions/{number}").text
    assert "第 3 版和更早的改动没有列在这里" in page
    assert [f"第 {place} 版" in page for place in (4, 8)] == [True, True]
    assert "第 1 版全文" in page, "each can be looked at by itself"
