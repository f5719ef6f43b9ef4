"""The desk over a real store: who may sign in, what has been filed, and a client that keeps cookies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from itertools import count
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.app import create_app
from functions.desk.sessions import COOKIE
from functions.records.filing import answer, prepare
from functions.staff.accounts import make_account
from functions.staff.passwords import Passwords
from functions.staff.sessions import SessionLimits, hash_token, open_session
from functions.staff.store import Account, Role
from functions.supervision.deadlines import due_date, timeliness
from tests.conftest import CHEAP
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_registration, valid_self_check

PASSWORD = "示例的长口令 horse 7"
ROLES: tuple[Role, ...] = ("viewer", "officer", "reviewer", "admin")

Filer = Callable[..., str]
SignIn = Callable[..., TestClient]
ComeIn = Callable[..., TestClient]


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A browser that has not signed in; it follows no redirect by itself."""
    app = create_app(services)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Made once, for all accounts of all tests."""
    return CHEAP().hash(PASSWORD)


@pytest.fixture
def staff(services: Services, password_hash: str) -> None:
    """One account for every role, named after it, with the same password."""
    for role in ROLES:
        services.staff.add_account(Account(role, role, password_hash, False, False, services.clock()))


@pytest.fixture
def signed_in(client: TestClient, staff: None) -> SignIn:
    """Signs the client in as the account of a role."""

    def sign_in(name: str = "viewer", password: str = PASSWORD) -> TestClient:
        response = post_sign_in(client, name, password)
        assert response.status_code == 303, response.text
        return client

    return sign_in


@pytest.fixture
def come_in(services: Services, staff: None) -> ComeIn:
    """Opens a session of an account without asking for its password, and gives a browser that has its cookie."""

    def come_in(name: str, **settings: Any) -> TestClient:
        account = services.staff.account(name)
        token, _ = open_session(
            services.staff, account, at=services.clock(), entropy=services.entropy, limits=SessionLimits()
        )
        app = create_app(replace(services, settings=replace(services.settings, **settings)))
        browser = TestClient(app, base_url="https://testserver", follow_redirects=False)
        browser.cookies.set(COOKIE, token, domain="testserver.local")
        return browser

    return come_in


@pytest.fixture
def file(services: Services, clock: Clock) -> Filer:
    """Files valid data of a form and returns its number: the first at the clock's time, each next a microsecond later.

    Filings of one instant are listed by their numbers, which are random.
    """
    earlier = count()

    def file_one(data: dict[str, Any] | None = None, *, form: str = "annual-self-check", contest: bool = False) -> str:
        definition = services.catalogue.get(form)
        held = data or valid_self_check()
        at = clock() + timedelta(microseconds=next(earlier))
        due = due_date(definition.filing_for(held), held)
        step = prepare(
            definition,
            held,
            at=at,
            due=due,
            timeliness=timeliness(at, due),
            contest=contest,
            idempotency_key=None,
            request_digest="0" * 64,
            keys=services.keys,
            entropy=services.entropy,
        )
        return str(answer(services.records.append(step).result(), services.keys)["number"])

    return file_one


def add_account(services: Services, name: str, role: str, password: str | None = PASSWORD) -> str | None:
    """Make an account; its one-time password when none is given."""
    return make_account(
        services.staff, Passwords(services.entropy), name=name, role=role, password=password, at=services.clock()
    )


def self_check(number: int, **changes: Any) -> dict[str, Any]:
    """The report of the n-th unit."""
    return valid_self_check(uscc=make_uscc(number), unit_name=f"示例县第{number}中学", **changes)


def registration(number: int) -> dict[str, Any]:
    """The registration of the n-th project."""
    return valid_registration(project_name=f"示例工程{number}", start_date="2026-04-01")


def token_in(html: str, name: str = "csrf") -> str:
    """The value of a hidden field of the page."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', html)
    assert found, html
    return unescape(found.group(1))


def post_sign_in(client: TestClient, name: str, password: str, after: str = "") -> Any:
    """Fill in the sign-in page and send it."""
    page = client.get("/desk/sign-in")
    fields = {"csrf": token_in(page.text), "username": name, "password": password, "next": after}
    return client.post("/desk/sign-in", data=fields)


def rows_in(html: str) -> list[str]:
    """The numbers of the list, from top to bottom."""
    return re.findall(r'name="number" value="([^"]+)"', html)


def csrf_of(client: TestClient, services: Services) -> str:
    """The CSRF token that the forms of this browser's session must send back."""
    return services.staff.session(hash_token(client.cookies[COOKIE])).csrf
