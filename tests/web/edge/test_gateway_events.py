"""The functions behind API Gateway: HTTP API events, payload 2.0, in the form AWS sends them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from functions import submit
from functions.settings import Settings
from tests.conftest import ROOT
from tests.support.stores import STORES

EVENTS = ROOT / "tests" / "events"


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


@pytest.fixture(autouse=True)
def surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The variables a function finds, on fresh data; what it opened at its first event is closed at the end."""
    for name, value in STORES.variables(settings.data).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QINGDAN_DATA", str(settings.data))
    monkeypatch.setenv("QINGDAN_SITE", str(settings.site))
    monkeypatch.setenv("QINGDAN_SCHEMAS", str(settings.schemas))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)
    submit.gateway.close()


def test_a_filing_sent_as_json_is_stored_and_sent_again_answered_the_same() -> None:
    first, again = (submit.handler(recorded("file-json"), None) for _ in range(2))
    assert first["statusCode"] == 201
    assert json.loads(first["body"])["access_code"]
    assert again["body"] == first["body"]
    assert first["headers"]["x-content-type-options"] == "nosniff"
    assert first["headers"]["cache-control"] == "no-store"


def test_a_body_in_base64_and_a_query_are_read() -> None:
    answer = submit.handler(recorded("file-json-base64"), None)
    assert answer["statusCode"] == 201, answer["body"]


def test_a_posted_form_is_answered_with_a_page() -> None:
    answer = submit.handler(recorded("review-form"), None)
    assert answer["statusCode"] == 422
    assert answer["headers"]["content-type"].startswith("text/html")
    assert "示例县第一中学" in answer["body"]


def test_the_limit_of_a_body_holds_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QINGDAN_BODY_LIMIT", "1024")
    assert submit.handler(recorded("file-json"), None)["statusCode"] == 413


def test_health_is_told() -> None:
    assert submit.handler(recorded("health"), None)["statusCode"] == 200


def test_importing_the_public_function_stays_light() -> None:
    heavy = ("pydantic", "jsonschema", "jinja2", "xlsxwriter", "yaml", "argon2", "mangum", "uvicorn", "typer")
    words = f"import sys, functions.submit; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
