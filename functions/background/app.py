"""The function for work that no request can wait for; the desk and a schedule start it, never an outsider."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.background.overnight_documents import OvernightDocuments, set_missing
from functions.bootstrap import Services, open_services, settle
from functions.desk.app import create_app
from functions.desk.sessions import ON_BEHALF, Visitor
from functions.errors import StoreUnavailable
from functions.records.event import Event
from functions.settings import Settings
from functions.staff.audit_log import AuditLogStore, Entry, Sought, link
from functions.staff.prepared_downloads import PreparedDownload, PreparedDownloadStore
from functions.staff.store import Account, Session
from functions.supervision.deadlines import day_in_shanghai
from functions.web.filing.documents import tools_of
from functions.web.http.loggers import FAILURES, NIGHTS, log_as_lines
from functions.web.http.streaming import DELIVERY, Download, close

SECONDS_BETWEEN_SIGNS: Final = 2
TOKEN_BYTES: Final = 16
# Lambda ends a function after 15 minutes, without notice.
PATIENCE_SECONDS: Final = 14 * 60
_TOO_LONG: Final = "14 分钟还没有做完，停下来了。请用筛选缩小范围，分几次下载"
_DISABLED: Final = "这个账号已经停用，文件没有生成"


class TooLong(Exception):
    """The file cannot be made in the available time."""


class Failed(Exception):
    """The work failed. The log says where, without the error's own message, which may quote a filing."""


async def make(services: Services, id: str, ticks: Callable[[], float]) -> PreparedDownload:
    """Make the file of a prepared download: the answer to its request, for its owner. `ticks` are seconds.

    The download's state shows the progress, and at the end that it is ready or what is wrong. Errors that are not the
    request's fault are raised too. Lambda may deliver a call twice: the second leaves the download to the first.
    """
    prepared_downloads = services.prepared_downloads
    assert prepared_downloads is not None, "nobody starts this function where nothing waits to be fetched"
    prepared = await asyncio.to_thread(prepared_downloads.read, id)
    token = services.entropy(TOKEN_BYTES).hex()
    if not await asyncio.to_thread(prepared_downloads.claim, id, token):
        return prepared
    making = _Making(services, prepared_downloads, prepared, ticks)
    try:
        account = await asyncio.to_thread(services.staff.account, prepared.owner)
        if account.disabled:
            await making.fail(_DISABLED)
            return making.prepared
        app = create_app(replace(services, trail=_AlreadyNoted(services.trail)))
        problem = await _ask(app, prepared, _visitor(account, services), making)
    except Exception:
        await making.fail("")
        raise
    if problem is not None:
        await making.fail(problem)
    return making.prepared


async def _ask(app: ASGIApp, prepared: PreparedDownload, visitor: Visitor, making: _Making) -> str | None:
    """Request the file; return the error of the answer, or None when the download's state tells the outcome."""
    address = urlsplit(prepared.request)
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": address.path,
        "raw_path": address.path.encode(),
        "root_path": "",
        "query_string": address.query.encode(),
        "headers": [(b"accept", b"application/json")],
        ON_BEHALF: visitor,
        DELIVERY: making,
    }
    said: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message.get("body", b""))

    await app(scope, receive, send)
    if making.prepared.state != "making":
        return None
    problem: str = orjson.loads(b"".join(said)).get("detail", "")
    return problem


def _visitor(account: Account, services: Services) -> Visitor:
    now = services.clock()
    return Visitor(account, Session("", account.name, "", now, now, epoch=account.epoch))


class _AlreadyNoted(AuditLogStore):
    """An audit log that drops entries: the access was logged when the owner asked for the file."""

    def __init__(self, trail: AuditLogStore) -> None:
        self._trail = trail

    def add(self, entry: Entry, salt: bytes) -> Future[Event]:
        done: Future[Event] = Future()
        done.set_result(link(entry, None, salt))
        return done

    def page(self, sought: Sought, *, limit: int, before: int | None = None) -> tuple[Event, ...]:
        return self._trail.page(sought, limit=limit, before=before)

    def stream(self, sought: Sought) -> Iterator[Event]:
        return self._trail.stream(sought)


class _Making:
    """A delivery that stores the prepared download."""

    def __init__(
        self,
        services: Services,
        prepared_downloads: PreparedDownloadStore,
        prepared: PreparedDownload,
        ticks: Callable[[], float],
    ) -> None:
        self._clock, self._prepared_downloads, self.prepared, self._ticks = (
            services.clock,
            prepared_downloads,
            prepared,
            ticks,
        )
        self._size = 0

    async def __call__(self, download: Download, scope: Scope, receive: Receive, send: Send) -> None:
        until = self._ticks() + PATIENCE_SECONDS

        def watch() -> None:
            if self._ticks() > until:
                raise TooLong

        download.progress.watch = watch
        self.prepared = replace(self.prepared, total=await asyncio.to_thread(download.progress.total))
        made = asyncio.Event()
        signs = asyncio.create_task(self._give_signs(download, made))
        try:
            await asyncio.to_thread(self._fill, download, watch)
            end = {"state": "ready", "done": download.progress.done, "size": self._size}
        except TooLong:
            end = {"state": "failed", "problem": _TOO_LONG}
        finally:
            made.set()
            # A report sent late would overwrite the end; a lost one has no consequence.
            await asyncio.wait([signs])
        await self._keep(**end)

    async def fail(self, problem: str) -> None:
        """Record that the download failed, and why, in words for its owner."""
        await self._keep(state="failed", problem=problem)

    def _fill(self, download: Download, watch: Callable[[], None]) -> None:
        try:
            self._prepared_downloads.fill(self.prepared, self._counted(download, watch))
        finally:
            close(download.chunks)

    def _counted(self, download: Download, watch: Callable[[], None]) -> Iterator[bytes]:
        for chunk in download.chunks:
            self._size += len(chunk)
            watch()
            yield chunk

    async def _give_signs(self, download: Download, made: asyncio.Event) -> None:
        while not made.is_set():
            with suppress(StoreUnavailable):
                await self._keep(done=download.progress.done, size=self._size)
            with suppress(TimeoutError):
                await asyncio.wait_for(made.wait(), SECONDS_BETWEEN_SIGNS)

    async def _keep(self, **changes: Any) -> None:
        self.prepared = replace(self.prepared, seen_at=self._clock(), **changes)
        await asyncio.to_thread(self._prepared_downloads.keep, self.prepared)


@cache
def _open_once() -> Services:
    services = open_services(Settings.from_mapping(os.environ), lock=False)
    settle()
    return services


def set_papers(services: Services, ticks: Callable[[], float]) -> OvernightDocuments:
    """Typeset and cache the documents that packages will need, while there is time; `ticks` are seconds."""
    until = ticks() + PATIENCE_SECONDS
    papers = set_missing(services, tools_of(services).press, lambda: ticks() >= until)
    NIGHTS.info(papers.told())
    return papers


def remind(services: Services, ticks: Callable[[], float]) -> dict[str, Any]:
    """Remind the units for whom it is time, while there is time; `ticks` are seconds."""
    from functions.reminding.night import Night

    until = ticks() + PATIENCE_SECONDS
    done = Night(services, day_in_shanghai(services.clock())).send(lambda: ticks() >= until)
    NIGHTS.info(done.told())
    return done.told()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The entry for the desk's call, whose event names a prepared download, and for two schedules.

    `{"reminders": "due"}` asks for reminders, anything else for documents.
    """
    log_as_lines(os.environ)
    try:
        services = _open_once()
        if "parcel" in event:
            return {"state": asyncio.run(make(services, event["parcel"], time.monotonic)).state}
        if "reminders" in event:
            return remind(services, time.monotonic)
        return set_papers(services, time.monotonic).told()
    except Exception as error:
        FAILURES.error({"background": "failed"}, exc_info=error)
        raise Failed from None
