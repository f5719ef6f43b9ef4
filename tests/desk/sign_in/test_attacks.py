"""Attacks on sign-in: telling names apart by time, a thousand guesses, old tokens, a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from pyotp import TOTP
from starlette.requests import Request
from starlette.testclient import TestClient

from functions.bootstrap import Services, open_services
from functions.desk.app import create_app
from functions.desk.sessions import COOKIE, Sessions
from functions.desk.sign_in.steps import SignInSteps
from functions.settings import Settings
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from functions.web.http.problems import HttpProblem
from tests.desk.conftest import PASSWORD, ComeIn, csrf_of, post_sign_in, token_in
from tests.support.clock import Clock

GUESSES = 1000
WRONG = "不是这个口令 12345"


@pytest.fixture
def factors(services: Services) -> SecondFactors:
    keys = services.keys
    return SecondFactors(services.staff, Encryption(keys.hmac, keys.hmac_kid, services.entropy), services.entropy)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was compared with a hash."""
    passwords: list[str] = []
    verify = PasswordHasher.verify

    def watch(hasher: PasswordHasher, kept: str, given: str) -> bool:
        passwords.append(given)
        return verify(hasher, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", watch)
    return passwords


@pytest.fixture
def proxied(services: Services, staff: None) -> TestClient:
    """The desk behind a proxy, which says what address each request comes from."""
    behind = replace(services, settings=replace(services.settings, behind_proxy=True))
    return TestClient(create_app(behind), base_url="https://testserver", follow_redirects=False)


def sign_in(client: TestClient, name: str, password: str, *, address: str = "192.0.2.1", totp: str = "") -> Any:
    fields = {"username": name, "password": password} | ({"totp": totp} if totp else {})
    return client.post("/api/desk/session", json=fields, headers={"x-forwarded-for": address})


def test_an_unknown_name_costs_the_same_hashing_as_a_wrong_password(
    services: Services, proxied: TestClient, looked_at: list[str]
) -> None:
    """One hash each, and the same answer. `make bench` looks at the time that it takes."""
    answers = [sign_in(proxied, name, WRONG) for name in ("officer", "没有这人")]
    assert looked_at == [WRONG, WRONG]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_only_ten_of_a_thousand_guesses_at_one_account_are_checked(
    proxied: TestClient, looked_at: list[str], clock: Clock
) -> None:
    """From a thousand addresses within one window; the 10th and the 1,000th are answered alike after that."""
    answers = [
        sign_in(proxied, "officer", f"猜的口令 {number:012d}", address=f"198.51.{number // 250}.{number % 250}")
        for number in range(GUESSES)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * (GUESSES - 10)
    assert len(looked_at) == 10
    assert sign_in(proxied, "officer", PASSWORD, address="203.0.113.1").status_code == 429, "not even the right one"
    clock.at += timedelta(minutes=15)
    assert sign_in(proxied, "officer", PASSWORD, address="203.0.113.1").status_code == 201


def test_only_a_hundred_of_a_thousand_names_from_one_address_are_checked(
    services: Services, clock: Clock, factors: SecondFactors
) -> None:
    sign_in_steps = SignInSteps(services, Sessions(services), factors)
    request = Request({"type": "http", "method": "POST", "headers": [], "client": ("192.0.2.1", 1)})
    statuses: list[int] = []
    for number in range(GUESSES):
        with pytest.raises(HttpProblem) as refusal:
            sign_in_steps.check(request, name=f"示例{number}", password=WRONG)
        statuses.append(refusal.value.status)
    assert statuses == [401] * 100 + [429] * (GUESSES - 100)


def test_only_five_of_a_thousand_guesses_at_a_code_are_checked(
    proxied: TestClient, services: Services, factors: SecondFactors, clock: Clock
) -> None:
    """The password is known already; among the guesses is the right code, and it comes too late."""
    secret, at = factors.new_secret(), clock() - timedelta(minutes=30)
    factors.turn_on("officer", secret=secret, code=TOTP(secret).at(at), at=at)
    account = services.staff.account("officer")
    sign_in_steps = SignInSteps(services, Sessions(services), factors)
    right = TOTP(secret).at(clock())
    statuses: list[int] = []
    for number in range(GUESSES):
        request = Request({"type": "http", "method": "POST", "headers": [], "client": (f"198.51.100.{number}", 1)})
        guess = right if number >= 5 else f"{(int(right) + 7 * number + 500_000) % 1_000_000:06d}"
        with pytest.raises(HttpProblem) as refusal:
            sign_in_steps.sign_in(request, account, guess)
        statuses.append(refusal.value.status)
    assert statuses == [401] * 5 + [429] * (GUESSES - 5)
    assert services.staff.account("officer").second_factor == account.second_factor, "the right one is not used up"
    clock.at += timedelta(minutes=15)
    assert sign_in(proxied, "officer", PASSWORD, totp=TOTP(secret).at(clock())).status_code == 201


@pytest.mark.parametrize("path", ["/desk/password", "/desk/totp/off", "/desk/totp/recovery"])
def test_only_ten_of_a_hundred_guesses_at_an_unlocked_desk_are_checked(
    come_in: ComeIn, services: Services, factors: SecondFactors, clock: Clock, looked_at: list[str], path: str
) -> None:
    secret = factors.new_secret()
    factors.turn_on("officer", secret=secret, code=TOTP(secret).at(clock()), at=clock())
    desk = come_in("officer")
    fields = {"csrf": csrf_of(desk, services), "new": "另一个长口令 staple 8", "again": "另一个长口令 staple 8"}
    statuses = []
    for number in range(100):
        guess = f"猜的口令 {number:012d}"
        statuses.append(desk.post(path, data={**fields, "old": guess, "password": guess}).status_code)
    assert statuses == [422] * 10 + [429] * (90)
    assert len(looked_at) == 10
    assert services.staff.account("officer").second_factor is not None
    with TestClient(create_app(services), base_url="https://testserver") as owner:
        code = TOTP(secret).at(clock() + timedelta(seconds=30))
        assert sign_in(owner, "officer", PASSWORD, totp=code).status_code == 201, "the door is another count"


def test_a_restart_keeps_failed_tries_and_sessions(
    services: Services, settings: Settings, staff: None, come_in: ComeIn, clock: Clock
) -> None:
    token = come_in("viewer").cookies[COOKIE]
    client = TestClient(create_app(services), base_url="https://testserver")
    assert [sign_in(client, "officer", WRONG).status_code for _ in range(10)] == [401] * 10
    services.close()
    again = replace(open_services(settings, lock=True), clock=clock)
    try:
        with TestClient(create_app(again), base_url="https://testserver", follow_redirects=False) as restarted:
            assert sign_in(restarted, "officer", PASSWORD).status_code == 429
            restarted.cookies.set(COOKIE, token)
            assert restarted.get("/api/desk/submissions").status_code == 200
    finally:
        again.close()


@pytest.mark.parametrize("way", ["sign-out", "everywhere", "password"])
def test_a_token_is_worth_nothing_after_it_was_ended_in_any_way(come_in: ComeIn, services: Services, way: str) -> None:
    """Replay after sign-out: the cookie, and the CSRF token with it."""
    desk = come_in("admin")
    token, csrf = desk.cookies[COOKIE], csrf_of(desk, services)
    new = "另一个长口令 staple 8"
    path, fields = {
        "sign-out": ("/desk/sign-out", {}),
        "everywhere": ("/desk/account/sessions", {"session": "all"}),
        "password": ("/desk/password", {"old": PASSWORD, "new": new, "again": new}),
    }[way]
    assert desk.post(path, data={"csrf": csrf, **fields}).status_code == 303
    with TestClient(desk.app, base_url="https://testserver", follow_redirects=False) as thief:
        thief.cookies.set(COOKIE, token, domain="testserver.local")
        assert thief.get("/api/desk/submissions").status_code == 401
        answer = thief.post("/desk/staff", data={"csrf": csrf, "name": "示例甲", "role": "admin"})
        assert answer.headers["location"] == "/desk/sign-in"
    assert len(services.staff.accounts()) == 4


@pytest.mark.parametrize("planted", ["A" * 43, "", "示例", "a; b", "\x7f"])
def test_a_planted_token_is_never_adopted(client: TestClient, staff: None, planted: str) -> None:
    """Session fixation: the server alone makes tokens, a new one at each sign-in."""
    headers = {b"cookie": f"{COOKIE}={planted}".encode()}
    answer = client.post("/api/desk/session", json={"username": "officer", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 201
    token = client.cookies[COOKIE]
    assert token != planted
    assert len(token) == 43
    client.cookies.clear()
    assert client.get("/api/desk/submissions", headers=headers).status_code == 401


def test_the_second_step_gives_a_new_token_too(
    client: TestClient, staff: None, factors: SecondFactors, clock: Clock
) -> None:
    secret, at = factors.new_secret(), clock() - timedelta(minutes=30)
    factors.turn_on("officer", secret=secret, code=TOTP(secret).at(at), at=at)
    post_sign_in(client, "viewer", PASSWORD)
    planted = client.cookies[COOKIE]
    page = TestClient(client.app, base_url="https://testserver", follow_redirects=False)
    asked = post_sign_in(page, "officer", PASSWORD)
    page.cookies.set(COOKIE, planted, domain="testserver.local")
    fields = {name: token_in(asked.text, name) for name in ("csrf", "ticket", "next")}
    assert page.post("/desk/sign-in/code", data={**fields, "code": TOTP(secret).at(clock())}).status_code == 303
    assert page.cookies[COOKIE] != planted
    assert client.get("/api/desk/submissions").status_code == 401, "the session it came with is over"


def test_nothing_secret_is_logged(
    client: TestClient, staff: None, factors: SecondFactors, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    post_sign_in(client, "reviewer", PASSWORD)
    page = client.get("/desk/totp").text
    secret = page.partition("secret=")[2].partition("&")[0]
    fields = {"csrf": token_in(page), "setup": token_in(page, "setup"), "code": TOTP(secret).at(clock())}
    done = client.post("/desk/totp", data=fields).text
    codes = [part.partition("<")[0] for part in done.split('<li class="secret">')[1:]]
    assert len(codes) == 8
    asked = post_sign_in(TestClient(client.app, base_url="https://testserver"), "reviewer", PASSWORD)
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    written = " ".join(f"{record.getMessage()} {record.exc_text}" for record in ours)
    for unsaid in (secret, fields["setup"], token_in(asked.text, "ticket"), PASSWORD, client.cookies[COOKIE], *codes):
        assert unsaid not in written
    assert len(secret) == 32
