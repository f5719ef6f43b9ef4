"""A function answers before Lambda ends it, however long AWS fails; otherwise the client would get no answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.local.aws_local import cloud_at, furnish
from functions.submit import create_app
from functions.web.edge.aws_gateway import Gateway
from tests.conftest import ROOT
from tests.support.store.faults import FaultyEngine, refusal


class Context:
    """What Lambda tells a function about the time it has."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(1000 * (self._end - time.monotonic()))


@pytest.fixture
def gateway(engine: FaultyEngine, twin: str, site: Path) -> Iterator[Gateway]:
    cloud = cloud_at(twin, "time")
    furnish(cloud)
    places = {
        "STORE": "aws",
        "TABLE": cloud.table,
        "BUCKET": cloud.bucket,
        "PARAMETERS": cloud.parameters,
        "REGION": cloud.region,
        "ENDPOINT_URL": engine.url,
        "SITE": str(site),
        "SCHEMAS": str(ROOT / "schemas"),
        "ACCESS_LOG": "off",
    }
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    opened = Gateway(create_app, {f"QINGDAN_{name}": value for name, value in places.items()})
    yield opened
    opened.close()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "tests" / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def test_a_function_near_its_time_limit_answers_in_time(gateway: Gateway, engine: FaultyEngine) -> None:
    assert gateway(recorded("health"), Context(29))["statusCode"] == 200
    engine.fate = lambda operation: refusal("ThrottlingException")
    context = Context(8.5)
    answer = gateway(recorded("file-json"), context)
    assert answer["statusCode"] == 503
    assert context.get_remaining_time_in_millis() > 0
    engine.fate = lambda operation: None
    assert gateway(recorded("file-json"), Context(29))["statusCode"] == 201


def test_a_function_that_cannot_start_answers_with_a_readable_503(gateway: Gateway, engine: FaultyEngine) -> None:
    """On the great day many start at once, and the keys are read from a service that gives them to forty a second."""
    engine.fate = lambda operation: refusal("ThrottlingException")
    page, told = (gateway(recorded(name), Context(8.2)) for name in ("review-form", "file-json"))
    assert set(engine.seen) == {"GetParametersByPath"}
    assert (page["statusCode"], page["headers"]["content-type"]) == (503, "text/html; charset=utf-8")
    assert "过一会儿再试" in page["body"]
    assert page["headers"]["retry-after"]
    assert page["headers"]["x-content-type-options"] == "nosniff"
    assert (told["statusCode"], told["headers"]["content-type"]) == (503, "application/problem+json")
    engine.fate = lambda operation: None
    assert gateway(recorded("file-json"), Context(29))["statusCode"] == 201
