"""What strangers cost everybody else: slow readers, half-sent uploads and wrong sign-ins at once, on the real server.

The server stands as behind a proxy, so that each stranger has an address of its own.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.report import Table, quantile
from benchmarks.server import QINGDAN, SITE, Running, running
from functions.bootstrap import open_services
from functions.local.aws_local import free_port
from functions.settings import Settings
from functions.staff.accounts import make_account
from functions.staff.passwords import Passwords
from tests.support.files import pdf_of
from tests.support.filings import make_uscc, valid_self_check

READERS: Final = 130
HALF_SENT: Final = 1000
WRONG: Final = 300
FILINGS: Final = 60
PAGES: Final = 30
LARGE: Final = 20 * 1024 * 1024
PART: Final = 5 * 1024 * 1024
SETTLE_SECONDS: Final = 20
PASSWORD = "four plain words here"
SETTINGS = {"QINGDAN_BEHIND_PROXY": "on", "QINGDAN_ACCESS_LOG": "off", "QINGDAN_FILINGS_PER_HOUR": "100000"}


def run(folder: Path, year: int) -> Table:
    """An honest filer and an officer, measured before, during and after; `year` is the one that is reported on."""
    data, port = folder / "data", free_port()
    _make_officer(data)
    command = [*QINGDAN, "serve", "--port", str(port), "--data", str(data), "--site", str(SITE)]
    with running(command, port, "/healthz", folder / "server.log", SETTINGS) as server:
        return _measure(server, Client(port, year))


def _make_officer(data: Path) -> None:
    with closing(open_services(Settings(data=data, site=SITE), lock=True)) as services:
        passwords = Passwords(services.entropy)
        make_account(services.staff, passwords, name="officer", role="officer", password=PASSWORD, at=services.clock())


def _measure(server: Running, client: Client) -> Table:
    table = Table(f"{READERS} slow readers, {HALF_SENT} half-sent uploads and {WRONG} wrong sign-ins at once")
    cookie, (path, code) = client.sign_in(), client.file_with_attachment()
    _add(table, "before", client.honest(1, cookie))
    memory = server.memory()
    with ExitStack() as held, ThreadPoolExecutor(24) as strangers:
        for place in range(READERS):
            held.enter_context(client.read_nothing(path, code, place))
        halves = [strangers.submit(client.send_half, place) for place in range(HALF_SENT)]
        wrong = [strangers.submit(client.sign_in_wrongly, place) for place in range(WRONG)]
        _add(table, "during", client.honest(2, cookie))
        seen = Counter(one.result() for one in wrong)
        begun = Counter(
            status for status, connection in (one.result() for one in halves) if held.enter_context(connection)
        )
        table.add("memory that they cost", server.memory() - memory, "MB", "at most", 200)
        table.add("health, meanwhile", client.ask("GET", "/healthz").status, "")
    table.add("wrong sign-ins looked at", seen[401], "", note=f"the others {_told(seen, 401)}")
    table.add("uploads begun", begun[201], "", note=f"the others {_told(begun, 201)}")
    time.sleep(SETTLE_SECONDS)
    _add(table, "after", client.honest(3, cookie))
    return table


def _told(seen: Counter[int], usual: int) -> str:
    return "、".join(f"{status}: {count}" for status, count in sorted(seen.items()) if status != usual) or "none"


def _add(table: Table, when: str, times: tuple[list[float], list[float]]) -> None:
    for name, taken in zip(("a filing", "an officer's page"), times, strict=True):
        table.add(f"{name}, p99, {when}", quantile(sorted(taken), 0.99), "s", "below", 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """Everybody who asks the server, each from an address of its own."""

    port: int
    year: int

    def ask(self, method: str, path: str, data: Any = None, *, address: str = "10.1.1.1", **headers: str) -> Answer:
        """One request on a connection of its own; names of headers with _ for -."""
        body = data if isinstance(data, bytes | None) else json.dumps(data).encode()
        given = {"X-Forwarded-For": address, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    def sign_in(self) -> str:
        """The cookie of an officer's session."""
        answer = self.ask("POST", "/api/desk/session", {"username": "officer", "password": PASSWORD})
        return str(answer.headers["Set-Cookie"]).partition(";")[0]

    def sign_in_wrongly(self, place: int) -> int:
        pair = {"username": "officer" if place % 2 else f"stranger{place}", "password": "wrong wrong wrong"}
        return self.ask("POST", "/api/desk/session", pair, address=f"10.2.{place // 250}.{place % 250}").status

    def file_with_attachment(self) -> tuple[str, str]:
        """Where a large attachment can be read, and with which access code."""
        content = pdf_of(LARGE)
        digest = hashlib.sha256(content).hexdigest()
        begun = self._announce(content, digest, "10.1.1.2").json()
        for part in range(begun["parts"]):
            self._send_part(begun, part + 1, content[part * PART : (part + 1) * PART])
        at, bearer = f"/api/attachments/{begun['id']}", f"Bearer {begun['token']}"
        done = self.ask("POST", f"{at}/completion", {}, Authorization=bearer).json()
        data = valid_self_check(year=self.year)
        data["files"] = {"scans": [{"name": "a.pdf", "size": LARGE, "sha256": digest}]}
        filed = self._file(data, Attachment_Vouchers=done["voucher"])
        given = filed.json()
        return f"/api/submissions/{given['number']}/attachments/{digest}", given["access_code"]

    def _announce(self, content: bytes, digest: str, address: str) -> Answer:
        told = {"name": "a.pdf", "size": len(content), "sha256": digest}
        return self.ask("POST", "/api/attachments", told, address=address)

    def _send_part(self, begun: dict[str, Any], part: int, content: bytes) -> None:
        at, bearer = f"/api/attachments/{begun['id']}/parts/{part}", f"Bearer {begun['token']}"
        told = {"sha256": hashlib.sha256(content).hexdigest()}
        ticket = self.ask("POST", at, told, Authorization=bearer).json()
        self.ask("PUT", at, content, **ticket["headers"])

    def _file(self, data: Any, **headers: str) -> Answer:
        answer = self.ask("POST", "/api/submissions/annual-self-check", data, **headers)
        if answer.status != 201:
            raise SystemExit(answer.body.decode())
        return answer

    def honest(self, turn: int, cookie: str) -> tuple[list[float], list[float]]:
        """Seconds of each filing and of each page of an officer."""
        filings, pages = [], []
        for place in range(FILINGS):
            data = valid_self_check(uscc=make_uscc(turn * 1000 + place), year=self.year)
            begun = time.perf_counter()
            self._file(data)
            filings.append(time.perf_counter() - begun)
            if place % (FILINGS // PAGES) == 0:
                begun = time.perf_counter()
                if self.ask("GET", "/desk/", Cookie=cookie).status != 200:
                    raise SystemExit("the officer was not let in")
                pages.append(time.perf_counter() - begun)
        return filings, pages

    def read_nothing(self, path: str, code: str, place: int) -> socket.socket:
        """A connection on which a file was asked for, and not a byte of it is read."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", self.port))
        address = f"10.3.0.{place}"
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nAuthorization: Bearer {code}\r\n\r\n"
        connection.sendall(head.encode())
        return connection

    def send_half(self, place: int) -> tuple[int, socket.socket]:
        """The answer to the announcement of 50 MB, and a connection on which a part of it has begun."""
        address, half = f"10.4.{place // 250}.{place % 250}", socket.create_connection(("127.0.0.1", self.port))
        told = {"name": "a.pdf", "size": 50 * 1024 * 1024, "sha256": f"{place:064x}"}
        answer = self.ask("POST", "/api/attachments", told, address=address)
        if answer.status == 201:
            begun = answer.json()
            head = (
                f"PUT /api/attachments/{begun['id']}/parts/1 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n"
                f"Authorization: Bearer {begun['token']}\r\nContent-Digest: sha-256=:{'A' * 43}=:\r\n"
                f"Content-Type: application/octet-stream\r\nContent-Length: {PART}\r\n\r\n"
            )
            half.sendall(head.encode() + bytes(1000))
        return answer.status, half
