"""Guesses by strangers do not lock out a known browser, and a reset unlocks the account at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.desk.app import create_app
from functions.desk.sessions import DEVICE_COOKIE
from functions.staff.administration import reset_password
from functions.staff.devices import LIFE
from functions.staff.passwords import Passwords
from functions.staff.throttle import address_key
from functions.web.http.scope import UNKNOWN
from tests.desk.conftest import PASSWORD, ComeIn, csrf_of
from tests.support.clock import Clock

WRONG = "不是这个口令 12345"


@pytest.fixture
def browser(services: Services, staff: None) -> Iterator[TestClient]:
    """An officer's own browser."""
    with TestClient(create_app(services), base_url="https://testserver", follow_redirects=False) as client:
        yield client


@pytest.fixture
def stranger(services: Services, staff: None) -> Iterator[TestClient]:
    """Another browser at the same address."""
    with TestClient(create_app(services), base_url="https://testserver", follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, name: str, password: str) -> int:
    return client.post("/api/desk/session", json={"username": name, "password": password}).status_code


def use_up_address(services: Services, times: int) -> None:
    """Count so many tries from the address of both browsers."""
    for _ in range(times):
        services.staff.count_attempt(address_key(UNKNOWN), at=services.clock(), window=timedelta(minutes=15))


def guess(client: TestClient, name: str, times: int = 10) -> list[int]:
    return [sign_in(client, name, WRONG) for _ in range(times)]


def test_guesses_do_not_lock_out_a_known_browser(browser: TestClient, stranger: TestClient, services: Services) -> None:
    """This includes the last admin, and the stranger's own address once its tries are used up."""
    assert sign_in(browser, "admin", PASSWORD) == 201
    assert guess(stranger, "admin", 11) == [401] * 10 + [429]
    use_up_address(services, 100)
    assert sign_in(stranger, "viewer", PASSWORD) == 429, "the address is used up"
    assert sign_in(browser, "admin", PASSWORD) == 201
    assert sign_in(stranger, "admin", PASSWORD) == 429, "knowing a browser forgives no stranger"


def test_a_known_browser_has_its_own_ten_tries(browser: TestClient, stranger: TestClient, clock: Clock) -> None:
    sign_in(browser, "officer", PASSWORD)
    assert guess(browser, "officer", 11) == [401] * 10 + [429]
    assert sign_in(stranger, "officer", PASSWORD) == 201, "they are not the account's"
    clock.at += timedelta(minutes=15)
    assert sign_in(browser, "officer", PASSWORD) == 201


def test_two_officers_at_one_computer_are_both_known(browser: TestClient, stranger: TestClient) -> None:
    for name in ("officer", "reviewer"):
        sign_in(browser, name, PASSWORD)
        guess(stranger, name)
    assert [sign_in(browser, name, PASSWORD) for name in ("officer", "reviewer")] == [201, 201]


def test_a_browser_is_known_for_the_account_alone_that_signed_in(browser: TestClient, stranger: TestClient) -> None:
    sign_in(browser, "officer", PASSWORD)
    [token] = [value for name, value in browser.cookies.items() if name.startswith(DEVICE_COOKIE)]
    guess(stranger, "admin")
    sign_in(stranger, "reviewer", PASSWORD)
    [place] = [name for name in stranger.cookies if name.startswith(DEVICE_COOKIE)]
    sign_in(browser, "admin", WRONG)
    browser.cookies.set(place, token, domain="testserver.local")
    assert sign_in(browser, "admin", PASSWORD) == 429


@pytest.mark.parametrize(("age", "status"), [(LIFE - timedelta(seconds=1), 201), (LIFE, 429)])
def test_a_browser_is_forgotten_in_the_end(
    browser: TestClient, stranger: TestClient, clock: Clock, age: timedelta, status: int
) -> None:
    sign_in(browser, "officer", PASSWORD)
    kept = {cookie.name: cookie.value for cookie in browser.cookies.jar if cookie.name.startswith(DEVICE_COOKIE)}
    clock.at += age
    guess(stranger, "officer")
    browser.cookies.update({name: value or "" for name, value in kept.items()})
    assert sign_in(browser, "officer", PASSWORD) == status


def test_a_device_cookie_grants_no_access_and_is_unreadable_by_scripts(browser: TestClient) -> None:
    answer = browser.post("/api/desk/session", json={"username": "officer", "password": PASSWORD})
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(DEVICE_COOKIE)]
    assert "officer" not in cookie
    assert all(mark in cookie for mark in ("HttpOnly", "Secure", "SameSite=strict", "Path=/", "Max-Age=34560000"))
    browser.delete("/api/desk/session")
    assert browser.get("/desk/").headers["location"].startswith("/desk/sign-in")


def test_a_reset_password_works_while_guessing_continues(
    browser: TestClient, stranger: TestClient, services: Services
) -> None:
    """`qingdan staff reset` and the desk call the same function; the new browser has never signed in."""
    guess(stranger, "admin", 11)
    given = reset_password(services.staff, Passwords(services.entropy), "admin")
    assert guess(stranger, "admin", 11) == [401] * 10 + [429], "the count begins anew, and is used up again"
    assert sign_in(browser, "admin", given) == 201


def test_guesses_at_one_time_passwords_are_limited_by_address(stranger: TestClient, services: Services) -> None:
    """80 random bits: a hundred tries a quarter of an hour find none."""
    use_up_address(services, 88)
    tries = [sign_in(stranger, "admin", f"AAAA-BBBB-CCCC-{number:04d}") for number in range(13)]
    assert tries == [401] * 12 + [429]


def test_an_admin_unlocks_an_account_at_the_desk(
    come_in: ComeIn, services: Services, stranger: TestClient, browser: TestClient
) -> None:
    guess(stranger, "officer", 11)
    desk = come_in("admin")
    place = f"/desk/staff/{id_of('officer')}"
    assert "解除登录限制" in desk.get(place).text
    answer = desk.post(place, data={"csrf": csrf_of(desk, services), "do": "unlock"})
    assert answer.headers["location"] == f"{place}?done=unlock"
    assert sign_in(browser, "officer", PASSWORD) == 201
