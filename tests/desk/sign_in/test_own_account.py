"""The sessions of one's own account, signing out of them, and changing the password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.sessions import COOKIE
from functions.web.http.user_agents import name_client
from tests.desk.conftest import PASSWORD, ComeIn, csrf_of, post_sign_in, token_in
from tests.support.clock import Clock
from tests.support.markup import read_page

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36 Edg/140.0.0.0"
)
NEW = "另一个长口令 staple 8"


def alive(client: TestClient) -> bool:
    return bool(client.get("/api/desk/submissions").status_code == 200)


def post(client: TestClient, services: Services, session: str) -> str:
    fields = {"csrf": csrf_of(client, services), "session": session}
    return str(client.post("/desk/account/sessions", data=fields).headers["location"])


def ids_in(html: str) -> list[str]:
    buttons = read_page(html).find("button", **{"name": "session"})
    return [each.attributes["value"] for each in buttons if each.attributes["value"] not in ("elsewhere", "all")]


def test_every_place_is_listed_with_what_when_and_last_use(
    client: TestClient, staff: None, come_in: ComeIn, clock: Clock
) -> None:
    client.headers["user-agent"] = EDGE
    post_sign_in(client, "officer", PASSWORD)
    clock.at += timedelta(minutes=5)
    other = come_in("officer")
    clock.at += timedelta(minutes=10)
    client.get("/desk/")
    page = other.get("/desk/account").text
    assert page.index("没有记下") < page.index("Edge，Windows"), "newest first"
    assert "2026-09-18 10:24" in page, "signed in"
    assert "2026-09-18 10:39" in page, "last used"
    assert len(ids_in(page)) == 1
    assert page.count("就是这里") == 1
    assert "退出其他 1 处" in page


@pytest.mark.one_machine
def test_no_address_and_no_version_is_kept(client: TestClient, staff: None, services: Services) -> None:
    client.headers["user-agent"] = EDGE
    post_sign_in(client, "officer", PASSWORD)
    (session,) = services.staff.sessions("officer")
    assert session.client == "Edge，Windows"
    kept = (services.settings.data / "qingdan.sqlite3").read_bytes()
    kept += (services.settings.data / "qingdan.sqlite3-wal").read_bytes()
    assert b"140.0" not in kept
    assert client.cookies[COOKIE].encode() not in kept


def test_one_place_is_signed_out_at_once(come_in: ComeIn, services: Services) -> None:
    here, there, elsewhere = (come_in("officer") for _ in range(3))
    foreign = ids_in(there.get("/desk/account").text)
    own = [each for each in ids_in(here.get("/desk/account").text) if each in foreign]
    assert post(here, services, own[0]) == "/desk/account?done=session"
    assert [alive(here), alive(there), alive(elsewhere)] == [True, True, False]


def test_the_other_places_are_signed_out_at_once_and_this_one_goes_on(come_in: ComeIn, services: Services) -> None:
    here, there = come_in("officer"), come_in("officer")
    before = here.cookies[COOKIE]
    assert post(here, services, "elsewhere") == "/desk/account?done=elsewhere"
    assert [alive(here), alive(there)] == [True, False]
    assert here.cookies[COOKIE] != before
    assert "别处的登录都已退出" in here.get("/desk/account?done=elsewhere").text


def test_signing_out_everywhere_ends_this_session_too(come_in: ComeIn, services: Services) -> None:
    here, there, colleague = come_in("officer"), come_in("officer"), come_in("viewer")
    token = here.cookies[COOKIE]
    assert post(here, services, "all") == "/desk/sign-in?out=all"
    assert COOKIE not in here.cookies
    assert "所有地方都已经退出" in here.get("/desk/sign-in?out=all").text
    here.cookies.set(COOKIE, token)
    assert [alive(here), alive(there), alive(colleague)] == [False, False, True]


def test_a_session_of_another_account_cannot_be_signed_out(come_in: ComeIn, services: Services) -> None:
    colleague = come_in("admin")
    theirs = services.staff.sessions("admin")[0].token_hash
    for session in (theirs, theirs[:16], "", "*"):
        assert post(come_in("officer"), services, session) == "/desk/account?done=session"
    assert alive(colleague)


def test_changing_the_password_signs_out_everywhere_else(come_in: ComeIn, services: Services) -> None:
    here, there = come_in("officer"), come_in("officer")
    csrf = token_in(here.get("/desk/password").text)
    answer = here.post("/desk/password", data={"csrf": csrf, "old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.headers["location"] == "/desk/account?done=password"
    assert [alive(here), alive(there)] == [True, False]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (EDGE, "Edge，Windows"),
        (EDGE.partition(" Edg/")[0], "Chrome，Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox，Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
            "Safari，iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; X) Chrome/140.0 Mobile Safari/537.36 MicroMessenger/8.0",
            "微信，安卓手机或平板",
        ),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 ArkWeb/4.1 Mobile", "认不出的浏览器，鸿蒙"),
        ("curl/8.14.1", "程序"),
        ("python-urllib/3.11", "程序"),
        ("", "认不出的浏览器"),
        ("Mozilla/5.0", "认不出的浏览器"),
    ],
)
def test_a_browser_is_named_as_people_know_it(user_agent: str, name: str) -> None:
    assert name_client(user_agent) == name
