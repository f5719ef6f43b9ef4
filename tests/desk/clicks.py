"""Each action of the desk, brought to the moment before its button is pressed; asserts nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.admin.accounts import id_of
from functions.forms.page.encode import encode
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from functions.supervision.board import due_of
from functions.supervision.orders.values import subject_of
from functions.supervision.reminders.ledger import Chain
from functions.supervision.reminders.values import Reminder
from tests.desk.conftest import PASSWORD, ComeIn, Filer, token_in
from tests.desk.review.test_pages import FORM, Officer
from tests.desk.rosters import conftest as rosters
from tests.desk.sign_in.test_second_factor import STEP, Phone, scan
from tests.support.board import SHANGHAI, list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check
from tests.support.markup import read_page

NEW: Final = "另一个长口令 staple 8"
PAPER: Final = "/desk/records/annual-self-check"
OWED: Final = {"form": "annual-self-check", "period": "2025", "uscc": make_uscc(1)}
KEY: Final = {"Idempotency-Key": "k-1"}


@dataclass
class Desk:
    """The objects that a scenario needs to prepare a click."""

    services: Services
    clock: Clock
    come_in: ComeIn
    file: Filer
    client: TestClient

    def phone(self, name: str = "reviewer") -> Phone:
        """A phone that the account has been set up with half an hour ago."""
        keys, entropy = self.services.keys, self.services.entropy
        factors = SecondFactors(self.services.staff, Encryption(keys.hmac, keys.hmac_kid, entropy), entropy)
        phone = Phone(factors.new_secret(), self.clock)
        factors.turn_on(name, secret=phone.secret, code=phone.code(-60), at=self.clock() - 60 * STEP)
        return phone


@dataclass
class Click:
    """A request that is ready to be sent, and the entries that the audit log holds once it has been carried out."""

    client: TestClient
    path: str
    effect: list[str]
    fields: Any = None
    json: Any = None
    headers: dict[str, str] | None = None
    method: str = "POST"

    def send(self, client: TestClient | None = None) -> Any:
        body: dict[str, Any] = {"json": self.json} if self.json is not None else {}
        headers = self.headers or {}
        if self.fields is not None:
            pairs = self.fields if isinstance(self.fields, list) else [*self.fields.items()]
            body, headers = {"content": urlencode(pairs)}, FORM | headers
        return (client or self.client).request(self.method, self.path, headers=headers, **body)


def hidden(html: str, *names: str) -> dict[str, str]:
    return {name: token_in(html, name) for name in ("csrf", "once", *names)}


def on_page(client: TestClient, page: str, path: str, effect: list[str], *names: str, **typed: str) -> Click:
    return Click(client, path, effect, fields={**hidden(client.get(page).text, *names), **typed})


def add(desk: Desk) -> Click:
    typed = {"name": "示例甲", "role": "officer"}
    return on_page(desk.come_in("admin"), "/desk/staff", "/desk/staff", ["account_added"], **typed)


def reset(desk: Desk) -> Click:
    page = f"/desk/staff/{id_of('officer')}"
    return on_page(desk.come_in("admin"), page, page, ["account_reset"], do="password")


def sign_in(desk: Desk) -> Click:
    typed = {"username": "officer", "password": PASSWORD}
    return on_page(desk.client, "/desk/sign-in", "/desk/sign-in", ["signed_in"], "next", **typed)


def sign_in_with_code(desk: Desk) -> Click:
    phone, first = desk.phone(), sign_in(desk)
    page = replace(first, fields={**first.fields, "username": "reviewer"}).send().text
    fields = {**hidden(page, "ticket", "next"), "code": phone.code()}
    return Click(desk.client, "/desk/sign-in/code", ["signed_in"], fields=fields)


def sign_out(desk: Desk) -> Click:
    return on_page(desk.come_in("officer"), "/desk/", "/desk/sign-out", ["signed_out"])


def change_password(desk: Desk) -> Click:
    typed = {"old": PASSWORD, "new": NEW, "again": NEW}
    return on_page(desk.come_in("officer"), "/desk/password", "/desk/password", ["password_changed"], **typed)


def sign_out_elsewhere(desk: Desk) -> Click:
    path = "/desk/account/sessions"
    return on_page(desk.come_in("officer"), "/desk/account", path, ["signed_out"], session="elsewhere")


def turn_on(desk: Desk) -> Click:
    client = desk.come_in("officer")
    page = client.get("/desk/totp").text
    fields = {**hidden(page, "setup"), "code": scan(page, desk.clock).code()}
    return Click(client, "/desk/totp", ["second_factor_changed"], fields=fields)


def renew(desk: Desk) -> Click:
    desk.phone()
    path, effect = "/desk/totp/recovery", ["second_factor_changed"]
    return on_page(desk.come_in("reviewer"), "/desk/totp", path, effect, password=PASSWORD)


def turn_off(desk: Desk) -> Click:
    desk.phone()
    effect = ["second_factor_changed"]
    return on_page(desk.come_in("reviewer"), "/desk/totp", "/desk/totp/off", effect, password=PASSWORD)


def on_filing(desk: Desk, step: str, effect: list[str], **typed: str) -> Click:
    number = desk.file()
    client = desk.come_in("reviewer")
    fields = {**Officer(client, number).hidden(f"/{step}"), **typed}
    return Click(client, f"/desk/submissions/{number}/{step}", effect, fields=fields)


def decide(desk: Desk) -> Click:
    return on_filing(desk, "decision", ["decided"], decision="accept", opinion="")


def note(desk: Desk) -> Click:
    return on_filing(desk, "note", ["decided"], text="已电话核实。")


def reissue(desk: Desk) -> Click:
    return on_filing(desk, "code", ["decided"], checked="按表里的电话回拨。")


def several(desk: Desk, kind: str) -> Click:
    data = valid_self_check()
    numbers = [desk.file(data, contest=True) for _ in range(2 if kind == "void" else 1)]
    client = desk.come_in("reviewer")
    query = urlencode([("number", number) for number in numbers])
    page = read_page(client.get(f"/desk/{kind}?{query}").text)
    typed = [("reason", "示例：重复。")] if kind == "void" else []
    posted = [pair for pair in page.posted() if pair[0] != "reason"]
    # Of two that contest each other one is voided: then the other contests nothing.
    return Click(client, f"/desk/{kind}", ["decided"], fields=[*posted, *typed])


def paper(desk: Desk) -> Click:
    client = desk.come_in("officer")
    answers = dict(reversed(encode(desk.services.catalogue.get("annual-self-check"), valid_self_check())))
    typed = {"received_on": "2026-09-10", "action": "review"}
    checked = client.post(PAPER, data={**dict(read_page(client.get(PAPER).text).posted()), **answers, **typed})
    return Click(client, PAPER, ["decided"], fields=[*read_page(checked.text).posted(), ("action", "file")])


def import_roster(desk: Desk) -> Click:
    client = desk.come_in("admin")
    preview = rosters.upload(client, desk.services, rosters.several([1, 2])).text
    return Click(client, f"{rosters.LIST}/import", ["roster_imported"], fields=rosters.hidden(preview))


def add_row(desk: Desk) -> Click:
    page = f"{rosters.LIST}/rows/new"
    typed = {"row.unit_name": "示例县气象站", "row.uscc": make_uscc(7)}
    return on_page(desk.come_in("admin"), page, page, ["roster_changed"], "head", do="save", **typed)


def reminded(desk: Desk) -> str:
    """The id of a mail that nobody knows the fate of, about a unit that has not filed."""
    at = desk.clock().astimezone(SHANGHAI).isoformat(sep=" ", timespec="seconds").partition("+")[0]
    list_units(desk.services, {"unit_name": "示例县气象站", "uscc": make_uscc(7), "since": "2026-01-01"}, at=at)
    about = Reminder("annual-self-check", "yearly", "2025", make_uscc(7), "示例县气象站", "", "2026-09-30", 30, "email")
    chain = Chain(desk.services.ledger, about.year, desk.services.clock, desk.services.entropy)
    chain.begin([about], {}, "(console)")
    return about.id


def call(desk: Desk) -> Click:
    page = f"/desk/reminders/{reminded(desk)}"
    return on_page(desk.come_in("officer"), "/desk/reminders", page, ["reminded"], do="called", said="说周五以前报")


def api(desk: Desk, path: str, json: Any, **headers: str) -> Click:
    return Click(desk.come_in("reviewer"), path, ["decided"], json=json, headers=KEY | headers)


def bounce(desk: Desk) -> Click:
    path = f"/api/desk/reminders/{reminded(desk)}/bounced"
    return Click(desk.come_in("officer"), path, ["reminded"], json={}, headers=KEY)


def api_one(desk: Desk, step: str, json: Any) -> Click:
    number = desk.file()
    return api(desk, f"/api/desk/submissions/{number}/{step}", json, **{"If-Match": '"1"'})


def api_several(desk: Desk) -> Click:
    filings = [{"number": desk.file(), "sequence": 1}]
    return api(desk, "/api/desk/decisions", {"decision": "accept", "filings": filings})


def api_sign_in(desk: Desk) -> Click:
    json = {"username": "officer", "password": PASSWORD}
    return Click(desk.client, "/api/desk/session", ["signed_in"], json=json, headers=KEY)


def api_sign_out(desk: Desk) -> Click:
    client = desk.come_in("officer")
    return Click(client, "/api/desk/session", ["signed_out"], headers=KEY, method="DELETE")


def overdue_row(desk: Desk) -> str:
    """The key of a unit that has not filed its self-check, as the board calls it."""
    desk.clock.at = moment("2026-10-08")
    list_units(desk.services, {"unit_name": "示例县第1中学", "uscc": make_uscc(1), "since": "2026-01-01"})
    return subject_of(due_of(desk.services, on=desk.clock().date())[0]).key


def issue_order(desk: Desk) -> Click:
    address = f"/desk/orders/new?do=correction&row={overdue_row(desk)}"
    client = desk.come_in("reviewer")
    typed = {"until": "2026-10-20", "signed_by": "示例局长"}
    posted = {**dict(read_page(client.get(address).text).posted()), **typed}
    return Click(client, "/desk/orders/new", ["letters_issued"], fields=posted)


def void_order(desk: Desk) -> Click:
    first = issue_order(desk)
    page = first.send().headers["location"].partition("?")[0]
    return on_page(first.client, page, page, ["letter_changed"], do="void", reason="示例：写错。")


def extend(desk: Desk) -> Click:
    page = f"/desk/extensions/new?row={overdue_row(desk)}"
    typed = {"until": "2026-11-15", "reason": "示例：搬迁。"}
    return on_page(desk.come_in("reviewer"), page, "/desk/extensions/new", ["extension_changed"], "row", **typed)


def revoke_extension(desk: Desk) -> Click:
    first = extend(desk)
    page = first.send().headers["location"].partition("?")[0]
    return on_page(first.client, page, page, ["extension_changed"], do="revoke", reason="示例：不搬了。")


def api_issue(desk: Desk) -> Click:
    overdue_row(desk)
    json = {"kind": "correction", "until": "2026-10-20", "signed_by": "示例局长", "items": [OWED]}
    return replace(api(desk, "/api/desk/orders", json), effect=["letters_issued"])


def api_extend(desk: Desk) -> Click:
    overdue_row(desk)
    json = {"until": "2026-11-15", "reason": "示例：搬迁。", "items": [OWED]}
    return replace(api(desk, "/api/desk/extensions", json), effect=["extension_changed"])


ACTIONS: Final[dict[tuple[str, str], Callable[[Desk], Click]]] = {
    ("POST", "/desk/staff"): add,
    ("POST", "/desk/staff/{id}"): reset,
    ("POST", "/desk/sign-in"): sign_in,
    ("POST", "/desk/sign-in/code"): sign_in_with_code,
    ("POST", "/desk/sign-out"): sign_out,
    ("POST", "/desk/password"): change_password,
    ("POST", "/desk/account/sessions"): sign_out_elsewhere,
    ("POST", "/desk/totp"): turn_on,
    ("POST", "/desk/totp/recovery"): renew,
    ("POST", "/desk/totp/off"): turn_off,
    ("POST", "/desk/submissions/{number}/decision"): decide,
    ("POST", "/desk/submissions/{number}/note"): note,
    ("POST", "/desk/submissions/{number}/code"): reissue,
    ("POST", "/desk/accept"): lambda desk: several(desk, "accept"),
    ("POST", "/desk/void"): lambda desk: several(desk, "void"),
    ("POST", "/desk/records/{form}"): paper,
    ("POST", "/desk/reminders/{reminder}"): call,
    ("POST", "/api/desk/reminders/{reminder}/bounced"): bounce,
    ("POST", "/desk/rosters/{roster}/import"): import_roster,
    ("POST", "/desk/rosters/{roster}/rows/{row}"): add_row,
    ("POST", "/desk/orders/new"): issue_order,
    ("POST", "/desk/orders/{order}"): void_order,
    ("POST", "/desk/extensions/new"): extend,
    ("POST", "/desk/extensions/{extension}"): revoke_extension,
    ("POST", "/api/desk/orders"): api_issue,
    ("POST", "/api/desk/extensions"): api_extend,
    ("POST", "/api/desk/session"): api_sign_in,
    ("DELETE", "/api/desk/session"): api_sign_out,
    ("POST", "/api/desk/decisions"): api_several,
    ("POST", "/api/desk/submissions/{number}/decisions"): lambda desk: api_one(
        desk, "decisions", {"decision": "accept"}
    ),
    ("POST", "/api/desk/submissions/{number}/notes"): lambda desk: api_one(desk, "notes", {"text": "示例"}),
    ("POST", "/api/desk/submissions/{number}/code"): lambda desk: api_one(desk, "code", {"checked": "示例"}),
    ("POST", "/api/desk/records/{form}"): lambda desk: api(
        desk, "/api/desk/records/annual-self-check", {"received_on": "2026-09-10", "data": valid_self_check()}
    ),
}
