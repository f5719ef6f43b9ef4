"""The public function for seals: every seal, a month to keep, a proof for whoever has a digest."""

from __future__ import annotations

import os
import re
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.forms.characters import plain_code
from functions.records.sealing import page_before, prove_event, seals_of_month
from functions.records.seals.seal import Seal, write_month, write_proof
from functions.seals.pages import NO_DIGEST, NOT_SEALED, Sought, seals_page
from functions.web.edge.aws_gateway import Gateway
from functions.web.http.problems import HttpProblem, handlers, wants_html
from functions.web.http.routes import Route
from functions.web.http.site_frame import SiteFrame
from functions.web.http.streaming import disposition

PAGE_SIZE: Final = 31
SHELL: Final = "seals.html"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NO_MONTH = "这个月没有封存记录。月份写成 2026-09 这样"
_INDEX = re.compile(r"[1-9][0-9]{0,8}")


def create_app(services: Services) -> Starlette:
    """Make the application over these services; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(services.settings.site, SHELL)
    seals = Seals(services, site_frame)
    routes = [
        Route("/api/seals", seals.list),
        Route("/api/seals/proof", seals.prove),
        Route("/api/seals/months/{month}", seals.give_month),
    ]
    return Starlette(routes=routes, exception_handlers=handlers(site_frame))


class Seals:
    """The handlers; each reads the store in a worker thread."""

    def __init__(self, services: Services, site_frame: SiteFrame) -> None:
        self._services, self._site_frame = services, site_frame

    async def list(self, request: Request) -> Response:
        """Return the newest seals, or those before an index; the page for people also searches for a step's seal."""
        before = _before(request.query_params.get("before"))
        found = await run_in_threadpool(page_before, self._services.seals, before, PAGE_SIZE)
        older = found[-1].index if found and found[-1].index > 1 else None
        if wants_html(request.url.path, request.headers.get("accept", "")):
            status, sought = await run_in_threadpool(self._seek, request.query_params.get("digest"))
            page = seals_page(self._site_frame, found, older=older, sought=sought)
            return HTMLResponse(page, status, headers={"Vary": "Accept"})
        return _json({"items": [_seal_json(seal) for seal in found], "next": older}, {"Vary": "Accept"})

    def _seek(self, typed: str | None) -> tuple[int, Sought | None]:
        """Return what a person searched for, and the HTTP status."""
        if not typed:
            return 200, None
        digest = plain_code(typed).lower()
        if not _DIGEST.fullmatch(digest):
            return 400, Sought(typed, problem=NO_DIGEST)
        try:
            return 200, Sought(typed, prove_event(self._services.seals, digest))
        except NotFound:
            return 404, Sought(typed, problem=NOT_SEALED)

    async def prove(self, request: Request) -> Response:
        """Return the proof that the event of this digest is sealed.

        A digest contains a random salt and cannot be guessed: whoever has it has the receipt or the record.
        """
        digest = request.query_params.get("digest", "").lower()
        if not _DIGEST.fullmatch(digest):
            raise HttpProblem(400, "digest 要填回执上的内容指纹，64 个十六进制字符，中间不留空格")
        return _json(write_proof(await run_in_threadpool(prove_event, self._services.seals, digest)))

    async def give_month(self, request: Request) -> Response:
        """Return one month's seals and the public keys, as a file for a superior bureau to keep."""
        month = request.path_params["month"]
        if not _MONTH.fullmatch(month):
            raise NotFound(_NO_MONTH)
        found = await run_in_threadpool(seals_of_month, self._services.seals, month)
        if not found:
            raise NotFound(_NO_MONTH)
        headers = {"Content-Disposition": disposition(f"封存记录-{month}.json")}
        return _json(write_month(found, month, self._services.keys.jwks()), headers)


def _before(value: str | None) -> int | None:
    if not value:
        return None
    if not _INDEX.fullmatch(value):
        raise HttpProblem(400, "before 要填封存的序号，是从 1 起的整数")
    return int(value)


def _seal_json(seal: Seal) -> dict[str, Any]:
    return {
        "index": seal.index,
        "at": seal.at,
        "size": seal.size,
        "root": seal.root,
        "previous": seal.previous,
        "seal": seal.token,
    }


def _json(content: Any, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), headers=headers, media_type="application/json")


gateway = Gateway(create_app, os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
