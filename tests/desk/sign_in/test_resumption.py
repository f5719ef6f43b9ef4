"""Text typed into an expired page survives the sign-in, and is sent only when the officer presses the button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from pyotp import TOTP
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.sessions import FORM_COOKIE
from functions.desk.sign_in.resumption import KeptPost, Resumption
from functions.forms.page.encode import encode
from functions.records.store import Selection
from functions.staff.administration import reset_password
from functions.staff.encryption import Encryption
from functions.staff.passwords import Passwords
from functions.staff.second_factor import SecondFactors
from tests.desk.conftest import PASSWORD, ComeIn, Filer, self_check, token_in
from tests.desk.filings.test_paper_entry import PATH
from tests.desk.review.test_pages import FORM, RETURN, Officer, state_of, types
from tests.support.clock import Clock
from tests.support.filings import valid_self_check
from tests.support.markup import Page, read_page

OURS = {"sec-fetch-site": "same-origin"}
NASTY = '"><script>alert(1)</script>\n第二行 &amp; 空格'
SAID = "您填的内容都留着"


def come_back(client: TestClient, page: Any, name: str = "officer", password: str = PASSWORD) -> Any:
    """Sign in at the page, with everything it carries."""
    fields = {**dict(read_page(page.text).posted()), "username": name, "password": password}
    return client.post("/desk/sign-in", data=fields, headers=OURS)


def form_of(page: Any) -> tuple[str, Page]:
    """Where the one form of the page (beside the one to sign out) leads, and the page."""
    read = read_page(page.text)
    (form,) = (each for each in read.find("form") if not each.attributes["action"].endswith("/sign-out"))
    return form.attributes["action"], read


def go_on(client: TestClient, page: Any) -> Any:
    """Press the button that posts what was kept."""
    assert "继续提交" in page.text
    address, read = form_of(page)
    (csrf,) = {value for name, value in read.posted() if name == "csrf"}
    pairs = [(name, value) for name, value in read.posted() if name != "csrf"]
    return client.post(address, content=urlencode([*pairs, ("csrf", csrf)]), headers={**FORM, **OURS})


@pytest.fixture
def idle(come_in: ComeIn, file: Filer, clock: Clock) -> Callable[..., tuple[Officer, Any]]:
    """An officer whose session expired while typing, and the answer to the post that followed."""

    def type_on(answers: dict[str, str], headers: dict[str, str] | None = None, **settings: Any) -> Any:
        client = come_in("officer", **settings)
        officer = Officer(client, file(self_check(7)))
        clock.at += timedelta(minutes=30)
        client.headers.update(OURS if headers is None else headers)
        return officer, officer.post("decision", answers)

    return type_on


def test_an_opinion_survives_sign_in_and_is_sent_with_one_press(
    idle: Any, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    officer, page = idle({**RETURN, "opinion": NASTY})
    client, number = officer.client, officer.number
    assert page.status_code == 401
    assert page.headers["content-type"].startswith("text/html")
    assert SAID in page.text
    assert "还没有照办" in page.text
    assert "script>alert" not in unescape(page.text), "before the sign-in nobody sees it"
    old = officer.hidden("/decision")["csrf"]
    wrong = come_back(client, page, password="不是这个口令 12345")
    assert wrong.status_code == 401
    assert SAID in wrong.text
    waits = come_back(client, wrong)
    assert waits.status_code == 200
    assert "<script>alert" not in waits.text
    assert f"对填报 {number} 作决定" in waits.text
    assert NASTY in [each.text for each in read_page(waits.text).find("dd")]
    assert old not in waits.text
    assert types(services, number) == ["submitted"], "nothing was done without the press"
    done = go_on(client, waits)
    assert done.status_code == 303
    assert state_of(services, number).opinion == NASTY
    assert types(services, number) == ["submitted", "returned"]
    written = " ".join(record.getMessage() for record in caplog.records)
    assert "alert(1)" not in written
    assert "alert" not in str(done.headers["location"])


def test_an_opinion_survives_the_second_sign_in_step(idle: Any, services: Services, clock: Clock) -> None:
    keys = services.keys
    factors = SecondFactors(services.staff, Encryption(keys.hmac, keys.hmac_kid, services.entropy), services.entropy)
    officer, page = idle(RETURN)
    secret, at = factors.new_secret(), clock() - timedelta(minutes=30)
    factors.turn_on("officer", secret=secret, code=TOTP(secret).at(at), at=at)
    asked = come_back(officer.client, page)
    assert asked.status_code == 200
    assert "都留着" in asked.text

    def answer(page: Any, code: str) -> Any:
        fields = {**dict(read_page(page.text).posted()), "code": code}
        return officer.client.post("/desk/sign-in/code", data=fields)

    wrong = answer(asked, "1")
    assert wrong.status_code == 401
    waits = answer(wrong, TOTP(secret).at(clock()))
    assert RETURN["opinion"] in waits.text
    assert go_on(officer.client, waits).status_code == 303
    assert state_of(services, officer.number).opinion == RETURN["opinion"]


def test_an_opinion_survives_the_change_of_a_one_time_password(idle: Any, services: Services) -> None:
    officer, page = idle(RETURN)
    given = reset_password(services.staff, Passwords(services.entropy), "officer")
    asked = come_back(officer.client, page, password=given or "")
    assert "先换掉一次性密码" in asked.text
    fields = {**dict(read_page(asked.text).posted()), "csrf": token_in(asked.text, "csrf"), "old": given}
    short = officer.client.post("/desk/password", data={**fields, "new": "短", "again": "短"})
    assert short.status_code == 422
    fields["kept"] = token_in(short.text, "kept")
    new = "另一个长口令 staple 8"
    waits = officer.client.post("/desk/password", data={**fields, "new": new, "again": new})
    assert go_on(officer.client, waits).status_code == 303
    assert state_of(services, officer.number).opinion == RETURN["opinion"]


def test_a_resumed_decision_that_came_too_late_shows_the_conflict(
    idle: Any, come_in: ComeIn, services: Services
) -> None:
    officer, page = idle(RETURN)
    faster = Officer(come_in("reviewer"), officer.number)
    assert faster.post("decision", {**RETURN, "opinion": "先到的意见写在这里。"}).status_code == 303
    lost = go_on(officer.client, come_back(officer.client, page))
    assert lost.status_code == 412
    assert RETURN["opinion"] in lost.text
    assert state_of(services, officer.number).opinion == "先到的意见写在这里。"


def test_another_account_does_not_see_the_kept_text(idle: Any, services: Services) -> None:
    officer, page = idle(RETURN)
    other = come_back(officer.client, page, "reviewer")
    assert "另一个账号填的" in other.text
    assert RETURN["opinion"] not in other.text
    assert "继续提交" not in other.text
    assert types(services, officer.number) == ["submitted"]


def test_the_author_is_known_after_signing_out_everywhere(come_in: ComeIn, file: Filer) -> None:
    here, elsewhere = come_in("officer"), come_in("officer")
    officer = Officer(here, file())
    csrf = token_in(elsewhere.get("/desk/account").text)
    assert elsewhere.post("/desk/account/sessions", data={"csrf": csrf, "session": "all"}).status_code == 303
    here.headers.update(OURS)
    page = officer.post("note", {"text": "刚打过电话，说下周交。"})
    assert page.status_code == 401
    assert "另一个账号填的" in come_back(here, page, "viewer").text


def test_text_of_an_unknown_author_is_marked_as_such(idle: Any) -> None:
    officer, page = idle({**RETURN, "csrf": ""})
    waits = come_back(officer.client, page, "reviewer")
    assert "不知道是谁填的" in waits.text
    assert RETURN["opinion"] in waits.text


def test_the_role_is_checked_at_the_post(come_in: ComeIn, services: Services, clock: Clock) -> None:
    client = come_in("viewer")
    csrf = token_in(client.get("/desk/").text)
    clock.at += timedelta(minutes=30)
    page = client.post("/desk/staff", data={"csrf": csrf, "name": "新来的", "role": "admin"}, headers=OURS)
    assert go_on(client, come_back(client, page, "viewer")).status_code == 403
    assert len(services.staff.accounts()) == 4


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "https://testserver"},
        {"origin": "https://testserver.example.invalid"},
        {"origin": "http://testserver"},
        {"origin": "null"},
    ],
)
def test_a_cross_site_post_is_not_kept(idle: Any, headers: dict[str, str]) -> None:
    _, page = idle(RETURN, headers)
    assert page.status_code == 303
    assert page.headers["location"] == "/desk/sign-in"
    assert "kept" not in page.text


def test_the_origin_header_suffices_for_a_same_site_post(idle: Any) -> None:
    _, page = idle(RETURN, {"origin": "https://testserver"})
    assert SAID in page.text


@pytest.mark.parametrize("address", ["https://example.invalid/", "//example.invalid/", "/forms/x", "/desk/../forms/"])
def test_a_kept_post_never_leads_outside_the_desk(
    client: TestClient, staff: None, services: Services, address: str
) -> None:
    """This holds even for a post that only the desk itself could have encrypted."""
    keys = services.keys
    resumption = Resumption(Encryption(keys.hmac, keys.hmac_kid, services.entropy), services.settings)
    for kept in (resumption.lock(KeptPost(address, [("text", "x")])), "乱写的", "a.b", address):
        client.cookies.clear()
        form = client.get("/desk/sign-in")
        fields = {"csrf": token_in(form.text), "username": "officer", "password": PASSWORD, "kept": kept}
        answer = client.post("/desk/sign-in", data=fields)
        assert answer.status_code == 200
        assert "没有留住" in answer.text
        assert "example.invalid" not in answer.text
        assert "继续提交" not in answer.text


@pytest.mark.parametrize(
    "path", ["/desk/password", "/desk/totp", "/desk/totp/off", "/desk/sign-out", "/desk/account/sessions"]
)
def test_passwords_and_buttons_of_a_session_are_not_kept(client: TestClient, path: str) -> None:
    fields = {"csrf": "x", "old": PASSWORD, "password": PASSWORD, "new": "x", "session": "all", "code": "1"}
    answer = client.post(path, data=fields, headers=OURS)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/sign-in"


def test_a_password_among_other_fields_is_left_out(client: TestClient, staff: None) -> None:
    fields = {"csrf": "x", "name": "新来的", "password": "藏起来的口令", "role": "viewer"}
    page = client.post("/desk/staff", data=fields, headers=OURS)
    names = [name for name, _ in form_of(come_back(client, page, "admin"))[1].posted()]
    assert sorted(names) == ["csrf", "csrf", "name", "once", "once", "role"]


def test_a_paper_filing_survives_sign_in_with_all_its_fields(come_in: ComeIn, services: Services, clock: Clock) -> None:
    client = come_in("officer")
    begun = read_page(client.get(PATH).text)
    answers = {
        **dict(begun.posted()),
        **dict(reversed(encode(services.catalogue.get("annual-self-check"), valid_self_check()))),
        "received_on": "2026-09-10",
    }
    clock.at += timedelta(minutes=30)
    page = client.post(PATH, data={**answers, "action": "review"}, headers=OURS)
    assert page.status_code == 401
    check = go_on(client, come_back(client, page))
    assert check.status_code == 200, check.text
    assert "按“确认提交”以后才算录入" in check.text
    assert services.records.count(Selection()) == 0


def test_files_must_be_chosen_again_and_typed_answers_stay(come_in: ComeIn, services: Services, clock: Clock) -> None:
    client = come_in("officer")
    begun = read_page(client.get(PATH).text)
    answers = {**dict(begun.posted()), "unit.unit_name": "示例县第一中学", "received_on": "2026-09-10"}
    clock.at += timedelta(minutes=30)
    sent = {"upload:scans": ("扫描.pdf", b"%PDF-1.7 secret", "application/pdf")}
    page = client.post(f"{PATH}/files", data=answers, files=sent, headers=OURS)
    assert page.status_code == 401
    assert "选好的文件留不住" in page.text
    waits = come_back(client, page)
    assert "文件要重新选" in waits.text
    assert "扫描.pdf" not in waits.text
    address, read = form_of(waits)
    assert read.one("form", action=address).attributes["enctype"] == "multipart/form-data"
    held = dict(reversed(read.posted()))
    again = client.post(address, data=held, files={"x": ("", b"")}, headers=OURS)
    assert again.status_code == 200, again.text
    assert 'value="示例县第一中学"' in again.text
    assert 'value="2026-09-10"' in again.text


def test_text_too_long_to_keep_is_reported(idle: Any) -> None:
    _, page = idle({**RETURN, "opinion": "x" * 9000}, body_limit=20 * 1024)
    assert page.status_code == 401
    assert "留不住" in page.text
    assert 'name="kept"' not in page.text


def test_an_outdated_sign_in_page_loses_no_text(idle: Any) -> None:
    officer, page = idle(RETURN)
    officer.client.cookies.delete(FORM_COOKIE)
    fields = {**dict(read_page(page.text).posted()), "username": "officer", "password": PASSWORD}
    foreign = officer.client.post("/desk/sign-in", data=fields, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert 'name="kept"' not in foreign.text
    again = officer.client.post("/desk/sign-in", data=fields, headers=OURS)
    assert again.status_code == 403
    assert SAID in again.text
    assert "继续提交" in come_back(officer.client, again).text


def test_text_is_kept_after_signing_in_again_in_another_window(idle: Any, come_in: ComeIn, services: Services) -> None:
    officer, _ = idle({})
    officer.client.cookies = come_in("officer").cookies
    waits = officer.post("decision", RETURN)
    assert waits.status_code == 403
    assert types(services, officer.number) == ["submitted"]
    assert go_on(officer.client, waits).status_code == 303
    assert state_of(services, officer.number).opinion == RETURN["opinion"]


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}])
def test_a_form_from_elsewhere_is_refused_without_a_button(idle: Any, come_in: ComeIn, headers: dict[str, str]) -> None:
    officer, _ = idle({}, headers)
    officer.client.cookies = come_in("officer").cookies
    refused = officer.post("decision", RETURN)
    assert refused.status_code == 403
    assert ">继续提交<" not in refused.text
    assert RETURN["opinion"] not in refused.text


def test_text_of_another_account_is_not_shown(idle: Any, come_in: ComeIn) -> None:
    officer, _ = idle({})
    officer.client.cookies = come_in("reviewer").cookies
    refused = officer.post("decision", RETURN)
    assert refused.status_code == 403
    assert "另一个账号填的" in refused.text
    assert RETURN["opinion"] not in refused.text


def test_programs_get_401(client: TestClient) -> None:
    answer = client.post("/api/desk/records/annual-self-check", json={}, headers=OURS)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
