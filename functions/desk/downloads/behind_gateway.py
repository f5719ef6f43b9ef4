"""Delivers downloads behind a gateway, which does not stream, waits half a minute and takes 6 MB at most.

A small file is the answer itself. A larger one is stored, and the answer leads to it. A file that is not ready in time
is made again in the background, and the answer leads to a page that shows the progress.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.bootstrap import Services
from functions.desk.downloads.prepared import tell_program
from functions.desk.sessions import ADMITTED, Visitor
from functions.staff.prepared_downloads import PreparedDownload, PreparedDownloadStore
from functions.web.http.problems import wants_html
from functions.web.http.streaming import DELIVERY, Download, close

ID_BYTES: Final = 16
_CHUNK: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """`inline` is the largest file in an answer, `spool` the largest stored while the client waits, in bytes.

    The gateway takes 6 MiB, of which base64 leaves 4.5. `seconds` is how long the client waits for the file; after that
    the current filing is finished and the file must be stored, and the gateway gives up after 30 seconds.
    """

    inline: int = 4_600_000
    spool: int = 64_000_000
    seconds: float = 8


class TooLong(Exception):
    """Making the file takes longer, or the file is larger, than the client can wait for."""


def delivered(app: ASGIApp, services: Services, limits: Limits | None = None) -> ASGIApp:
    """Wrap the application so that its downloads are delivered in a way that a gateway can take."""
    if services.prepared_downloads is None:
        return app
    deliver = AtGateway(
        services.prepared_downloads,
        clock=services.clock,
        ticks=time.monotonic,
        entropy=services.entropy,
        limits=limits or Limits(),
    )

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, DELIVERY: deliver}, receive, send)

    return application


class AtGateway:
    """The delivery for one function. `ticks` are monotonic seconds, `entropy` gives secure random bytes."""

    def __init__(
        self,
        prepared_downloads: PreparedDownloadStore,
        *,
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
        entropy: Callable[[int], bytes],
        limits: Limits,
    ) -> None:
        self._prepared_downloads, self._clock, self._ticks, self._entropy = prepared_downloads, clock, ticks, entropy
        self._limits = limits

    async def __call__(self, download: Download, scope: Scope, receive: Receive, send: Send) -> None:
        response = await to_thread.run_sync(self._deliver, download, Request(scope))
        await response(scope, receive, send)

    def _deliver(self, download: Download, request: Request) -> Response:
        with SpooledTemporaryFile(max_size=self._limits.inline) as file:
            try:
                size = self._make(download, file)
            except TooLong:
                return self._start(download, request)
            file.seek(0)
            if size > self._limits.inline:
                return self._lay_down(download, request, iter(lambda: file.read(_CHUNK), b""), size)
            headers = {"Content-Disposition": download.headers["content-disposition"]}
            return Response(file.read(), headers=headers, media_type=download.media_type)

    def _make(self, download: Download, file: SpooledTemporaryFile[bytes]) -> int:
        """Write the file and return its size; raise TooLong to give it up."""
        until = self._ticks() + self._limits.seconds

        def watch() -> None:
            if self._ticks() > until:
                raise TooLong

        download.progress.watch = watch
        size = 0
        try:
            for chunk in download.chunks:
                size += file.write(chunk)
                watch()
                if size > self._limits.spool:
                    raise TooLong
        finally:
            close(download.chunks)
        return size

    def _lay_down(self, download: Download, request: Request, chunks: Iterator[bytes], size: int) -> Response:
        prepared = self._parcel(download, request)
        self._prepared_downloads.fill(prepared, chunks)
        prepared = replace(prepared, state="ready", done=download.progress.done, size=size, seen_at=self._clock())
        self._prepared_downloads.keep(prepared)
        return self._lead(prepared, request)

    def _start(self, download: Download, request: Request) -> Response:
        prepared = self._parcel(download, request)
        self._prepared_downloads.keep(prepared)
        self._prepared_downloads.start(prepared)
        return self._lead(prepared, request)

    def _parcel(self, download: Download, request: Request) -> PreparedDownload:
        admitted: Visitor = request.scope[ADMITTED]
        now = self._clock()
        return PreparedDownload(
            id=self._entropy(ID_BYTES).hex(),
            owner=admitted.account.name,
            request=f"{request.url.path}?{request.url.query}",
            started_at=now,
            seen_at=now,
            filename=download.filename,
            media_type=str(download.media_type),
        )

    def _lead(self, prepared: PreparedDownload, request: Request) -> Response:
        """Redirect people to the download's page, programs to the file or to where they can ask for it."""
        root = request.scope.get("root_path", "")
        if wants_html(request.url.path, request.headers.get("accept", "")):
            return RedirectResponse(f"{root}/desk/parcels/{prepared.id}", 303)
        if prepared.state == "ready":
            return RedirectResponse(self._prepared_downloads.link(prepared), 303)
        return tell_program(prepared, self._prepared_downloads, root, status=202)
