"""Prepared downloads as their owner sees them, in the making or ready: a page, and JSON for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.frame import Pages
from functions.desk.sessions import Sessions
from functions.errors import NotFound
from functions.staff.prepared_downloads import PreparedDownload, PreparedDownloadStore
from functions.web.http.endpoints import reading
from functions.web.http.routes import Route

SECONDS_BETWEEN_LOOKS: Final = 5
_UNKNOWN: Final = "没有这份文件，或者已经过了一天，清除了。请重新下载"
_GIVEN_UP: Final = "生成中断了，文件没有做完。请重新下载"
_FAILED: Final = "没有生成出来。请重新下载；还是不行，请缩小范围"


@dataclass(frozen=True, slots=True)
class View:
    """A prepared download in words. `state` is "making", "ready" or "failed"; `link` is set when it is ready."""

    state: str
    filename: str
    done: str
    size: str
    spent: str
    problem: str
    again: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PreparedView:
    """The page of one prepared download."""

    template: ClassVar = "parcel.html"
    parcel: View


class PreparedDownloads:
    """The pages. Calls block: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services, self._sessions, self._pages = services, sessions, pages

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [
            Route("/desk/parcels/{id}", reading(self.show)),
            Route("/api/desk/parcels/{id}", reading(self.tell)),
        ]

    def show(self, request: Request) -> Response:
        """Show the progress of the file, and once it is ready the link to it."""
        visitor = self._sessions.admit(request, "export")
        prepared, prepared_downloads = self._own(request, visitor.account.name)
        view = view_of(
            prepared, self._services.clock(), prepared_downloads.link(prepared) if prepared.state == "ready" else ""
        )
        response = self._pages.page(
            request,
            PreparedView(
                parcel=view,
            ),
            visitor,
        )
        if view.state == "making":
            response.headers["Refresh"] = str(SECONDS_BETWEEN_LOOKS)
        return response

    def tell(self, request: Request) -> Response:
        """Return the state of a prepared download as JSON."""
        visitor = self._sessions.admit(request, "export")
        prepared, prepared_downloads = self._own(request, visitor.account.name)
        return tell_program(prepared, prepared_downloads, request.scope.get("root_path", ""))

    def _own(self, request: Request, owner: str) -> tuple[PreparedDownload, PreparedDownloadStore]:
        """Return the request's prepared download, if its owner asks; else NotFound, as for a missing one."""
        prepared_downloads = self._services.prepared_downloads
        if prepared_downloads is None:
            raise NotFound(_UNKNOWN)
        prepared = prepared_downloads.read(request.path_params["id"])
        if prepared.owner != owner:
            raise NotFound(_UNKNOWN)
        return prepared, prepared_downloads


def view_of(prepared: PreparedDownload, now: datetime, link: str = "") -> View:
    """Describe the prepared download in words, at `now` (aware)."""
    given_up = prepared.given_up(now)
    of = f" / {prepared.total:,}" if prepared.total and prepared.state == "making" else ""
    return View(
        state="failed" if given_up else prepared.state,
        filename=prepared.filename,
        done=f"{prepared.done:,}{of} 件" if prepared.done or prepared.total else "",
        size=size_in_words(prepared.size) if prepared.size else "",
        spent=f"{int((prepared.seen_at - prepared.started_at).total_seconds())} 秒",
        problem=_GIVEN_UP if given_up else prepared.problem or _FAILED,
        again=prepared.request,
        link=link,
    )


def size_in_words(size: int) -> str:
    """Format a number of bytes for people."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1e3))} KB"


def tell_program(
    prepared: PreparedDownload, prepared_downloads: PreparedDownloadStore, root: str, *, status: int = 200
) -> Response:
    """Return the prepared download as JSON; `link` leads to the file once it is ready, `Location` to this JSON."""
    content: dict[str, Any] = {
        "state": prepared.state,
        "filename": prepared.filename,
        "filings": prepared.done,
        "filings_total": prepared.total or None,
        "size": prepared.size,
        "problem": prepared.problem or None,
        "link": prepared_downloads.link(prepared) if prepared.state == "ready" else None,
    }
    headers = {"Location": f"{root}/api/desk/parcels/{prepared.id}"}
    if prepared.state == "making":
        headers["Retry-After"] = str(SECONDS_BETWEEN_LOOKS)
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")
