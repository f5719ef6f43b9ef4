"""Every action of the desk, requested twice at once, has one effect; both requests get the same answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.app import create_app
from functions.desk.first_answers import ANSWER_LIFE, BUSY, USED, WORK_LIFE
from functions.desk.sessions import COOKIE
from functions.staff.audit_log import Sought, body_of
from functions.web.http.routes import own
from tests.desk.clicks import ACTIONS, Click, Desk, add, change_password, decide, note, renew
from tests.desk.conftest import ComeIn, Filer, csrf_of
from tests.desk.review.test_pages import Officer
from tests.support.clock import Clock
from tests.support.markup import read_page


@pytest.fixture
def desk(services: Services, clock: Clock, come_in: ComeIn, file: Filer, client: TestClient) -> Desk:
    return Desk(services, clock, come_in, file, client)


def done(services: Services) -> list[str]:
    """The actions in the audit log, in order; views are not counted."""
    services.records.check_writable()
    looks = ("viewed", "listed", "sign_in_failed")
    return [entry.type for entry in services.trail.stream(Sought()) if entry.type not in looks]


def told(answer: Any) -> tuple[int, str, str, list[str]]:
    headers = answer.headers
    return answer.status_code, answer.text, headers.get("location", ""), headers.get_list("set-cookie")


def twice_at_once(click: Click) -> list[Any]:
    """Both answers; each is sent with the cookies that the page was opened with."""
    cookies, barrier = dict(click.client.cookies), Barrier(2)

    def send(_: int) -> Any:
        browser = TestClient(click.client.app, base_url="https://testserver", follow_redirects=False)
        for name, value in cookies.items():
            browser.cookies.set(name, value, domain="testserver.local")
        barrier.wait(10)
        return click.send(browser)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, range(2)))


def test_the_table_has_every_action(services: Services) -> None:
    """Except uploads, since a file that no filing names is swept."""
    routes = [route for route in own(create_app(services).routes) if not route.carries]
    unsafe = {
        (method, route.path) for route in routes for method in route.methods or () if method in ("POST", "DELETE")
    }
    assert unsafe == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS, ids=" ".join)
def test_two_clicks_at_once_have_one_effect_and_one_answer(desk: Desk, action: tuple[str, str]) -> None:
    click = ACTIONS[action](desk)
    before = done(desk.services)
    sessions = {name: len(desk.services.staff.sessions(name)) for name in ("officer", "reviewer")}
    first, second = twice_at_once(click)
    assert first.status_code < 400, first.text
    assert told(first) == told(second)
    assert done(desk.services)[len(before) :] == click.effect
    assert all(len(desk.services.staff.sessions(name)) <= count + 1 for name, count in sessions.items())


def test_a_second_click_sees_the_one_time_password_again(desk: Desk) -> None:
    click = add(desk)
    first, second = click.send(), click.send()
    assert '<p class="secret">' in first.text
    assert told(first) == told(second)


def test_a_second_click_on_a_new_password_succeeds_again(desk: Desk) -> None:
    click = change_password(desk)
    first, second = twice_at_once(click)
    assert first.headers["location"] == second.headers["location"] == "/desk/account?done=password"
    click.client.cookies.set(COOKIE, second.cookies[COOKIE], domain="testserver.local")
    assert click.client.get("/desk/").status_code == 200


def test_a_used_page_keeps_text_typed_into_it_later(desk: Desk) -> None:
    click = add(desk)
    assert click.send().status_code == 200
    ours = {"sec-fetch-site": "same-origin"}
    other = replace(click, fields={**click.fields, "name": "示例乙"}, headers=ours).send()
    assert other.status_code == 409
    assert USED in other.text
    assert "示例乙" in other.text
    assert [each.name for each in desk.services.staff.accounts() if each.name.startswith("示例")] == ["示例甲"]
    again = read_page(other.text).posted()
    csrf = csrf_of(click.client, desk.services)
    fields = {**dict(again), "csrf": csrf, "name": "示例乙", "role": "officer"}
    assert replace(click, fields=fields).send().status_code == 200
    assert desk.services.staff.account("示例乙").role == "officer"


def test_a_used_page_with_a_secret_is_refused_and_keeps_no_text(desk: Desk) -> None:
    click = renew(desk)
    assert click.send().status_code == 200
    other = replace(click, fields={**click.fields, "password": "别的口令"}).send()
    assert other.status_code == 409
    assert USED in other.text
    assert "别的口令" not in other.text


def test_after_a_refusal_the_page_takes_other_values(desk: Desk) -> None:
    click = add(desk)
    wrong = replace(click, fields={**click.fields, "name": "示例 甲"})
    assert told(wrong.send()) == told(wrong.send())
    assert click.send().status_code == 200


def test_a_note_typed_into_a_page_that_was_used_is_kept_and_can_be_sent(desk: Desk) -> None:
    click = note(desk)
    assert click.send().status_code == 303
    other = replace(click, fields={**click.fields, "text": "另一句话"}).send()
    assert other.status_code == 409
    assert "另一句话" in other.text
    number = click.path.split("/")[3]
    officer = Officer(click.client, number)
    officer.page = read_page(other.text)
    assert officer.post("note", {"text": "另一句话"}).status_code == 303


def test_a_page_without_a_key_is_carried_out_as_before(desk: Desk) -> None:
    click = add(desk)
    fields = {name: value for name, value in click.fields.items() if name != "once"}
    assert replace(click, fields=fields).send().status_code == 200


def test_another_session_is_not_given_the_answer(desk: Desk) -> None:
    click = add(desk)
    assert click.send().status_code == 200
    assert '<p class="secret">' not in click.send(desk.come_in("admin")).text


def test_an_answer_is_given_for_ten_minutes_and_no_longer(desk: Desk) -> None:
    click = add(desk)
    first = click.send()
    desk.clock.at += ANSWER_LIFE - timedelta(seconds=1)
    assert told(click.send()) == told(first)
    desk.clock.at += timedelta(seconds=1)
    assert click.send().status_code == 422


def test_the_store_holds_no_readable_secret(desk: Desk) -> None:
    click = add(desk)
    secret = read_page(click.send().text).one("p", class_="secret").text
    data = desk.services.settings.data
    assert all(secret.encode() not in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_an_action_of_a_dead_process_restarts_after_a_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim of a click that never got an answer."""
    click = add(desk)
    monkeypatch.setattr("functions.desk.first_answers.LOOKS", 2)
    monkeypatch.setattr(desk.services.staff, "keep_answer", lambda answer: None)
    assert click.send().status_code == 200
    waiting = click.send()
    assert waiting.status_code == 409
    assert BUSY in waiting.text
    desk.clock.at += WORK_LIFE
    assert click.send().status_code == 422, "carried out: the name is taken"


def test_a_second_click_is_noted_once_in_the_audit_log(desk: Desk) -> None:
    """A second click is no second entry."""
    click = decide(desk)
    click.send()
    before = [body_of(entry) for entry in desk.services.trail.stream(Sought())]
    click.send()
    assert [body_of(entry) for entry in desk.services.trail.stream(Sought())] == before
