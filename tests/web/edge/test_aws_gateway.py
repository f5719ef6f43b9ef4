"""What stands before a function on AWS: the mark, the address of a visitor behind two servers, the largest answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.settings import Settings
from functions.web.edge.aws_gateway import LARGEST_ANSWER, Gateway
from functions.web.http.scope import client_address

MARK = "0f1e2d3c-0000-11ef-8000-000000000000"
EDGE, VISITOR = "192.0.2.10", "203.0.113.7"

Open = Callable[..., Gateway]


def create_app(services: Services) -> Starlette:
    async def tell_address(request: Request) -> Response:
        address = client_address(request.scope, services.settings.trusted_hops)
        return JSONResponse({"address": address, "encrypted": services.settings.encrypted})

    async def give(request: Request) -> Response:
        size = int(request.query_params["size"])
        if request.query_params.get("kind") == "binary":
            return Response(bytes(size), media_type="application/zip")
        return PlainTextResponse("案" * (size // 3))

    return Starlette(routes=[Route("/address", tell_address), Route("/give", give)])


@pytest.fixture
def opened(settings: Settings) -> Iterator[Open]:
    made: list[Gateway] = []

    def make(**more: str) -> Gateway:
        places = {"DATA": settings.data, "SITE": settings.site, "SCHEMAS": settings.schemas}
        variables = {f"QINGDAN_{name}": str(path) for name, path in places.items()}
        made.append(Gateway(create_app, {**variables, "QINGDAN_ACCESS_LOG": "off", **more}))
        return made[-1]

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield make
    for gateway in made:
        gateway.close()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


def event(path: str, query: str = "", *, accept: str = "*/*", **headers: str) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "example0000.execute-api.invalid", "accept": accept, **headers},
        "requestContext": {"http": {"method": "GET", "path": path, "sourceIp": EDGE}, "stage": "$default"},
        "isBase64Encoded": False,
    }


def through_cloudfront(forwarded: str) -> dict[str, str]:
    return {"x-qingdan-origin": MARK, "x-forwarded-for": forwarded}


def test_without_a_mark_everybody_is_answered(opened: Open) -> None:
    answer = opened()(event("/address"), None)
    assert (answer["statusCode"], json.loads(answer["body"])["address"]) == (200, EDGE)


def test_clients_always_came_by_https(opened: Open) -> None:
    answer = opened()(event("/address"), None)
    assert json.loads(answer["body"])["encrypted"] is True
    assert answer["headers"]["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("shown", [{}, {"x-qingdan-origin": ""}, {"x-qingdan-origin": MARK + "0"}])
def test_who_comes_past_cloudfront_is_refused(opened: Open, shown: dict[str, str]) -> None:
    answer = opened(QINGDAN_ORIGIN_MARK=MARK)(event("/address", accept="text/html", **shown), None)
    assert answer["statusCode"] == 403
    assert "请从网站的首页进入" in answer["body"]
    assert answer["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "forwarded",
    [
        f"{VISITOR}, {EDGE}",
        f"198.51.100.1, {VISITOR}, {EDGE}",  # what the visitor wrote himself comes first and is not believed
        VISITOR,
    ],
)
def test_the_visitor_is_who_called_cloudfront(opened: Open, forwarded: str) -> None:
    gateway = opened(QINGDAN_ORIGIN_MARK=MARK)
    answer = gateway(event("/address", **through_cloudfront(forwarded)), None)
    assert json.loads(answer["body"])["address"] == VISITOR


def weight(answer: dict[str, Any]) -> int:
    return len(json.dumps(answer, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("size=6000000", 200),
        ("size=6250000", 500),
        ("kind=binary&size=4600000", 200),
        ("kind=binary&size=4700000", 500),  # base64 makes four bytes of three
    ],
)
def test_an_answer_that_lambda_cannot_give_back_is_refused_in_words(opened: Open, query: str, status: int) -> None:
    answer = opened()(event("/give", query, accept="text/html"), None)
    assert answer["statusCode"] == status
    assert weight(answer) <= LARGEST_ANSWER
    if status == 500:
        assert "6 MB" in answer["body"]
        assert answer["headers"]["content-type"].startswith("text/html")
