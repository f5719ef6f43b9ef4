"""Signing in and out, the one-time password, the limits of a session, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.app import create_app
from functions.desk.sessions import COOKIE, FORM_COOKIE
from tests.desk.conftest import (
    PASSWORD,
    ROLES,
    Filer,
    SignIn,
    add_account,
    post_sign_in,
    token_in,
)
from tests.support.clock import Clock

NEW = "另一个长口令 staple 8"
PAGES = ("/desk/submissions", "/desk/submissions/{number}", "/desk/export?format=jsonl")
API = (
    "/api/desk/submissions",
    "/api/desk/submissions/{number}",
    "/api/desk/exports/annual-self-check.jsonl",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_redirected_to_sign_in_with_a_way_back(client: TestClient, path: str) -> None:
    answer = client.get(path.format(number="SC-2026-ABCDEF"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in?next=%2Fdesk%2F")
    assert "示例" not in answer.text


@pytest.mark.parametrize("path", API)
def test_a_program_without_a_session_gets_401(client: TestClient, path: str) -> None:
    answer = client.get(path.format(number="SC-2026-ABCDEF"))
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "请先登录"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", [*PAGES, *API])
def test_each_role_may_read_and_download(signed_in: SignIn, file: Filer, role: str, path: str) -> None:
    number = file()
    answer = signed_in(role).get(path.format(number=number))
    assert answer.status_code == 200
    assert number in answer.text


def test_the_cookie_is_of_the_host_alone_and_no_script_reads_it(client: TestClient, staff: None) -> None:
    answer = post_sign_in(client, "officer", PASSWORD)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE + "="))
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "path=/", "samesite=strict", "secure"}
    assert COOKIE.startswith("__Host-")


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: TestClient, staff: None) -> None:
    wrong = post_sign_in(client, "officer", "不是这个口令 12345")
    unknown = post_sign_in(client, "nobody-here", "不是这个口令 12345")
    assert wrong.status_code == unknown.status_code == 401
    once = [token_in(each.text, "once") for each in (wrong, unknown)]
    assert wrong.text == unknown.text.replace("nobody-here", "officer").replace(once[1], once[0])
    assert "账号或者密码不对" in wrong.text
    assert "不是这个口令" not in wrong.text
    assert "<title>有 1 处要改：登录" in wrong.text


def test_sign_in_goes_on_to_the_page_that_was_asked_for_and_nowhere_else(client: TestClient, staff: None) -> None:
    answer = post_sign_in(client, "officer", PASSWORD, after="/desk/submissions/SC-2026-ABCDEF?form=x")
    assert answer.headers["location"] == "/desk/submissions/SC-2026-ABCDEF?form=x"
    for elsewhere in (
        "https://example.invalid/",
        "//example.invalid/",
        "/desk/\\example.invalid",
        "/forms/",
        "/desk/../forms/",
    ):
        client.cookies.clear()
        assert post_sign_in(client, "officer", PASSWORD, after=elsewhere).headers["location"] == "/desk/"


def test_a_session_planted_before_sign_in_is_worth_nothing(client: TestClient, staff: None) -> None:
    """Session fixation: sign-in makes a new token, and ends the session that the browser came with."""
    post_sign_in(client, "viewer", PASSWORD)
    planted = client.cookies[COOKIE]
    page = TestClient(client.app, base_url="https://testserver", follow_redirects=False)
    form = page.get("/desk/sign-in")
    page.cookies.set(COOKIE, planted)
    fields = {"csrf": token_in(form.text), "username": "admin", "password": PASSWORD}
    assert page.post("/desk/sign-in", data=fields).status_code == 303
    with TestClient(client.app, base_url="https://testserver", follow_redirects=False) as thief:
        thief.cookies.set(COOKIE, planted)
        assert thief.get("/api/desk/submissions").status_code == 401


def test_sign_out_ends_the_session_on_the_server(signed_in: SignIn) -> None:
    client = signed_in()
    token = client.cookies[COOKIE]
    csrf = token_in(client.get("/desk/").text)
    answer = client.post("/desk/sign-out", data={"csrf": csrf})
    assert answer.headers["location"] == "/desk/sign-in?out=1"
    assert COOKIE not in client.cookies
    client.cookies.set(COOKIE, token)
    assert client.get("/desk/").status_code == 303
    assert client.get("/api/desk/submissions").status_code == 401


@pytest.mark.parametrize("given", ["", "wrong", None])
@pytest.mark.parametrize("path", ["/desk/sign-out", "/desk/password"])
def test_every_form_requires_the_token_of_its_session(signed_in: SignIn, path: str, given: str | None) -> None:
    client = signed_in()
    fields = {"old": PASSWORD, "new": NEW, "again": NEW} | ({} if given is None else {"csrf": given})
    answer = client.post(path, data=fields)
    assert answer.status_code == 403
    assert "没有照办" in answer.text
    assert client.get("/desk/").status_code == 200


def test_the_token_of_another_session_is_not_taken(signed_in: SignIn, services: Services) -> None:
    client = signed_in("viewer")
    with TestClient(create_app(services), base_url="https://testserver", follow_redirects=False) as other:
        post_sign_in(other, "officer", PASSWORD)
        foreign = token_in(other.get("/desk/").text)
    assert client.post("/desk/sign-out", data={"csrf": foreign}).status_code == 403


def test_sign_in_needs_the_cookie_of_its_own_page(client: TestClient, staff: None) -> None:
    """Another site cannot sign a browser in under an account of its own."""
    form = token_in(client.get("/desk/sign-in").text)
    client.cookies.delete(FORM_COOKIE)
    fields = {"csrf": form, "username": "officer", "password": PASSWORD}
    assert client.post("/desk/sign-in", data=fields).status_code == 403


def test_until_the_one_time_password_is_changed_only_that_page_is_shown(
    client: TestClient, services: Services, file: Filer
) -> None:
    number = file()
    one_time = add_account(services, "新来的", "officer", None) or ""
    assert post_sign_in(client, "新来的", one_time).headers["location"] == "/desk/password"
    for path in PAGES:
        assert client.get(path.format(number=number)).headers["location"] == "/desk/password"
    for path in API:
        assert client.get(path.format(number=number)).status_code == 403
    page = client.get("/desk/password")
    assert "先换掉一次性密码" in page.text
    old_token = client.cookies[COOKIE]
    fields = {"csrf": token_in(page.text), "old": one_time, "new": NEW, "again": NEW}
    assert client.post("/desk/password", data=fields).headers["location"] == "/desk/"
    assert client.cookies[COOKIE] != old_token
    assert number in client.get("/desk/submissions").text
    client.cookies.clear()
    client.cookies.set(COOKIE, old_token)
    assert client.get("/api/desk/submissions").status_code == 401


def test_a_refused_password_names_the_field_and_keeps_the_session(signed_in: SignIn) -> None:
    client = signed_in()
    csrf = token_in(client.get("/desk/password").text)
    answer = client.post("/desk/password", data={"csrf": csrf, "old": PASSWORD, "new": "短", "again": "短"})
    assert answer.status_code == 422
    assert 'href="#new"' in answer.text
    assert "至少要 12 个字符，现在是 1 个" in answer.text
    assert 'aria-describedby="new-h new-e"' in answer.text
    assert client.get("/desk/").status_code == 200


def test_idle_and_absolute_limits_to_the_second(signed_in: SignIn, clock: Clock) -> None:
    client = signed_in()
    start = clock()
    clock.at = start + timedelta(minutes=30) - timedelta(seconds=1)
    assert client.get("/desk/").status_code == 200
    for minutes in range(40, 12 * 60, 20):
        clock.at = start + timedelta(minutes=minutes)
        assert client.get("/api/desk/submissions").status_code == 200
    clock.at = start + timedelta(hours=12)
    assert client.get("/api/desk/submissions").status_code == 401
    answer = client.get("/desk/sign-in")
    assert "登录已经过期" in answer.text


def test_idle_for_half_an_hour_ends_the_session(signed_in: SignIn, clock: Clock) -> None:
    client = signed_in()
    clock.at += timedelta(minutes=30)
    assert client.get("/desk/").status_code == 303


def test_the_eleventh_try_is_refused_even_with_the_right_password(
    client: TestClient, staff: None, clock: Clock
) -> None:
    for _ in range(10):
        assert post_sign_in(client, "officer", "不是这个口令 12345").status_code == 401
    answer = post_sign_in(client, "officer", PASSWORD)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "900"
    assert "请过 15 分钟再试" in answer.text
    assert post_sign_in(client, "viewer", PASSWORD).status_code == 303
    client.cookies.clear()
    clock.at += timedelta(minutes=15)
    assert post_sign_in(client, "officer", PASSWORD).status_code == 303


def test_a_program_signs_in_and_out(client: TestClient, staff: None) -> None:
    answer = client.post("/api/desk/session", json={"username": "reviewer", "password": PASSWORD})
    assert answer.status_code == 201
    assert answer.json() == {
        "username": "reviewer",
        "role": "reviewer",
        "must_change_password": False,
        "must_set_up_totp": False,
        "expires_at": "2026-09-18T14:24:07Z",
    }
    token = client.cookies[COOKIE]
    assert token not in answer.text
    assert client.delete("/api/desk/session").status_code == 204
    client.cookies.set(COOKIE, token)
    assert client.get("/api/desk/submissions").status_code == 401
    assert client.delete("/api/desk/session").status_code == 401


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        ('{"username": "viewer", "password": "不是这个口令 12345"}', "application/json", 401),
        ('{"username": "viewer"}', "application/json", 400),
        ('["viewer"]', "application/json", 400),
        ("username=viewer", "application/x-www-form-urlencoded", 415),
        ("{", "application/json", 400),
    ],
)
def test_a_bad_sign_in_of_a_program_is_a_problem(
    client: TestClient, staff: None, content: str, kind: str, status: int
) -> None:
    answer = client.post("/api/desk/session", content=content.encode(), headers={"content-type": kind})
    assert answer.status_code == status
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/desk/sign-in", "GET, HEAD, POST"),
        ("/desk/accept", "GET, HEAD, POST"),
        ("/desk/staff/2", "GET, HEAD, POST"),
        ("/api/desk/session", "DELETE, POST"),
        ("/api/desk/submissions", "GET, HEAD"),
        ("/desk/sign-out", "POST"),
    ],
)
def test_a_method_that_is_not_allowed_names_all_that_are(client: TestClient, path: str, methods: str) -> None:
    answer = client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
