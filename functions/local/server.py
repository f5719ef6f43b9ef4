"""The one-machine server: every function beside the static site, in one process; knows no form and no record."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from functions.bootstrap import Services, Settings
from functions.errors import SettingError
from functions.local.journal import Journal
from functions.local.static import StaticSite
from functions.web.guard import guard
from functions.web.limits import WITHOUT_BODY
from functions.web.logs import JsonLines
from functions.web.shell import Shell

DRAIN_SECONDS = 20
KEEP_ALIVE_SECONDS = 20
BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and the certificate to do it with; both or neither of the two files."""

    host: str = "127.0.0.1"
    port: int = 8000
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def certificate(self) -> dict[str, Any]:
        """The two files by uvicorn's names."""
        return {"ssl_certfile": self.tls_cert, "ssl_keyfile": self.tls_key}


def require_safe(address: Address, settings: Settings) -> None:
    """Return when this address may be served with these settings, else raise SettingError with the cure."""
    if (address.tls_cert is None) != (address.tls_key is None):
        raise SettingError("--tls-cert 和 --tls-key 要一起给。请补上缺的一个")
    if is_loopback(address.host):
        return
    if address.tls_cert is None and not settings.behind_proxy:
        raise SettingError(
            f"{address.host} 不是本机地址，不加密就不能登录，也保不住填报的内容。"
            "请给出 --tls-cert 和 --tls-key；前面有负责加密的代理的，加上 --behind-proxy"
        )
    if not settings.rate_limit:
        raise SettingError("QINGDAN_RATE_LIMIT=off 只能用在本机地址上。请去掉这个设置，或者只监听 127.0.0.1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that waits only so long for the headers of a request: uvicorn itself would wait for ever."""

    header_seconds: ClassVar[int] = 15
    header_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._await_headers()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        if self.header_timer is None and not self.transport.is_closing():
            self.header_timer = self.loop.call_later(self.header_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self.header_timer is not None:
            self.header_timer.cancel()
            self.header_timer = None


def mount(submit: ASGIApp, desk: ASGIApp, site: StaticSite) -> ASGIApp:
    """One application: the desk and the public functions at their addresses, the site everywhere else."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path == "/desk" or path.startswith(("/desk/", "/api/desk/")):
            await desk(scope, receive, send)
        elif _is_public(path, scope["method"]) or scope["method"] not in ("GET", "HEAD"):
            await submit(scope, receive, send)
        else:
            await site(scope, receive, send)

    return dispatch


def _is_public(path: str, method: str) -> bool:
    if path.startswith("/forms/"):
        return method not in WITHOUT_BODY
    return path == "/healthz" or path.startswith(("/api/", "/.well-known/"))


def create_app(services: Services, ticks: Callable[[], float] = time.monotonic) -> ASGIApp:
    """Everything that this machine serves, within its limits; SettingError when the site has not been built."""
    from functions.desk import create_app as create_desk
    from functions.submit import create_app as create_submit

    settings = services.settings
    shell = Shell.load(settings.site)
    app = mount(create_submit(services), create_desk(services), StaticSite.load(settings.site))
    return guard(app, settings, shell, ticks, count=True)


def listen(address: Address) -> socket.socket:
    """A socket bound to the address; SettingError when another program has it."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
    except OSError as error:
        bound.close()
        raise SettingError(
            f"{address.host}:{address.port} 用不了（{error.strerror}）。请换一个 --port，或者停掉占用它的程序"
        ) from None
    bound.listen(BACKLOG)
    return bound


def log_to_stderr(clock: Callable[[], datetime]) -> None:
    """Send every log to stderr as JSON lines; uvicorn's own greetings are left out."""
    journal = Journal(sys.stderr)
    journal.setFormatter(JsonLines(clock))
    logging.basicConfig(level=logging.INFO, handlers=[journal], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def run(services: Services, app: ASGIApp, address: Address, bound: socket.socket, started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then answer what has begun and release the data."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=type("Protocol", (PatientProtocol,), {"header_seconds": services.settings.header_seconds}),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        **address.certificate(),
    )
    server = uvicorn.Server(config)

    def stop(*_: object) -> None:
        server.should_exit = True

    # Ours hold before uvicorn's do, and after, when it raises the signal once more: the store must still be closed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        started()
        server.run(sockets=[bound])
    finally:
        services.close()
