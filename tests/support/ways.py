"""The three destinations to which a browser without JavaScript takes a self-check report, up to its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.desk.sessions import COOKIE
from functions.errors import OutcomeUnknown, StoreUnavailable
from functions.forms.definition import Definition
from functions.forms.page.encode import encode
from functions.local.server.server import create_app
from functions.records.store import RecordStore, Selection, Stored
from functions.staff.sessions import SessionLimits, open_session
from functions.staff.store import Account
from tests.support.filings import make_uscc, valid_self_check
from tests.support.markup import Page, read_page

Pairs = Sequence[tuple[str, str]]

FORM = "annual-self-check"
ACCEPT = {"Accept": "text/html,application/xhtml+xml"}
TYPED = {"Content-Type": "application/x-www-form-urlencoded"}
WAYS = ("filing", "correction", "paper")
RECEIVED = "2026-09-17"


@dataclass
class Way:
    """One of the ways: `done` is the status of its receipt, `carried` what its pages carry beside the answers."""

    services: Services
    client: TestClient
    path: str
    done: int
    carried: list[tuple[str, str]]

    @property
    def definition(self) -> Definition:
        return self.services.catalogue.get(FORM)

    def pairs(self, data: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
        """What the form would post with these answers in it."""
        return [*encode(self.definition, data), *self.carried, *more]

    def post(self, pairs: Pairs, action: str, status: int) -> Page:
        return self.read(self.send(pairs, action), status)

    def send(self, pairs: Pairs, action: str) -> Any:
        return self.client.post(self.path, content=urlencode([*pairs, ("action", action)]), headers=ACCEPT | TYPED)

    def upload(self, pairs: Pairs, name: str, content: bytes, status: int) -> Page:
        """The form that comes back when its 上传 is pressed with this file chosen."""
        control = "upload:files.scans"
        fields: list[Any] = [(each, (None, value)) for each, value in [*pairs, ("action", control)]]
        files = [*fields, (control, (name, content, "application/octet-stream"))]
        return self.read(self.client.post(f"{self.path}/files", files=files, headers=ACCEPT), status)

    def read(self, answer: Any, status: int) -> Page:
        assert answer.status_code == status, answer.text
        assert "style=" not in answer.text, "the policy would not let it"
        return read_page(answer.text)

    def versions(self) -> int:
        """How many versions of filings are stored in all."""
        return sum(each.version for each in self.services.records.page(Selection(), limit=9).items)

    def over(self, services: Services) -> Way:
        """The way over other services."""
        client = TestClient(create_app(services), base_url="https://127.0.0.1", headers=dict(self.client.headers))
        return replace(self, services=services, client=client)


def make_way(name: str, services: Services) -> Way:
    """The way of this name; a correction is one of a report that was filed before."""
    client = TestClient(create_app(services), base_url="https://127.0.0.1")
    digest = ("form_digest", services.catalogue.get(FORM).digest)
    if name == "filing":
        return Way(services, client, f"/forms/{FORM}", 201, [digest])
    if name == "correction":
        given = file_online(client, make_uscc(1))
        carried = [digest, ("code", given["access_code"]), ("version", "1")]
        return Way(services, client, f"/track/{given['number']}/correct", 200, carried)
    services.staff.add_account(Account("officer", "officer", "", False, False, services.clock()))
    token, session = open_session(
        services.staff,
        services.staff.account("officer"),
        at=services.clock(),
        entropy=services.entropy,
        limits=SessionLimits(),
    )
    client.headers["cookie"] = f"{COOKIE}={token}"
    carried = [digest, ("csrf", session.csrf), ("received_on", RECEIVED)]
    return Way(services, client, f"/desk/records/{FORM}", 201, carried)


def file_online(client: TestClient, uscc: str) -> dict[str, Any]:
    """The receipt of this unit's report."""
    given: dict[str, Any] = client.post(f"/api/submissions/{FORM}", json=valid_self_check(uscc=uscc)).json()
    return given


class FullStore:
    """A store that can read and not write; with `blind`, nor recall what was stored under a key."""

    def __init__(self, records: RecordStore, *, blind: bool = False) -> None:
        self._records = records
        self._blind = blind

    def append(self, step: Any) -> Future[Stored]:
        refused: Future[Stored] = Future()
        refused.set_exception(StoreUnavailable("示例"))
        return refused

    def recall(self, used: Any) -> Stored | None:
        if self._blind:
            raise StoreUnavailable("示例")
        return self._records.recall(used)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)


class LosingStore(FullStore):
    """A store that stores and whose answer to that is lost."""

    def append(self, step: Any) -> Future[Stored]:
        self._records.append(step).result()
        lost: Future[Stored] = Future()
        lost.set_exception(OutcomeUnknown("示例"))
        return lost


def losing_answers(services: Services) -> Services:
    """The services over a store whose every write is done and never answered."""
    losing: Any = LosingStore(services.records)
    return replace(services, records=losing)


def without_room(services: Services, *, blind: bool = False) -> Services:
    """The services over a store that takes nothing more in."""
    full: Any = FullStore(services.records, blind=blind)
    return replace(services, records=full)
