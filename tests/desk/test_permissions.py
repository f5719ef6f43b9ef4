"""Every route of the desk, for every role: access is exactly what the table of permissions says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, Literal, get_args

import httpx2
import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.desk.app import create_app
from functions.desk.review.batches import KINDS
from functions.records.decision import Kind
from functions.staff.permissions import NEEDS_SECOND_FACTOR, Permission, may
from functions.staff.store import Role
from tests.desk.conftest import ROLES, ComeIn, Filer, csrf_of

Access = Permission | Literal["stranger", "signed in", "settled"]
Outcome = Literal["let through", "sent to sign in", "forbidden"]

# `stranger`: nobody needs to be signed in. `signed in`: with a one-time password too. `settled`: with a password of
# one's own, before a second factor that is demanded. All else needs the permission, and both of these.
ACCESS: Final[dict[tuple[str, str], Access]] = {
    ("GET", "/desk/"): "read",
    ("GET", "/desk/submissions"): "read",
    ("GET", "/desk/due"): "read",
    ("GET", "/desk/due.{format}"): "export",
    ("GET", "/api/desk/due"): "read",
    ("GET", "/desk/units/{uscc}"): "read",
    ("GET", "/desk/submissions/{number}"): "read",
    ("POST", "/desk/submissions/{number}/decision"): "return",
    ("POST", "/desk/submissions/{number}/note"): "note",
    ("POST", "/desk/submissions/{number}/code"): "reissue",
    ("GET", "/desk/accept"): "accept",
    ("POST", "/desk/accept"): "accept",
    ("GET", "/desk/void"): "void",
    ("POST", "/desk/void"): "void",
    ("GET", "/desk/records/"): "enter_paper",
    ("GET", "/desk/records/{form}"): "enter_paper",
    ("POST", "/desk/records/{form}"): "enter_paper",
    ("GET", "/desk/records/{form}/files"): "enter_paper",
    ("POST", "/desk/records/{form}/files"): "enter_paper",
    ("GET", "/desk/calls"): "read",
    ("GET", "/desk/calls.csv"): "export",
    ("GET", "/desk/calls.xlsx"): "export",
    ("GET", "/desk/export"): "export",
    ("GET", "/desk/sign-in"): "stranger",
    ("POST", "/desk/sign-in"): "stranger",
    ("POST", "/desk/sign-in/code"): "stranger",
    ("POST", "/desk/sign-out"): "signed in",
    ("GET", "/desk/password"): "signed in",
    ("POST", "/desk/password"): "signed in",
    ("GET", "/desk/account"): "own_account",
    ("POST", "/desk/account/sessions"): "own_account",
    ("GET", "/desk/totp"): "settled",
    ("POST", "/desk/totp"): "settled",
    ("POST", "/desk/totp/recovery"): "own_account",
    ("POST", "/desk/totp/off"): "own_account",
    ("GET", "/desk/staff"): "manage_accounts",
    ("POST", "/desk/staff"): "manage_accounts",
    ("GET", "/desk/staff/{id}"): "manage_accounts",
    ("POST", "/desk/staff/{id}"): "manage_accounts",
    ("GET", "/desk/trail"): "read_trail",
    ("GET", "/desk/trail.{format}"): "read_trail",
    ("GET", "/api/desk/trail"): "read_trail",
    ("GET", "/api/desk/trail.{format}"): "read_trail",
    ("POST", "/api/desk/session"): "stranger",
    ("DELETE", "/api/desk/session"): "signed in",
    ("GET", "/api/desk/submissions"): "read",
    ("GET", "/api/desk/submissions/{number}"): "read",
    ("GET", "/api/desk/submissions/{number}/document.pdf"): "export",
    ("GET", "/api/desk/submissions/{number}/receipt.pdf"): "export",
    ("GET", "/api/desk/submissions/{number}/opinions/{sequence}.pdf"): "export",
    ("GET", "/desk/submissions/{number}/attachments/{sha256}"): "export",
    ("GET", "/api/desk/submissions/{number}/attachments/{sha256}"): "export",
    ("GET", "/api/desk/score-sheet.pdf"): "export",
    ("GET", "/api/desk/exports/{file}"): "export",
    ("GET", "/desk/parcels/{id}"): "export",
    ("GET", "/api/desk/parcels/{id}"): "export",
    ("POST", "/api/desk/decisions"): "accept",
    ("POST", "/api/desk/submissions/{number}/decisions"): "return",
    ("POST", "/api/desk/submissions/{number}/notes"): "note",
    ("POST", "/api/desk/submissions/{number}/code"): "reissue",
    ("POST", "/api/desk/records/{form}"): "enter_paper",
    ("GET", "/desk/reminders"): "read",
    ("GET", "/desk/reminders.xlsx"): "see_contacts",
    ("POST", "/desk/reminders/{reminder}"): "see_contacts",
    ("POST", "/api/desk/reminders/{reminder}/bounced"): "see_contacts",
    ("GET", "/desk/rosters"): "read",
    ("GET", "/desk/rosters/{roster}"): "read",
    ("GET", "/desk/rosters/{roster}/template.xlsx"): "export",
    ("GET", "/desk/rosters/{roster}/rows.xlsx"): "export",
    ("GET", "/desk/rosters/{roster}/import"): "manage_rosters",
    ("POST", "/desk/rosters/{roster}/import"): "manage_rosters",
    ("GET", "/desk/rosters/{roster}/files"): "manage_rosters",
    ("POST", "/desk/rosters/{roster}/files"): "manage_rosters",
    ("GET", "/desk/rosters/{roster}/marked/{sha256}.xlsx"): "manage_rosters",
    ("GET", "/desk/rosters/{roster}/changes/{sha256}.xlsx"): "manage_rosters",
    ("GET", "/desk/rosters/{roster}/rows/{row}"): "manage_rosters",
    ("POST", "/desk/rosters/{roster}/rows/{row}"): "manage_rosters",
    ("GET", "/desk/orders"): "read",
    ("GET", "/desk/orders.{format}"): "export",
    ("GET", "/desk/orders/new"): "order",
    ("POST", "/desk/orders/new"): "order",
    ("GET", "/desk/orders/{order}"): "read",
    ("POST", "/desk/orders/{order}"): "serve",
    ("GET", "/desk/orders/{order}/document.{format}"): "export",
    ("GET", "/desk/extensions/new"): "serve",
    ("POST", "/desk/extensions/new"): "serve",
    ("GET", "/desk/extensions/{extension}"): "read",
    ("POST", "/desk/extensions/{extension}"): "order",
    ("GET", "/api/desk/orders"): "read",
    ("POST", "/api/desk/orders"): "order",
    ("GET", "/api/desk/extensions"): "read",
    ("POST", "/api/desk/extensions"): "serve",
    ("GET", "/api/desk/rosters/{roster}"): "read",
    ("PUT", "/api/desk/rosters/{roster}"): "manage_rosters",
}
OPEN: Final = ("stranger", "signed in", "settled")
Knock = Callable[[TestClient, str, str], httpx2.Response]


@pytest.fixture
def knock(services: Services, file: Filer) -> Knock:
    """Asks for a route with something that exists in the place of each of its parameters."""
    places = {
        "number": file(),
        "id": id_of("viewer"),
        "file": "annual-self-check.jsonl",
        "form": "annual-self-check",
        "format": "jsonl",
        "sequence": "2",
        "sha256": "0" * 64,
        "uscc": "0" * 18,
        "roster": "units",
        "row": "new",
        "reminder": "0",
        "order": "2026-correction-1",
        "extension": "2026-1",
    }

    def knock(client: TestClient, method: str, path: str) -> httpx2.Response:
        address = path.format(**places)
        if method == "GET":
            return client.get(address)
        if path.startswith("/api/"):
            return client.request(method, address, json={} if method != "DELETE" else None)
        return client.post(address, data={"csrf": csrf_of(client, services) if client.cookies else ""})

    return knock


def served(services: Services) -> Iterator[tuple[str, str]]:
    for route in create_app(services).routes:
        assert isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, route.path


def outcome(answer: httpx2.Response) -> Outcome:
    assert answer.status_code < 500, answer.text
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/desk/sign-in?next="):
        return "sent to sign in"
    if answer.status_code == 403 and "您的角色没有这项权限" in answer.text:
        return "forbidden"
    return "let through"


def wanted(role: Role, access: Access) -> Outcome:
    if access == "stranger" or access == "signed in" or access == "settled":
        return "let through"
    return "let through" if may(role, access) else "forbidden"


def test_the_table_has_every_route_and_no_other(services: Services) -> None:
    assert set(served(services)) == set(ACCESS)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_as_far_as_the_table_says(role: Role, come_in: ComeIn, knock: Knock) -> None:
    expected = {route: wanted(role, access) for route, access in ACCESS.items()}
    # Some routes end the session: each is asked for with one of its own.
    assert {route: outcome(knock(come_in(role), *route)) for route in ACCESS} == expected


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("role", ROLES)
def test_each_decision_asks_for_its_own_permission(
    role: Role, kind: Kind, come_in: ComeIn, file: Filer, services: Services
) -> None:
    """One address takes decisions of every kind, and several filings are decided on at another."""
    number, client = file(), come_in(role)
    before = services.records.read(number)
    one, several = f"/api/desk/submissions/{number}/decisions", "/api/desk/decisions"
    form = {"csrf": csrf_of(client, services), "decision": kind}
    answers = [
        client.post(f"/desk/submissions/{number}/decision", data=form),
        client.post(one, json={"decision": kind}, headers={"if-match": '"9"'}),
    ]
    if kind in KINDS:
        answers.append(client.post(several, json={"decision": kind, "filings": []}))
    allowed: Outcome = "let through" if may(role, kind) else "forbidden"
    assert [outcome(answer) for answer in answers] == [allowed] * len(answers)
    assert services.records.read(number) == before


def test_a_stranger_gets_no_further_than_the_sign_in_page(client: TestClient, staff: None, knock: Knock) -> None:
    for route, access in ACCESS.items():
        if access != "stranger":
            answer = knock(client, *route)
            to_page = answer.headers.get("location", "").startswith("/desk/sign-in")
            assert answer.status_code == 401 or to_page, route
            assert "示例" not in answer.text, route


def test_until_the_one_time_password_is_changed_nothing_else_is_done(
    services: Services, come_in: ComeIn, knock: Knock
) -> None:
    services.staff.replace_account(replace(services.staff.account("admin"), must_change_password=True))
    for route, access in ACCESS.items():
        if access not in ("stranger", "signed in"):
            assert_sent(knock(come_in("admin"), *route), "/desk/password", route)


@pytest.mark.parametrize("role", sorted(NEEDS_SECOND_FACTOR))
def test_until_a_demanded_second_factor_is_set_up_nothing_else_is_done(
    role: Role, come_in: ComeIn, knock: Knock
) -> None:
    for route, access in ACCESS.items():
        if access not in OPEN:
            assert_sent(knock(come_in(role, require_totp=True), *route), "/desk/totp", route)


@pytest.mark.parametrize("role", sorted(set(ROLES) - NEEDS_SECOND_FACTOR))
def test_other_roles_need_no_second_factor(role: Role, come_in: ComeIn) -> None:
    assert come_in(role, require_totp=True).get("/desk/").status_code == 200


def assert_sent(answer: httpx2.Response, page: str, route: tuple[str, str]) -> None:
    if route[1].startswith("/api/"):
        assert answer.status_code == 403, route
        assert "请先在经办台" in answer.json()["detail"], route
    else:
        assert answer.headers.get("location") == page, route


def test_every_form_requires_the_token_of_its_session(come_in: ComeIn, knock: Knock, services: Services) -> None:
    """CSRF: SameSite=Strict keeps the cookie away from other sites, and without it the token does."""
    foreign = csrf_of(come_in("admin"), services)
    for (method, path), access in ACCESS.items():
        if method != "POST" or not path.startswith("/desk/") or access == "stranger":
            continue
        for given in ({}, {"csrf": ""}, {"csrf": foreign}):
            ids = {"form": "annual-self-check", "roster": "units", "row": "new", "reminder": "0"}
            ids |= {"order": "2026-correction-1", "extension": "2026-1"}
            address = path.format(id=id_of("viewer"), number="SC-2026-79999999", **ids)
            # Whether a form brings files or not.
            files = {"upload:files.scans": ("", b"")} if path.endswith("/files") else None
            answer = come_in("admin").post(address, data={**given, "do": "disable"}, files=files)
            assert (answer.status_code, "没有照办" in answer.text) == (403, True), path
    assert not services.staff.account("viewer").disabled


def test_no_writing_api_route_accepts_a_cross_site_form(come_in: ComeIn) -> None:
    """A page of another site can send forms and plain text unasked; JSON and DELETE it has to ask for, and gets no."""
    for method, path in ACCESS:
        if path.startswith("/api/") and method not in ("GET", "DELETE"):
            for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
                answer = come_in("admin").request(method, path, content=b"{}", headers={"content-type": kind})
                assert answer.status_code == 415, path
