"""The one-machine server: every function beside the static site, on one address; knows no form and no record."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from functions.bootstrap import Services, reopen
from functions.local.server.base_path import under
from functions.local.server.dispatch import Dispatch
from functions.local.server.http_protocol import PatientProtocol
from functions.local.server.listen_address import Address
from functions.local.server.log_writer import LogWriter
from functions.local.server.nightly_tasks import watch, watch_waiting
from functions.local.server.static_site import StaticSite
from functions.local.server.workers import run_workers
from functions.settings import Settings
from functions.web.edge.stack import guard
from functions.web.edge.token_buckets import Rates
from functions.web.http.loggers import JsonLines
from functions.web.http.site_frame import SiteFrame

DRAIN_SECONDS = 20
KEEP_ALIVE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Shared:
    """Data that all processes share: the site, and the request counts of each address."""

    site: StaticSite
    site_frame: SiteFrame
    rates: Rates

    @classmethod
    def load(cls, settings: Settings, ticks: Callable[[], float] = time.monotonic) -> Shared:
        """SettingError when the site has not been built."""
        site_frame = SiteFrame.load(settings.site)
        rates = Rates.of(
            per_minute=settings.rate_per_minute,
            megabytes_per_hour=settings.upload_mb_per_hour,
            filings_per_hour=settings.filings_per_hour,
            contested_per_day=settings.contested_per_day,
            ticks=ticks,
        )
        return cls(StaticSite.load(settings.site), site_frame, rates)


def create_app(services: Services, shared: Shared | None = None) -> ASGIApp:
    """Make the application for everything on this machine, with its limits; SettingError without a built site."""
    shared = shared or Shared.load(services.settings)
    functions = [create(services) for create in creators()]
    routes = [route for function in functions for route in function.routes]
    dispatch = Dispatch(functions, shared.site, [form.id for form in services.catalogue])
    guarded = guard(dispatch, services.settings, shared.site_frame, time.monotonic, count=shared.rates, routes=routes)
    return under(services.settings.root_path or shared.site_frame.base, guarded)


def creators() -> Sequence[Callable[[Services], Starlette]]:
    """Return the makers of each function's application; importing them takes a while."""
    from functions.attach import create_app as create_attach
    from functions.desk.app import create_app as create_desk
    from functions.seals.app import create_app as create_seals
    from functions.submit import create_app as create_submit
    from functions.track.app import create_app as create_track

    return create_submit, create_track, create_attach, create_desk, create_seals


def log_to_stderr(clock: Callable[[], datetime]) -> None:
    """Send every log to stderr as JSON lines; uvicorn's own greetings are left out."""
    # JsonLines never shows these values, so do not compute them for each line (Python's logging how-to,
    # "Optimization").
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    log_writer = LogWriter(sys.stderr)
    log_writer.setFormatter(JsonLines(clock))
    logging.basicConfig(level=logging.INFO, handlers=[log_writer], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(logging.WARNING)


def _tame_the_collector() -> None:
    """Exclude long-lived objects from garbage collection, and collect the objects of requests less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class NightServer(uvicorn.Server):
    """A server that also does each night's work and scans waiting files, for as long as it serves."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self.services = services

    async def main_loop(self) -> None:
        watching = [asyncio.create_task(task(self.services)) for task in (watch, watch_waiting)]
        try:
            await super().main_loop()
        finally:
            for task in watching:
                task.cancel()


def serve(services: Services, address: Address, bound: socket.socket, started: Callable[[], None]) -> None:
    """Serve on the bound socket until SIGTERM or SIGINT, in as many processes as the settings say.

    `services` hold the data for this server; no connection may be open on them. `started` is called when the server is
    ready. SettingError when the site has not been built.
    """
    shared = Shared.load(services.settings)
    # Read before the fork: the processes share this memory.
    creators()

    def work(place: int, ready: Callable[[], None]) -> None:
        own = reopen(services)
        try:
            config = _config(create_app(own, shared), own.settings, address)
            # Only one process does the nightly work.
            _run(NightServer(config, own) if place == 0 else uvicorn.Server(config), bound, ready)
        finally:
            own.close()

    if services.settings.workers == 1:
        work(0, started)
        return
    _tame_the_collector()
    run_workers(work, services.settings.workers, started)


def _config(app: ASGIApp, settings: Settings, address: Address) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=type("Protocol", (PatientProtocol,), {"header_seconds": settings.header_seconds}),
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


def _run(server: uvicorn.Server, bound: socket.socket, started: Callable[[], None]) -> None:
    """Serve in this process until SIGTERM or SIGINT, then finish the running requests."""

    def stop(*_: object) -> None:
        server.should_exit = True

    # Our handlers apply before uvicorn's and after them, when it raises the signal again: the store must still be
    # closed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    _tame_the_collector()
    started()
    server.run(sockets=[bound])
