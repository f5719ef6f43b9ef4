"""A large body is handed on for as long as it comes, within its limit; what stands still is cut, what is slow not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from functions.bootstrap import Services
from functions.forms.attachment_field import MOST_BYTES
from functions.local.server.server import Shared, create_app, creators
from functions.records.attachments.store import PART_BYTES
from functions.web.edge.large_bodies import LEAST_PER_SECOND, larger_limit
from functions.web.edge.limits import BodyLimit
from functions.web.http.problems import handlers
from functions.web.http.routes import LargeRoutes
from tests.support.files import pdf_of
from tests.support.web.asgi import ask
from tests.support.web.uploads import announce, send
from tests.web.edge.test_limits import SHELL

LIMIT = 1000
JSON = [("accept", "application/json")]


def limited(app: ASGIApp, seconds: float = 5) -> BodyLimit:
    return BodyLimit(app, limit=100, seconds=seconds, site_frame=SHELL, upload_limit=lambda _: LIMIT)


async def take(request: Request) -> Response:
    """Counts what comes, without keeping any of it."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    return Response(str(size), media_type="text/plain")


async def refuse(request: Request) -> Response:
    """Answers without reading anything."""
    return Response("no", 401)


def application(handler: object = take) -> Starlette:
    return Starlette(routes=[Route("/", handler, methods=["POST"])], exception_handlers=handlers(SHELL))  # type: ignore[arg-type]


def test_a_body_up_to_its_limit_is_handed_on() -> None:
    answer = ask(limited(application()), "POST", parts=[b"x" * 600, b"y" * 400])
    assert (answer.status, answer.text) == (200, "1000")
    assert "connection" not in answer.headers


def test_a_declared_length_over_the_limit_is_413_and_the_answer_comes_before_anything_is_read() -> None:
    declared = [("content-length", "1001"), *JSON]
    answer = ask(limited(application(), 0.01), "POST", headers=declared, parts=[], stall=True)
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.messages[1]["body"]


def test_a_body_that_grows_over_the_limit_is_413() -> None:
    answer = ask(limited(application(), 0.01), "POST", headers=JSON, parts=[b"x" * 600, b"y" * 401], stall=True)
    assert (answer.status, answer.headers["connection"]) == (413, "close")


def test_a_body_that_stands_still_is_408() -> None:
    answer = ask(limited(application(), 0.01), "POST", headers=JSON, parts=[b"half"], stall=True)
    assert (answer.status, answer.headers["connection"]) == (408, "close")


def test_a_client_that_leaves_is_no_failure() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def note(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    asyncio.run(limited(application())(scope, gone, note))
    assert sent[0]["status"] == 408


def test_an_answer_that_does_not_wait_for_the_body_closes_the_connection() -> None:
    answer = ask(limited(application(refuse), 0.01), "POST", parts=[b"x"], stall=True)
    assert (answer.status, answer.headers["connection"]) == (401, "close")


def slowly(pieces: int, size: int, pause: float, seconds: float) -> int:
    """The status of a body that comes in so many pieces, with a pause before each."""
    left = pieces

    async def receive() -> Message:
        nonlocal left
        await asyncio.sleep(pause)
        left -= 1
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    sent: list[Message] = []

    async def note(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    app = BodyLimit(application(), limit=100, seconds=seconds, site_frame=SHELL, upload_limit=lambda _: PART_BYTES)
    asyncio.run(app(scope, receive, note))
    return int(sent[0]["status"])


def test_a_slow_body_is_waited_for_as_long_as_it_comes() -> None:
    """More than twice as long in all as one may stand still, which even a busy machine does not between two pieces."""
    seconds, least = 0.5, int(LEAST_PER_SECOND * 0.5) + 1
    assert slowly(pieces=60, size=least, pause=0.02, seconds=seconds) == 200


def test_a_body_that_trickles_is_cut() -> None:
    """A byte now and then does not keep a connection: that would cost its sender nothing."""
    assert slowly(pieces=1000, size=1, pause=0.01, seconds=0.1) == 408


@pytest.fixture
def large(services: Services) -> LargeRoutes:
    """What the routes of every function say."""
    return LargeRoutes(route for create in creators() for route in create(services).routes)


@pytest.mark.parametrize(
    ("method", "path", "kind", "limit"),
    [
        ("PUT", "/api/attachments/0123/parts/1", "", PART_BYTES),
        ("POST", "/api/attachments/0123/parts/1", "application/json", None),
        ("POST", "/api/attachments", "application/json", None),
        ("POST", "/forms/annual-self-check/files", "multipart/form-data; boundary=x", 77),
        ("POST", "/track/SC-2026-7F3K9Q/correct/files", "Multipart/Form-Data; boundary=x", 77),
        ("POST", "/desk/records/annual-self-check/files", "multipart/form-data; boundary=x", 77),
        ("POST", "/forms/annual-self-check/files", "application/x-www-form-urlencoded", None),
        ("POST", "/forms/annual-self-check", "multipart/form-data; boundary=x", None),
        ("PUT", "/api/attachments/0123/parts/1/2", "", None),
    ],
)
def test_only_what_carries_files_may_be_large(
    large: LargeRoutes, method: str, path: str, kind: str, limit: int | None
) -> None:
    headers = [(b"content-type", kind.encode())] if kind else []
    assert larger_limit(large, {"method": method, "path": path, "headers": headers}, 77) == limit


def test_parts_are_counted_apart_from_changes(large: LargeRoutes) -> None:
    assert large.is_about_part({"path": "/api/attachments/0123/parts/1"})
    assert not large.is_about_part({"path": "/api/attachments/0123/completion"})


@pytest.fixture
def strict(services: Services) -> Iterator[TestClient]:
    """A client of a server that lets an address change little, and upload 60 MB an hour that do not come back."""
    settings = replace(services.settings, rate_limit=True, rate_per_minute=20, upload_mb_per_hour=60)
    app = create_app(replace(services, settings=settings), Shared.load(settings, ticks=lambda: 0))
    client = TestClient(app, base_url="http://127.0.0.1")
    yield client
    client.close()


def test_one_honest_file_of_many_parts_uses_up_few_changes(strict: TestClient) -> None:
    for number in range(3):
        assert send(strict, pdf_of(3 * PART_BYTES + number + 1)).status_code == 200, "eight calls for parts, two others"


def test_a_stranger_cannot_fill_the_disk(strict: TestClient) -> None:
    assert announce(strict, pdf_of(100), size=MOST_BYTES).status_code == 201
    refused = announce(strict, pdf_of(100), size=MOST_BYTES)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 2401, "40 MB of 60 an hour"
    assert announce(strict, pdf_of(100)).status_code == 201, "what is left serves for small files"
