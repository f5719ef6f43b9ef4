"""What stands before a function on AWS: the mark, the address of a visitor behind two servers, the largest answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from functions.bootstrap import Services, read_clock
from functions.settings import Settings
from functions.web.edge.aws_gateway import LARGEST_ANSWER, Gateway
from functions.web.http.loggers import JsonLines
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

    def make(create: Callable[[Services], Starlette] = create_app, **more: str) -> Gateway:
        places = {"DATA": settings.data, "SITE": settings.site, "SCHEMAS": settings.schemas}
        variables = {f"QINGDAN_{name}": str(path) for name, path in places.items()}
        made.append(Gateway(create, {**variables, "QINGDAN_ACCESS_LOG": "off", **more}))
        return made[-1]

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    log = logging.getLogger("qingdan")
    handlers, propagate = log.handlers, log.propagate
    yield make
    log.handlers, log.propagate = handlers, propagate
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


WRONG = [
    ({"QINGDAN_BODY_LIMIT": "much"}, "QINGDAN_BODY_LIMIT"),
    ({"QINGDAN_SCHEMAS": "nowhere"}, "nowhere"),
    ({"QINGDAN_SITE": "nowhere"}, "QINGDAN_SITE"),
]


@pytest.mark.parametrize(("wrong", "named"), WRONG)
@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", "text/html"), ("application/json", "application/problem+json")]
)
def test_a_function_with_a_wrong_setting_refuses_in_words_and_the_log_says_which(
    opened: Open, caplog: pytest.LogCaptureFixture, wrong: dict[str, str], named: str, accept: str, kind: str
) -> None:
    gateway = opened(**wrong)
    answer = gateway(event("/address", accept=accept), None)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "30")
    assert answer["headers"]["content-type"].startswith(kind)
    assert "这项服务还没有准备好" in answer["body"]
    assert named not in answer["body"]
    assert answer["headers"]["x-content-type-options"] == "nosniff"
    (line,) = [record.msg for record in caplog.records if record.name == "qingdan.failures"]
    assert named in line["why"]  # type: ignore[index]


def test_what_breaks_an_opening_is_not_quoted(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    def break_off(_: Services) -> Starlette:
        raise ValueError("示例乙 1500000****")

    answer = opened(break_off)(event("/address"), None)
    assert answer["statusCode"] == 503
    (record,) = [each for each in caplog.records if each.name == "qingdan.failures"]
    assert "示例乙" not in answer["body"] + JsonLines(read_clock).format(record)


def test_a_wrong_function_shows_nothing_past_cloudfront(opened: Open) -> None:
    answer = opened(QINGDAN_ORIGIN_MARK=MARK, QINGDAN_BODY_LIMIT="much")(event("/address"), None)
    assert answer["statusCode"] == 403


@pytest.mark.parametrize("on_lambda", [True, False])
def test_everything_is_opened_while_lambda_starts_the_function(opened: Open, on_lambda: bool) -> None:
    gateway = opened(**({"AWS_LAMBDA_FUNCTION_NAME": "submit"} if on_lambda else {}))
    assert ("services" in gateway.__dict__) == on_lambda
    assert gateway(event("/address"), None)["statusCode"] == 200


def test_a_start_that_fails_is_made_good_at_an_event(opened: Open, tmp_path: Path, settings: Settings) -> None:
    place = tmp_path / "site"
    gateway = opened(AWS_LAMBDA_FUNCTION_NAME="submit", QINGDAN_SITE=str(place))
    assert gateway(event("/address"), None)["statusCode"] == 503
    place.symlink_to(settings.site)
    assert gateway(event("/address"), None)["statusCode"] == 200


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
