"""From the form to its receipt without JavaScript, for all three destinations: typed answers are never lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.bootstrap import Services
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.records.attachments.named import VOUCHED_FOR, vouch
from functions.records.decision import Decision
from functions.records.transitions import decide
from functions.web.filing.stepper import Stepper
from tests.support.clock import Clock
from tests.support.files import pdf_of, sha256
from tests.support.filings import make_uscc, valid_self_check
from tests.support.markup import Page
from tests.support.ways import FORM, WAYS, Pairs, Way, file_online, losing_answers, make_way, without_room

TYPED = "示例戊"
OTHER = make_uscc(5)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, services: Services) -> Iterator[Way]:
    made = make_way(request.param, services)
    yield made
    made.client.close()


@pytest.fixture
def correction(services: Services) -> Iterator[Way]:
    made = make_way("correction", services)
    yield made
    made.client.close()


def with_name(pairs: Pairs, name: str = TYPED) -> list[tuple[str, str]]:
    """The pairs with another contact's name typed in."""
    return [(each, name if each == "unit.contact_name" else value) for each, value in pairs]


def held(page: Page, name: str) -> str:
    """The value that the page's next post sends under this name."""
    return dict(page.posted()).get(name, "")


def said(page: Page) -> str:
    return page.one(class_="errors").text


def test_a_report_is_reviewed_then_stored_and_gets_its_receipt(way: Way) -> None:
    before = way.versions()
    check = way.post(way.pairs(valid_self_check()), "review", 200)
    assert "核对后提交" in check.one("h1").text
    assert way.versions() == before, "nothing is stored by looking"
    receipt = way.post(check.posted(), "file", way.done)
    assert receipt.one("dl", class_="slip").text
    assert way.versions() == before + 1


def test_a_double_click_stores_once_and_shows_one_receipt(way: Way) -> None:
    before = way.versions()
    check = way.post(way.pairs(valid_self_check()), "review", 200)
    first, again = (way.post(check.posted(), "file", way.done) for _ in range(2))
    assert first.one("main").text == again.one("main").text
    assert way.versions() == before + 1


def test_a_key_used_for_other_answers_keeps_typed_answers_under_a_new_key(way: Way) -> None:
    before = way.versions()
    check = way.post(way.pairs(valid_self_check()), "review", 200)
    way.post(check.posted(), "file", way.done)
    refused = way.post(with_name(check.posted()), "file", 409)
    assert "这一页已经提交过" in said(refused)
    assert "幂等" not in refused.one("main").text
    assert "secret" not in {each.attributes.get("class") for each in refused.elements}, "no receipt of the other"
    assert held(refused, "unit.contact_name") == TYPED
    assert held(refused, "key") not in ("", held(check, "key"))
    assert way.versions() == before + 1
    # Of a correction the version is another by now, of the others the place is taken: a second look at either.
    stopped = way.post(refused.posted(), "file", 412 if way.done == 200 else 409)
    way.post([*stopped.posted(), ("contest", "true")], "file", way.done)
    assert way.versions() == before + 2


def test_a_page_of_another_form_version_shows_the_current_form_filled_in(way: Way) -> None:
    before = way.versions()
    pairs = [(name, "0" * 64 if name == "form_digest" else value) for name, value in way.pairs(valid_self_check())]
    for action in ("review", "file", "add:databases.databases"):
        page = way.post([*with_name(pairs), ("key", "k" * 32)], action, 409)
        assert "更新过" in page.one("div", role="status").text
        assert held(page, "form_digest") == way.definition.digest
        assert held(page, "unit.contact_name") == TYPED
    assert way.versions() == before


def test_rows_are_added_and_removed_and_a_field_is_edited(way: Way) -> None:
    more = way.post(way.pairs(valid_self_check(databases=2)), "add:databases.databases", 200)
    assert "databases.databases[2].name" in dict(more.posted())
    less = way.post(more.posted(), "remove:databases.databases:0", 200)
    assert held(less, "databases.databases[0].name") == "示例档案数据库 2"
    edited = way.post(way.pairs(valid_self_check()), "edit:unit.contact_phone", 200)
    (focused,) = [each for each in edited.elements if "autofocus" in each.attributes]
    assert focused.attributes["name"] == "unit.contact_phone"
    assert not [each for page in (more, less, edited) for each in page.find(class_="errors")]


@pytest.mark.parametrize("action", ["review", "file"])
def test_mistakes_show_the_form_again_with_the_typed_answers(way: Way, action: str) -> None:
    before = way.versions()
    pairs = [*way.pairs(valid_self_check(uscc="12000000")), ("key", "k" * 32), ("unit.unit_name", "示例县第二中学")]
    page = way.post(pairs, action, 422)
    assert page.one("title").text.startswith("有 2 处要改")
    assert "统一社会信用代码" in said(page)
    assert "单位名称" in said(page), "it was posted twice"
    assert held(page, "unit.uscc") == "12000000"
    assert way.versions() == before


def test_unchecked_answers_are_shown_before_they_are_stored(way: Way) -> None:
    before = way.versions()
    check = way.post(way.pairs(valid_self_check()), "file", 200)
    assert len(held(check, "key")) == 32
    assert way.versions() == before


def test_a_taken_place_offers_to_contest(way: Way) -> None:
    file_online(way.client, OTHER)
    before = way.versions()
    check = way.post(with_name(way.pairs(valid_self_check(uscc=OTHER))), "review", 200)
    stopped = way.post(check.posted(), "file", 409)
    assert "已经有一份" in said(stopped)
    assert "仍要提交" in said(stopped)
    assert held(stopped, "unit.contact_name") == TYPED
    assert held(stopped, "key") == held(check, "key")
    box = stopped.one("input", name="contest")
    assert box.attributes["form"] == stopped.one("form", id="form").attributes["id"]
    assert way.versions() == before
    way.post([*stopped.posted(), ("contest", "true")], "file", way.done)
    assert way.versions() == before + 1


def test_an_unwritable_store_keeps_typed_answers_and_says_when_to_try_again(way: Way, services: Services) -> None:
    before = way.versions()
    check = way.post(with_name(way.pairs(valid_self_check())), "review", 200)
    full = way.over(without_room(services))
    answer = full.send(check.posted(), "file")
    page = full.read(answer, 503)
    full.client.close()
    assert answer.headers["retry-after"] == "30"
    assert "没有存" in said(page)
    assert (held(page, "unit.contact_name"), held(page, "key")) == (TYPED, held(check, "key"))
    assert way.versions() == before
    way.post(page.posted(), "file", way.done)
    assert way.versions() == before + 1


def test_a_lost_answer_is_not_called_a_refusal_and_a_retry_stores_once(way: Way, services: Services) -> None:
    before = way.versions()
    check = way.post(with_name(way.pairs(valid_self_check())), "review", 200)
    losing = way.over(losing_answers(services))
    answer = losing.send(check.posted(), "file")
    page = losing.read(answer, 503)
    losing.client.close()
    assert answer.headers["retry-after"] == "30"
    assert "不知道存下来没有" in said(page)
    assert "没有存下来。" not in said(page)
    assert (held(page, "unit.contact_name"), held(page, "key")) == (TYPED, held(check, "key"))
    assert way.versions() == before + 1
    way.post(page.posted(), "file", way.done)
    assert way.versions() == before + 1


@pytest.mark.parametrize("changed", [("contest", "maybe"), ("key", "中"), ("action", "fly")])
def test_a_tampered_form_is_refused(way: Way, changed: tuple[str, str]) -> None:
    before = way.versions()
    check = way.post(way.pairs(valid_self_check()), "review", 200)
    pairs = [pair for pair in check.posted() if pair[0] != changed[0]]
    assert way.send([*pairs, changed], "file").status_code == 400
    assert way.versions() == before


def test_a_file_is_sent_without_a_script_and_stored_with_the_answers(way: Way) -> None:
    before = way.versions()
    form = way.upload(with_name(way.pairs(valid_self_check())), "甲.pdf", pdf_of(99), 200)
    assert held(form, "unit.contact_name") == TYPED
    check = way.post(form.posted(), "review", 200)
    assert "甲.pdf" in check.one("main").text
    way.post(check.posted(), "file", way.done)
    assert way.versions() == before + 1


def test_a_file_that_is_not_taken_is_named_and_nothing_typed_is_lost(way: Way) -> None:
    form = way.upload(with_name(way.pairs(valid_self_check())), "旧.doc", b"\xd0\xcf\x11\xe0", 422)
    assert "“旧.doc”没有收下" in form.one("main").text
    assert held(form, "unit.contact_name") == TYPED


def test_files_for_another_form_version_come_back_with_the_current_form(way: Way) -> None:
    pairs = [(name, "0" * 64 if name == "form_digest" else value) for name, value in way.pairs(valid_self_check())]
    form = way.upload(with_name(pairs), "甲.pdf", pdf_of(99), 409)
    assert held(form, "form_digest") == way.definition.digest
    assert held(form, "unit.contact_name") == TYPED


def check_with_old_file(way: Way) -> Page:
    """Answers to check that name a file whose voucher is in date for ten minutes more."""
    form = way.upload(with_name(way.pairs(valid_self_check())), "甲.pdf", pdf_of(99), 200)
    services, content = way.services, pdf_of(99)
    at = services.clock() - VOUCHED_FOR + timedelta(minutes=10)
    old = vouch(services.keys, sha256(content), len(content), at)
    return way.post([(name, old if name == "voucher" else value) for name, value in form.posted()], "review", 200)


def test_an_expired_voucher_asks_for_the_file_again(way: Way, clock: Clock) -> None:
    before = way.versions()
    check = check_with_old_file(way)
    clock.at += timedelta(minutes=20)
    late = way.post(check.posted(), "file", 422)
    assert "“甲.pdf”上传以后过了 24 小时" in late.one("main").text
    assert held(late, "unit.contact_name") == TYPED
    assert way.versions() == before


def test_a_stored_page_gets_its_receipt_though_its_voucher_expired(way: Way, clock: Clock) -> None:
    check = check_with_old_file(way)
    first = way.post(check.posted(), "file", way.done)
    clock.at += timedelta(minutes=20)
    again = way.post(check.posted(), "file", way.done)
    assert again.one("dl", class_="slip").text == first.one("dl", class_="slip").text


def test_a_used_key_with_an_expired_voucher_keeps_typed_answers(way: Way, clock: Clock) -> None:
    check = check_with_old_file(way)
    way.post(check.posted(), "file", way.done)
    clock.at += timedelta(minutes=20)
    refused = way.post(with_name(check.posted(), "示例己"), "file", 409)
    assert "这一页已经提交过" in said(refused)
    assert held(refused, "unit.contact_name") == "示例己"
    assert held(refused, "key") != held(check, "key")


def test_an_unknown_outcome_keeps_typed_answers(way: Way, services: Services, clock: Clock) -> None:
    check = check_with_old_file(way)
    clock.at += timedelta(minutes=20)
    blind = way.over(without_room(services, blind=True))
    page = blind.post(check.posted(), "file", 503)
    blind.client.close()
    assert (held(page, "unit.contact_name"), held(page, "key")) == (TYPED, held(check, "key"))


def test_a_correction_that_lost_a_race_keeps_typed_answers_and_tells_why(correction: Way) -> None:
    ours = correction.post(with_name(correction.pairs(valid_self_check())), "review", 200)
    theirs = correction.post(correction.pairs(valid_self_check(databases=2)), "review", 200)
    correction.post(theirs.posted(), "file", 200)
    stopped = correction.post(ours.posted(), "file", 412)
    assert "补正（第 2 版）" in said(stopped)
    assert (held(stopped, "unit.contact_name"), held(stopped, "version")) == (TYPED, "2")
    correction.post(stopped.posted(), "file", 200)
    assert correction.versions() == 3, "knowingly, on top of it"


def test_an_accepted_filing_refuses_changes_but_keeps_typed_answers(correction: Way, services: Services) -> None:
    pairs = with_name(correction.pairs(valid_self_check()))
    check = correction.post(pairs, "review", 200)
    stepper = Stepper(services)
    act = stepper.act("jia", role="reviewer")
    number = correction.path.split("/")[2]
    stepper.take(number, act, lambda open_record: decide(open_record, act, Decision("accept")))
    for page in (correction.post(check.posted(), "file", 409), correction.upload(pairs, "甲.pdf", pdf_of(99), 409)):
        assert "已经接受，不能补正" in page.one("main").text
        assert held(page, "unit.contact_name") == TYPED
    assert "甲.pdf" not in page.one("main").text


def test_a_correction_is_made_on_the_form_that_its_filing_was_made_on(correction: Way, services: Services) -> None:
    """A form that is changed later changes nothing for a filing that was made before."""
    document = json.loads(services.catalogue.get(FORM).document)
    document["schema"]["title"] = "示例新表"
    newer = Definition(json.dumps(document, ensure_ascii=False).encode())
    assert newer.title == "示例新表"
    later = correction.over(replace(services, catalogue=Catalogue([newer])))
    check = later.post(correction.pairs(valid_self_check(databases=2)), "review", 200)
    assert "示例新表" not in check.one("h1").text
    later.post(check.posted(), "file", 200)
    later.client.close()
    assert correction.versions() == 2
