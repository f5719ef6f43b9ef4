"""Repeats the first answer to a page's key when its button is pressed twice; knows no page and no action."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.sessions import COOKIE, FORM_COOKIE
from functions.errors import QingdanError, StoreUnavailable
from functions.staff.encryption import Encryption, Unreadable
from functions.staff.store import FirstAnswer
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.conditional import idempotency_key, require_key
from functions.web.http.endpoints import Endpoint
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

FIELD: Final = "once"
KEY_BYTES: Final = 16
# A client that waits longer than this has gone; a page that shows a secret must be written down by then.
ANSWER_LIFE: Final = timedelta(minutes=10)
# How long a request may work before its process counts as dead. A refusal is repeated for as long: a later try deserves
# to be judged anew.
WORK_LIFE: Final = timedelta(minutes=1)
LOOK_AFTER: Final = 0.1
LOOKS: Final = 200
# An item of DynamoDB holds 400 KB. Only a form with very many answers is longer, and its filing has its own key.
LONGEST: Final = 300_000
# Statuses that ask the client to try again; not stored, so that strangers who try too often fill no table.
NOT_KEPT: Final = frozenset((429, *range(500, 600)))
USED: Final = "这一页刚才已经办成了一件事，这次填的和那次不一样，没有照办"
BUSY: Final = "您刚才按的那一次还在办。请等一会儿，刷新后看办成了没有"


class KeyUsed(HttpProblem):
    """The page's key was used before with another body; nothing was done this time."""

    def __init__(self) -> None:
        super().__init__(409, f"{USED}。请回到上一页，刷新后再做一次")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request's key and content as digests, from which neither can be guessed."""

    key: str
    request: str


class FirstAnswers:
    """Stores the answers of routes for a while, encrypted, so that a second click gets the first one's answer."""

    def __init__(self, services: Services, encryption: Encryption) -> None:
        self._services = services
        self._encryption = encryption

    def guard(self, route: Route) -> Route:
        """Wrap the route so that its action runs once for each key; skips routes that only read or take files.

        Uploaded files are swept when no filing names them: uploading twice does no harm.
        """
        if route.takes("GET") or route.carries:
            return route
        return route.around(lambda work: self._guarded(work, keyed=route.keyed))

    def _guarded(self, work: Endpoint, *, keyed: bool) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            asked = await self._asked(request, keyed=keyed)
            return await (work(request) if asked is None else self._once(request, asked, work))

        return endpoint

    async def _asked(self, request: Request, *, keyed: bool) -> Asked | None:
        """Return the digests of the request; None without a key, or when the handler must refuse the body."""
        body = await request.body()
        try:
            key = _form_key(request, body) or idempotency_key(request)
        except HttpProblem:
            return None
        if not key:
            return None
        url, headers = request.url, request.headers
        about = [request.method, url.path, *(request.cookies.get(name, "") for name in (COOKIE, FORM_COOKIE)), key]
        content = self._digest([url.query, headers.get("content-type", ""), headers.get("if-match", "")], body)
        return Asked(self._digest([*about, content if keyed else ""]), content)

    def _digest(self, words: list[str], body: bytes = b"") -> str:
        """Return a keyed digest: a copy of the store alone does not allow guessing passwords."""
        keys = self._services.keys
        content = json.dumps(words).encode() + body
        return hmac.new(keys.hmac[keys.hmac_kid], b"first answer " + content, hashlib.sha256).hexdigest()

    async def _once(self, request: Request, asked: Asked, work: Endpoint) -> Response:
        for _ in range(LOOKS):
            try:
                first = await run_in_threadpool(self._claim, asked)
            except StoreUnavailable:
                # The handler can say what is lost, and keeps the typed text.
                return await work(request)
            if first is None:
                return await self._answer(request, asked, work)
            if first.answer and (given := await run_in_threadpool(self._given, asked, first)):
                return given
            if not first.answer:
                await asyncio.sleep(LOOK_AFTER)
        raise HttpProblem(409, BUSY)

    def _claim(self, asked: Asked) -> FirstAnswer | None:
        at = self._services.clock()
        return self._services.staff.claim_answer(FirstAnswer(asked.key, asked.request, at + WORK_LIFE), at=at)

    def _given(self, asked: Asked, first: FirstAnswer) -> Response | None:
        """Return the first answer again; None once the key is free for this request."""
        with suppress(Unreadable):
            response = _unpacked(self._encryption.unlock(first.answer, purpose=_purpose(asked)))
            if first.request == asked.request:
                return response
            if response.status_code < 400:
                raise KeyUsed
        self._services.staff.drop_answer(first.key, first.request)
        return None

    async def _answer(self, request: Request, asked: Asked, work: Endpoint) -> Response:
        try:
            response = await work(request)
        except Exception:
            await run_in_threadpool(self._drop, asked)
            raise
        await run_in_threadpool(self._keep, asked, response)
        return response

    def _keep(self, asked: Asked, response: Response) -> None:
        locked = self._encryption.lock(_packed(response), purpose=_purpose(asked))
        if len(locked) > LONGEST or response.status_code in NOT_KEPT:
            self._drop(asked)
            return
        life = ANSWER_LIFE if response.status_code < 400 else WORK_LIFE
        kept = FirstAnswer(asked.key, asked.request, self._services.clock() + life, locked)
        # The action was carried out: answer it, even though the answer cannot be stored for a repeat.
        with suppress(QingdanError):
            self._services.staff.keep_answer(kept)

    def _drop(self, asked: Asked) -> None:
        with suppress(QingdanError):
            self._services.staff.drop_answer(asked.key, asked.request)


def new_key(entropy: Callable[[int], bytes]) -> str:
    """Make the key of one page."""
    return entropy(KEY_BYTES).hex()


def _form_key(request: Request, body: bytes) -> str | None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        return None
    require_type(request.headers["content-type"], FORM_TYPE)
    return require_key(dict(parse_pairs(body)).get(FIELD))


def _purpose(asked: Asked) -> str:
    return f"first answer {asked.key}"


def _packed(response: Response) -> str:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
    body = base64.b85encode(zlib.compress(bytes(response.body))).decode()
    return json.dumps([response.status_code, headers, body])


def _unpacked(packed: str) -> Response:
    status, headers, body = json.loads(packed)
    response = Response(zlib.decompress(base64.b85decode(body)), status)
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return response
