"""Sign-in with a phone: setup, the second step, recovery codes, and why a code works only once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyotp import TOTP
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.app import create_app
from functions.desk.sessions import COOKIE
from functions.staff.accounts import without_sessions
from functions.staff.administration import disable, reset_second_factor
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from functions.web.http.qr import qr_code
from tests.desk.conftest import PASSWORD, ComeIn, add_account, post_sign_in, token_in
from tests.support.clock import Clock

STEP = timedelta(seconds=30)
NAME = "reviewer"


@pytest.fixture
def factors(services: Services) -> SecondFactors:
    keys = services.keys
    return SecondFactors(services.staff, Encryption(keys.hmac, keys.hmac_kid, services.entropy), services.entropy)


class Phone:
    """A phone that shows the codes of one secret."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.secret, self.clock = secret, clock

    def code(self, steps: int = 0) -> str:
        return TOTP(self.secret).at(self.clock() + steps * STEP)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("111111", "222222", "333333", "444444") if code not in near)


@pytest.fixture
def enrolled(services: Services, staff: None, factors: SecondFactors, clock: Clock) -> tuple[Phone, tuple[str, ...]]:
    """The reviewer's phone and recovery codes; the phone was set up half an hour ago."""
    phone = Phone(factors.new_secret(), clock)
    code, at = phone.code(-60), clock() - 60 * STEP
    return phone, factors.turn_on(NAME, secret=phone.secret, code=code, at=at)


def scan(html: str, clock: Clock) -> Phone:
    """The phone after it has scanned the page."""
    found = re.search(r'href="(otpauth://[^"]+)"', html)
    assert found, html
    address = unescape(found.group(1))
    assert qr_code(address, label="用手机验证器扫的二维码") in html
    (secret,) = parse_qs(urlsplit(address).query)["secret"]
    return Phone(secret, clock)


def second_step(client: TestClient, page: Any, code: str) -> Any:
    """Fill in the page that asks for the code, and send it."""
    fields = {name: token_in(page.text, name) for name in ("csrf", "ticket", "next")}
    return client.post("/desk/sign-in/code", data={**fields, "code": code})


def recovery_in(html: str) -> list[str]:
    return re.findall(r'<li class="secret">([^<]+)</li>', html)


def test_the_second_factor_is_set_up_by_scanning_and_entering_a_code(
    come_in: ComeIn, services: Services, clock: Clock
) -> None:
    client = come_in(NAME)
    page = client.get("/desk/totp")
    phone = scan(page.text, clock)
    assert "style=" not in page.text
    assert " ".join(re.findall("....", phone.secret)) in page.text
    fields = {"csrf": token_in(page.text), "setup": token_in(page.text, "setup")}
    assert phone.secret not in fields["setup"]
    refused = client.post("/desk/totp", data={**fields, "code": phone.wrong()})
    assert refused.status_code == 422
    assert "验证码不对" in refused.text
    assert scan(refused.text, clock).secret == phone.secret, "the phone need not scan again"
    done = client.post("/desk/totp", data={**fields, "setup": token_in(refused.text, "setup"), "code": phone.code()})
    codes = recovery_in(done.text)
    assert len(set(codes)) == 8
    assert "只显示这一次" in done.text
    again = client.post("/desk/totp", data={**fields, "code": phone.code(1)})
    assert again.headers["location"] == "/desk/totp"
    state = client.get("/desk/totp").text
    assert "还有 8 个没有用" in state
    assert not any(secret in state for secret in (phone.secret, *codes))


def test_a_page_for_another_session_or_account_sets_nothing_up(
    come_in: ComeIn, services: Services, clock: Clock
) -> None:
    """Nobody can be tricked into setting up a phone that another person chose."""
    foreign = come_in("officer").get("/desk/totp")
    phone = scan(foreign.text, clock)
    client = come_in(NAME)
    own = client.get("/desk/totp")
    fields = {"csrf": token_in(own.text), "setup": token_in(foreign.text, "setup"), "code": phone.code()}
    answer = client.post("/desk/totp", data=fields)
    assert answer.status_code == 422
    assert "二维码换了新的" in answer.text
    assert services.staff.account(NAME).second_factor is None


def test_sign_in_takes_two_steps_and_leads_to_the_requested_page(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]
) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD, after="/desk/submissions/SC-2026-ABCDEF")
    assert page.status_code == 200
    assert COOKIE not in client.cookies
    assert PASSWORD not in page.text
    assert f'value="{NAME}"' not in page.text
    answer = second_step(client, page, phone.code())
    assert answer.headers["location"] == "/desk/submissions/SC-2026-ABCDEF"
    assert client.get("/desk/").status_code == 200


def test_a_code_signs_in_once(client: TestClient, enrolled: tuple[Phone, tuple[str, ...]], clock: Clock) -> None:
    phone, _ = enrolled
    code = phone.code()
    assert second_step(client, post_sign_in(client, NAME, PASSWORD), code).status_code == 303
    client.cookies.clear()
    replayed = second_step(client, post_sign_in(client, NAME, PASSWORD), code)
    assert replayed.status_code == 401
    assert "已经用过" in replayed.text
    assert COOKIE not in client.cookies
    assert second_step(client, replayed, phone.code(1)).status_code == 303


def test_the_same_page_sent_twice_signs_in_once(client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD)
    fields = {name: token_in(page.text, name) for name in ("csrf", "ticket", "next")}
    cookies = dict(client.cookies)
    assert client.post("/desk/sign-in/code", data={**fields, "code": phone.code()}).status_code == 303
    client.cookies.clear()
    client.cookies.update(cookies)
    assert client.post("/desk/sign-in/code", data={**fields, "code": phone.code()}).status_code == 401


def test_a_wrong_code_is_refused_and_the_page_can_be_used_again(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]
) -> None:
    phone, _ = enrolled
    answer = second_step(client, post_sign_in(client, NAME, PASSWORD), phone.wrong())
    assert answer.status_code == 401
    assert "<title>有 1 处要改：填验证码" in answer.text
    assert 'href="#code"' in answer.text
    assert phone.wrong() not in answer.text
    assert second_step(client, answer, "").status_code == 401
    assert second_step(client, answer, phone.code()).status_code == 303


def test_a_recovery_code_replaces_the_phone_once(client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]) -> None:
    _, recovery = enrolled
    assert second_step(client, post_sign_in(client, NAME, PASSWORD), recovery[0].lower()).status_code == 303
    assert "还有 7 个恢复码" in client.get("/desk/account").text
    client.cookies.clear()
    assert second_step(client, post_sign_in(client, NAME, PASSWORD), recovery[0]).status_code == 401


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(minutes=10) - timedelta(seconds=1), 303), (timedelta(minutes=10), 401)]
)
def test_the_second_step_may_take_ten_minutes(
    client: TestClient,
    enrolled: tuple[Phone, tuple[str, ...]],
    clock: Clock,
    later: timedelta,
    status: int,
) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD)
    clock.at += later
    answer = second_step(client, page, phone.code())
    assert answer.status_code == status
    if status == 401:
        assert "请从账号和密码重新登录" in answer.text
        assert 'name="password"' in answer.text


@pytest.mark.parametrize("change", ["disabled", "password reset", "second factor reset"])
def test_the_first_step_is_worth_nothing_after_the_account_was_changed(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]], services: Services, change: str
) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD)
    staff = services.staff
    if change == "disabled":
        disable(staff, NAME)
    elif change == "password reset":
        staff.replace_account(without_sessions(staff.account(NAME)))
    else:
        reset_second_factor(staff, NAME)
    answer = second_step(client, page, phone.code())
    assert answer.status_code == 401
    assert COOKIE not in client.cookies


def test_the_first_step_of_one_browser_is_worth_nothing_in_another(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]
) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD)
    with TestClient(client.app, base_url="https://testserver", follow_redirects=False) as other:
        form = other.get("/desk/sign-in")
        fields = {"csrf": token_in(form.text), "ticket": token_in(page.text, "ticket"), "code": phone.code()}
        assert other.post("/desk/sign-in/code", data=fields).status_code == 401
        assert COOKIE not in other.cookies


@pytest.mark.parametrize("ticket", ["", "x", "0001.AAAA"])
def test_a_forged_ticket_is_refused(client: TestClient, staff: None, ticket: str) -> None:
    form = client.get("/desk/sign-in")
    fields = {"csrf": token_in(form.text), "ticket": ticket, "code": "123456"}
    assert client.post("/desk/sign-in/code", data=fields).status_code == 401


def test_the_sixth_code_is_refused_even_when_right_and_a_right_one_begins_anew(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]], clock: Clock
) -> None:
    phone, _ = enrolled
    page = post_sign_in(client, NAME, PASSWORD)
    for _ in range(5):
        page = second_step(client, page, phone.wrong())
        assert page.status_code == 401
    refused = second_step(client, page, phone.code())
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    assert "请过 15 分钟再试" in refused.text
    # Knowing the password does not begin the count of the codes anew.
    client.cookies.clear()
    assert second_step(client, post_sign_in(client, NAME, PASSWORD), phone.code()).status_code == 429
    clock.at += timedelta(minutes=15)
    client.cookies.clear()
    assert second_step(client, post_sign_in(client, NAME, PASSWORD), phone.code()).status_code == 303
    client.cookies.clear()
    page = post_sign_in(client, NAME, PASSWORD)
    for _ in range(5):
        page = second_step(client, page, phone.wrong())
    assert page.status_code == 401


def test_a_program_gives_all_three_at_once(client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]) -> None:
    phone, recovery = enrolled
    asked = {"username": NAME, "password": PASSWORD}
    missing = client.post("/api/desk/session", json=asked)
    assert missing.status_code == 401
    assert missing.json()["errors"][0] | {"message": ""} == {
        "pointer": "/totp",
        "label": "验证码",
        "message": "",
        "rule": "required",
    }
    wrong = client.post("/api/desk/session", json={**asked, "totp": phone.wrong()})
    assert (wrong.status_code, wrong.json()["errors"][0]["rule"]) == (401, "wrong")
    assert client.post("/api/desk/session", json={**asked, "totp": 123456}).status_code == 400
    code = phone.code()
    assert client.post("/api/desk/session", json={**asked, "totp": code}).status_code == 201
    assert client.get("/api/desk/submissions").status_code == 200
    assert client.post("/api/desk/session", json={**asked, "totp": code}).status_code == 401
    assert client.post("/api/desk/session", json={**asked, "totp": recovery[0]}).status_code == 201


def test_a_code_without_the_password_is_not_looked_at(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]]
) -> None:
    """The answer does not say whether the account has a second factor, nor whether the code was right."""
    phone, recovery = enrolled
    answers = [
        client.post("/api/desk/session", json={"username": name, "password": "不是这个口令 12345", "totp": totp})
        for name, totp in ((NAME, phone.code()), (NAME, recovery[0]), (NAME, ""), ("officer", ""), ("没有这人", "1"))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert "errors" not in answers[0].json()
    whole = {"username": NAME, "password": PASSWORD, "totp": phone.code()}
    assert client.post("/api/desk/session", json=whole).status_code == 201, "it was not used up"


def test_sign_in_leads_to_setup_where_a_second_factor_is_required(
    services: Services, staff: None, clock: Clock
) -> None:
    demanding = replace(services, settings=replace(services.settings, require_totp=True))
    with TestClient(create_app(demanding), base_url="https://testserver", follow_redirects=False) as client:
        post_sign_in(client, NAME, PASSWORD)
        assert client.get("/desk/").headers["location"] == "/desk/totp"
        page = client.get("/desk/totp")
        assert "您的角色要两步登录" in page.text
        assert "先不开" not in page.text
        fields = {"csrf": token_in(page.text), "setup": token_in(page.text, "setup")}
        client.post("/desk/totp", data={**fields, "code": scan(page.text, clock).code()})
        assert client.get("/desk/").status_code == 200
        client.cookies.clear()
        told = client.post("/api/desk/session", json={"username": "admin", "password": PASSWORD}).json()
        assert told["must_set_up_totp"] is True
        told = client.post("/api/desk/session", json={"username": "officer", "password": PASSWORD}).json()
        assert told["must_set_up_totp"] is False


def test_a_new_reviewer_must_set_up_a_second_factor_at_once(come_in: ComeIn, services: Services) -> None:
    client = come_in("officer", require_totp=True)
    assert client.get("/desk/").status_code == 200
    services.staff.replace_account(replace(services.staff.account("officer"), role="reviewer"))
    assert client.get("/desk/").headers["location"] == "/desk/totp"


def test_the_one_time_password_comes_before_the_phone(services: Services, client: TestClient) -> None:
    one_time = add_account(services, "新来的", "reviewer", None) or ""
    demanding = replace(services, settings=replace(services.settings, require_totp=True))
    with TestClient(create_app(demanding), base_url="https://testserver", follow_redirects=False) as browser:
        assert post_sign_in(browser, "新来的", one_time).headers["location"] == "/desk/password"
        assert browser.get("/desk/totp").headers["location"] == "/desk/password"


@pytest.mark.parametrize("act", ["off", "recovery"])
def test_turning_off_and_new_codes_need_the_password(
    come_in: ComeIn, enrolled: tuple[Phone, tuple[str, ...]], services: Services, act: str
) -> None:
    client = come_in(NAME)
    fields = {"csrf": token_in(client.get("/desk/totp").text)}
    before = services.staff.account(NAME).second_factor
    refused = client.post(f"/desk/totp/{act}", data={**fields, "password": "不是这个口令 12345"})
    assert refused.status_code == 422
    assert "密码不对，没有照办" in refused.text
    assert services.staff.account(NAME).second_factor == before
    done = client.post(f"/desk/totp/{act}", data={**fields, "password": PASSWORD})
    after = services.staff.account(NAME).second_factor
    if act == "off":
        assert done.headers["location"] == "/desk/account?done=totp-off"
        assert after is None
    else:
        assert len(set(recovery_in(done.text))) == 8
        assert after is not None
        assert before is not None
        assert not after.recovery & before.recovery


def test_a_required_second_factor_can_only_be_moved_to_another_phone(
    come_in: ComeIn, enrolled: tuple[Phone, tuple[str, ...]]
) -> None:
    client = come_in(NAME, require_totp=True)
    page = client.get("/desk/totp").text
    assert "换一部手机" in page
    done = client.post("/desk/totp/off", data={"csrf": token_in(page), "password": PASSWORD})
    assert done.headers["location"] == "/desk/totp"
    assert client.get("/desk/").headers["location"] == "/desk/totp"


def test_few_recovery_codes_are_said_to_be_few(
    come_in: ComeIn, enrolled: tuple[Phone, tuple[str, ...]], factors: SecondFactors, services: Services
) -> None:
    for code in enrolled[1][:6]:
        factors.use(services.staff.account(NAME), code, at=services.clock())
    assert "恢复码快用完了" in come_in(NAME).get("/desk/account").text


def test_a_missing_key_refuses_codes_but_accepts_recovery_codes(
    client: TestClient, enrolled: tuple[Phone, tuple[str, ...]], services: Services, settings: Any
) -> None:
    """Restored without its keys folder, the data say so; the recovery codes and an admin still help."""
    phone, recovery = enrolled
    keys = replace(services.keys, hmac={"0009-new": b"n" * 32}, hmac_kid="0009-new")
    with TestClient(create_app(replace(services, keys=keys)), base_url="https://testserver") as restored:
        asked = {"username": NAME, "password": PASSWORD}
        answer = restored.post("/api/desk/session", json={**asked, "totp": phone.code()})
        assert answer.status_code == 503
        assert "恢复码" in answer.json()["detail"]
        assert restored.post("/api/desk/session", json={**asked, "totp": recovery[0]}).status_code == 201


def test_the_test_clock_is_in_the_middle_of_a_step(clock: Clock) -> None:
    """So that no test above depends on when in a step it runs."""
    assert clock() == datetime(2026, 9, 18, 2, 24, 7, tzinfo=clock().tzinfo)
