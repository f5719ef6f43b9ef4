"""Review at the desk by plain HTML: decide, note, reopen, void, a new code; the slower officer sees the conflict."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.records.state import State, fold
from functions.staff.audit_log import Sought, body_of
from tests.desk.conftest import ComeIn, Filer, registration, self_check
from tests.support.clock import Clock
from tests.support.filings import valid_self_check
from tests.support.forms import changed
from tests.support.markup import Page, read_page
from tests.support.records import four_eyed

FORM = {"content-type": "application/x-www-form-urlencoded"}
RETURN = {"decision": "return", "opinion": "30 年档案数量漏填。", "correction_due": "2026-09-25"}


class Officer:
    """A browser of one of the staff, on the page of a filing."""

    def __init__(self, client: TestClient, number: str, query: str = "") -> None:
        self.client, self.number, self.query = client, number, query
        self.page = self.open()

    def open(self, more: str = "") -> Page:
        answer = self.client.get(f"/desk/submissions/{self.number}{self.query}{more}")
        assert answer.status_code == 200, answer.text
        assert "style=" not in answer.text
        return read_page(answer.text)

    def hidden(self, ending: str, kind: str = "") -> dict[str, str]:
        """The hidden fields of the form at this address; `kind` tells the three decisions apart."""
        forms = self.page.find("form")
        held = self.page.elements
        for form in forms:
            if ending not in form.attributes["action"]:
                continue
            start = held.index(form)
            found: dict[str, str] = {}
            for each in held[start + 1 :]:
                if each.name == "form":
                    break
                if each.attributes.get("type") == "hidden":
                    found.setdefault(each.attributes["name"], each.attributes["value"])
            if not kind or found.get("decision") == kind:
                return found
        raise AssertionError(f"no form at {ending}")

    def post(self, step: str, answers: Any, kind: str = "") -> Any:
        fields = [*self.hidden(f"/{step}", kind).items()]
        given = [*answers.items()] if isinstance(answers, dict) else answers
        fields = [(name, value) for name, value in fields if name not in dict(given)]
        address = f"/desk/submissions/{self.number}/{step}{self.query}"
        return self.client.post(address, content=urlencode([*fields, *given]), headers=FORM)


def state_of(services: Services, number: str) -> State:
    return fold(services.records.read(number).events)


def types(services: Services, number: str) -> list[str]:
    return [event.type for event in services.records.read(number).events]


def test_nothing_is_decided_until_an_officer_has_chosen(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    choices = officer.page.find("input", name="decision", type="radio")
    assert [each.attributes["value"] for each in choices] == ["accept", "return"]
    assert not [each for each in choices if "checked" in each.attributes]
    answer = officer.post("decision", {})
    assert answer.status_code == 422
    assert "请选接受，或者退回补正" in answer.text
    assert types(services, officer.number) == ["submitted"]


@pytest.mark.proves("T8")
def test_a_filing_is_returned_with_opinion_date_and_fields(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    boxes = officer.page.find("input", name="field")
    assert {"/unit/contact_phone", "/holdings/y30", "/databases/databases/1/name"} <= {
        each.attributes["value"] for each in boxes
    }
    assert {each.attributes["form"] for each in boxes} == {officer.page.one("form", id="decide").attributes["id"]}
    fields = [("field", "/holdings/y30"), ("field", "/unit/contact_phone")]
    answer = officer.post("decision", [*RETURN.items(), *fields])
    assert answer.status_code == 303
    state = state_of(services, officer.number)
    assert (state.status, state.opinion, state.correction_due) == ("returned", RETURN["opinion"], "2026-09-25")
    assert state.asked == ("/holdings/y30", "/unit/contact_phone")
    after = officer.client.get(answer.headers["location"]).text
    assert "示例县第一中学（" in after, "what was done is said on the page that comes after"
    assert "：退回" in after
    assert "reviewer（审核员）" in after
    assert "要改的栏：30 年档案、联系电话" in after
    assert '<span class="st st--back">已退回</span>' in after


def test_everything_wrong_is_named_and_nothing_written_is_lost(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    officer = Officer(come_in("reviewer"), file())
    wrong = {"decision": "return", "opinion": "  ", "correction_due": "2026-09-18"}
    answer = officer.post("decision", [*wrong.items(), ("field", "/unit/uscc")])
    page = read_page(answer.text)
    assert answer.status_code == 422
    assert page.one("title").text.startswith("有 2 处要改")
    links = [
        each.attributes["href"]
        for each in page.find("a")
        if each.attributes.get("href") in ("#opinion", "#correction_due")
    ]
    assert links == ["#opinion", "#correction_due"]
    assert page.one("textarea", id="opinion").attributes["aria-invalid"] == "true"
    assert page.one("input", id="correction_due").attributes["value"] == "2026-09-18"
    chosen = [each.attributes["value"] for each in page.find("input", name="decision") if "checked" in each.attributes]
    assert chosen == ["return"]
    ticked = [each.attributes["value"] for each in page.find("input", name="field") if "checked" in each.attributes]
    assert ticked == ["/unit/uscc"]
    assert types(services, officer.number) == ["submitted"]


def test_an_acceptance_from_the_queue_leads_to_the_next_one(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    numbers = []
    for unit in (1, 2, 3):
        clock.at += timedelta(seconds=1)
        numbers.append(file(self_check(unit)))
    client = come_in("reviewer")
    officer = Officer(client, numbers[2], "?status=waiting")
    assert "第 1 件，共 3 件待我处理" in officer.page.one("nav", aria_label="前后件").text
    answer = officer.post("decision", {"decision": "accept"})
    assert answer.headers["location"].startswith(f"/desk/submissions/{numbers[1]}?status=waiting&")
    landed = client.get(answer.headers["location"]).text
    assert f"示例县第3中学（{numbers[2]}）：接受" in landed
    assert '<span class="cnt">2</span>' in landed
    answer = Officer(client, numbers[1], "?status=waiting").post("decision", RETURN)
    assert answer.headers["location"].startswith(f"/desk/submissions/{numbers[0]}?")
    answer = Officer(client, numbers[0], "?status=waiting").post("decision", {"decision": "accept"})
    assert answer.headers["location"].startswith("/desk/submissions?status=waiting&done=")
    empty = client.get(answer.headers["location"]).text
    assert "现在没有待您处理的填报" in empty
    assert "：接受" in empty


def test_a_click_twice_decides_once(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    answers = [officer.post("decision", {"decision": "accept"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert types(services, officer.number) == ["submitted", "accepted"]


def test_the_slower_of_two_officers_sees_who_decided_what_and_when(
    come_in: ComeIn, file: Filer, services: Services, clock: Clock
) -> None:
    number = file()
    first, second = Officer(come_in("reviewer"), number), Officer(come_in("admin"), number)
    clock.at += timedelta(minutes=5)
    assert first.post("decision", {"decision": "accept"}).status_code == 303
    answer = second.post("decision", RETURN)
    assert answer.status_code == 412
    page = read_page(answer.text)
    assert "reviewer（审核员）在 2026-09-18 10:29 接受" in page.one(class_="errors").text
    assert types(services, number) == ["submitted", "accepted"]


def test_after_a_note_of_another_the_decision_can_be_taken_again(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    number = file()
    slow, quick = Officer(come_in("reviewer"), number), Officer(come_in("officer"), number)
    quick.post("note", {"text": "已打电话核实。"})
    answer = slow.post("decision", RETURN)
    assert answer.status_code == 412
    slow.page = read_page(answer.text)
    assert "officer（经办员）" in slow.page.one(class_="errors").text
    assert slow.page.one("textarea", id="opinion").text.strip() == RETURN["opinion"], "what was written is still there"
    assert slow.post("decision", RETURN).status_code == 303
    assert types(services, number) == ["submitted", "noted", "returned"]


def test_an_officer_returns_and_a_reviewer_accepts(come_in: ComeIn, file: Filer, services: Services) -> None:
    number = file()
    officer = Officer(come_in("officer"), number)
    assert not officer.page.find("input", type="radio")
    assert "接受由审核员决定" in officer.page.one("form", id="decide").text
    refused = officer.post("decision", {"decision": "accept"})
    assert (refused.status_code, "您的角色没有这项权限" in refused.text) == (403, True)
    assert officer.post("decision", RETURN).status_code == 303
    viewer = Officer(come_in("viewer"), number)
    assert not [each for each in viewer.page.find("form") if "submissions" in each.attributes["action"]]
    assert not viewer.page.find("input", name="field")


def test_the_date_of_a_returned_filing_can_be_moved(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("officer"), file())
    officer.post("decision", RETURN)
    officer.page = officer.open()
    assert officer.page.one("textarea", id="opinion").text.strip() == RETURN["opinion"]
    assert officer.page.one("input", id="correction_due").attributes["value"] == "2026-09-25"
    assert officer.post("decision", RETURN | {"correction_due": "2026-10-09"}).status_code == 303
    assert state_of(services, officer.number).correction_due == "2026-10-09"


def test_an_acceptance_is_reopened_with_a_reason(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    officer.post("decision", {"decision": "accept"})
    officer.page = officer.open()
    assert not officer.page.find("form", id="decide")
    wrong = officer.post("decision", {"reason_reopen": ""}, "reopen")
    assert wrong.status_code == 422
    assert "open" in read_page(wrong.text).find("details")[0].attributes, "the fold with the mistake is open"
    assert read_page(wrong.text).one("textarea", id="reason_reopen").attributes["aria-invalid"] == "true"
    assert officer.post("decision", {"reason_reopen": "接受后发现漏报一个数据库。"}, "reopen").status_code == 303
    state = state_of(services, officer.number)
    assert (state.status, state.opinion) == ("submitted", "接受后发现漏报一个数据库。")


def test_one_of_two_contested_filings_is_voided_and_the_other_accepted(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    stranger, own = file(self_check(7)), file(self_check(7), contest=True)
    client = come_in("reviewer")
    officer = Officer(client, own)
    assert not officer.page.find("input", type="radio"), "no acceptance before it is resolved"
    assert stranger in officer.page.find(class_="say--warn")[0].text
    other = Officer(client, stranger)
    assert other.post("decision", {"reason_void": "不是该单位报的。"}, "void").status_code == 303
    assert services.records.read(stranger).summary.status == "voided"
    assert not services.records.read(own).summary.contested
    officer.page = officer.open()
    assert officer.post("decision", {"decision": "accept"}).status_code == 303
    other.page = other.open()
    refused = other.post("decision", {"reason_reopen": "作废错了。"}, "reopen")
    assert refused.status_code == 409
    assert "已经由另一件占着" in read_page(refused.text).one(class_="errors").text
    assert services.records.read(stranger).summary.status == "voided"


def test_a_wrong_voiding_is_taken_back(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    officer.post("decision", {"reason_void": "示例"}, "void")
    officer.page = officer.open()
    assert officer.post("decision", {"reason_reopen": "作废错了。"}, "reopen").status_code == 303
    assert services.records.read(officer.number).summary.status == "submitted"


def test_four_eyes_say_who_is_first_and_who_second(come_in: ComeIn, services: Services, clock: Clock) -> None:
    definition = four_eyed()
    services.records.keep_document(definition.digest, definition.document)
    number = _file_as(services, definition)
    first, second = come_in("reviewer"), come_in("admin")
    officer = Officer(first, number)
    assert "本表须两人审核" in officer.page.one("form", id="decide").text
    assert officer.post("decision", {"decision": "accept"}).status_code == 303
    own = officer.open()
    assert "您已同意接受，请等另一位审核员" in own.one("form", id="decide").text
    assert not own.find("input", type="radio")
    assert "待第二人审核" in own.one("dl", class_="slip").text
    assert number not in first.get("/desk/?status=waiting").text
    assert number in second.get("/desk/?status=waiting").text
    assert Officer(second, number).post("note", {"text": "已看过原件。"}).status_code == 303
    other = Officer(second, number)
    assert "reviewer已同意接受，您是第二人" in other.page.one("form", id="decide").text
    assert other.post("decision", {"decision": "accept"}).status_code == 303
    story = other.open().one("ol", class_="time").text
    assert "接受（第二人）　admin（管理员）" in story
    assert "同意接受（第一人）　reviewer（审核员）" in story
    assert services.records.read(number).summary.status == "accepted"


def _file_as(services: Services, definition: Any) -> str:
    from datetime import date

    from functions.records.filing import prepare

    step = prepare(
        definition,
        valid_self_check(),
        at=services.clock(),
        due=date(2026, 9, 30),
        timeliness="on_time",
        contest=False,
        idempotency_key=None,
        request_digest="",
        keys=services.keys,
        entropy=services.entropy,
    )
    services.records.append(step).result()
    return step.summary.number


def test_a_note_stays_among_officers_and_is_left_whatever_happens(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    number = file()
    officer, other = Officer(come_in("officer"), number), Officer(come_in("reviewer"), number)
    other.post("decision", {"decision": "accept"})
    assert officer.post("note", {"text": "已打电话核实。\n第二行"}).status_code == 303
    assert officer.post("note", {"text": " "}).status_code == 422
    page = officer.open()
    assert "已打电话核实。\n第二行" in page.one("ol", class_="time").text
    assert types(services, number) == ["submitted", "accepted", "noted"]


def test_a_new_code_is_shown_once_and_the_old_one_stops_working(
    come_in: ComeIn, file: Filer, services: Services
) -> None:
    officer = Officer(come_in("officer"), file())
    assert officer.post("code", {"checked": ""}).status_code == 422
    answer = officer.post("code", {"checked": "按表里的电话回拨，示例乙接听。"})
    code = read_page(answer.text).one("p", class_="secret").text
    state = state_of(services, officer.number)
    assert state.code.epoch == 2
    assert code == services.keys.access_code(officer.number, kid=state.code.kid, epoch=2)
    assert answer.headers["cache-control"] == "no-store" if "cache-control" in answer.headers else True
    again = officer.open()
    assert code not in again.one("main", id="main").text
    assert "示例乙接听" in again.one("ol", class_="time").text
    stale = officer.post("code", {"checked": "再打一次。", "key": "another"})
    assert stale.status_code == 412, "two officers must not give two codes, one of which is dead"


def test_versions_are_tabs_and_what_changed_comes_first(come_in: ComeIn, file: Filer, services: Services) -> None:
    number = file()
    Officer(come_in("officer"), number).post("decision", RETURN)
    _correct(services, number, changed(valid_self_check(), {"/holdings/y30/y30_items": 1264}))
    officer = Officer(come_in("reviewer"), number)
    tabs = officer.page.one("ul", class_="tabs").text
    assert tabs.startswith("改了什么第 2 版全文第 1 版全文过程记录")
    assert officer.page.one("table", class_="diff").text.count("1264") == 1
    assert "其余" in officer.page.one("main", id="main").text
    assert "补正后待审核" in officer.page.one("dl", class_="slip").text
    slip = officer.page.one("dl", class_="slip").text.replace("\n", "")
    assert "补正提交2026-09-18 10:24补正期限2026-09-25　按期补正" in slip
    old = officer.open("?view=1")
    assert not old.find("table", class_="diff")
    assert "960 件" in old.one("main", id="main").text
    assert not old.find("input", name="field"), "only what counts now can be asked to be changed"
    assert officer.open("?view=99").one("ul", class_="tabs").text == tabs


def _correct(services: Services, number: str, data: Any) -> None:
    from functions.track.corrections import Corrections
    from functions.web.filing.stepper import Stepper

    stepper = Stepper(services)
    corrections = Corrections(services, stepper)
    act = corrections.act(data, version=1, contest=False, key=None)
    corrections.take(number, act, data, version=1, contest=False)


def test_markup_in_notes_and_opinions_is_escaped(come_in: ComeIn, file: Filer) -> None:
    officer = Officer(come_in("officer"), file())
    attack = "<script>alert(1)</script>"
    officer.post("note", {"text": attack})
    officer.post("decision", RETURN | {"opinion": attack})
    officer.page = officer.open()
    officer.post("decision", RETURN | {"opinion": attack})
    answer = officer.client.get(f"/desk/submissions/{officer.number}")
    assert attack not in answer.text
    assert attack in unescape(answer.text)


def test_the_queue_counts_what_waits_and_leaves_out_the_rest(come_in: ComeIn, file: Filer) -> None:
    numbers = [file(self_check(unit)) for unit in (1, 2, 3)]
    client = come_in("reviewer")
    Officer(client, numbers[0]).post("decision", RETURN)
    Officer(client, numbers[1]).post("decision", {"decision": "accept"})
    queue = client.get("/desk/?status=waiting").text
    assert re.findall(r'name="number" value="([^"]+)"', queue) == [numbers[2]]
    assert "<h1>待我处理</h1>" in queue
    assert 'aria-current="page">待我处理 <span class="cnt">1</span>' in queue
    whole = client.get("/desk/submissions").text
    assert "补正期限 2026-09-25" in whole
    assert "待我处理" not in come_in("viewer").get("/desk/submissions").text.partition("<main")[0]
    listed = client.get("/api/desk/submissions?status=waiting").json()["items"]
    assert [item["number"] for item in listed] == [numbers[2]]
    file_of_the_queue = client.get("/desk/export?status=waiting&format=jsonl").text
    assert file_of_the_queue.count("\n") == 1


def test_however_many_wait_the_head_says_99_and_more(come_in: ComeIn, file: Filer, clock: Clock) -> None:
    client = come_in("reviewer")
    for unit in range(1, 101):
        clock.at += timedelta(milliseconds=1)
        file(self_check(unit))
        if unit == 99:
            assert '<span class="cnt">99</span>' in client.get("/desk/account").text
    assert '<span class="cnt">99+</span>' in client.get("/desk/account").text
    assert "共 100 件" in client.get("/desk/?status=waiting").text


def test_a_registration_is_reviewed_too(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file(registration(1), form="key-project-registration"))
    assert officer.post("decision", {"decision": "accept"}).status_code == 303
    assert services.records.read(officer.number).summary.status == "accepted"


@pytest.mark.parametrize("sequence", ["", "x", "-1", "1" * 10])
def test_a_page_that_was_tampered_with_decides_nothing(
    come_in: ComeIn, file: Filer, services: Services, sequence: str
) -> None:
    officer = Officer(come_in("reviewer"), file())
    assert officer.post("decision", {"decision": "accept", "sequence": sequence}).status_code in (400, 412)
    assert types(services, officer.number) == ["submitted"]


def test_the_audit_log_notes_views_and_each_decision_once(come_in: ComeIn, file: Filer, services: Services) -> None:
    officer = Officer(come_in("reviewer"), file())
    for _ in range(2):
        officer.post("decision", RETURN)
    officer.client.get("/desk/calls.csv")
    services.records.check_writable()
    told = [(str(entry.type), body_of(entry)["details"]) for entry in services.trail.stream(Sought())]
    assert told.count(("decided", {"decision": "return"})) == 1
    assert ("viewed", {}) in told
    assert ("exported", {"format": "csv", "status": "returned", "filings": 1}) in told
