"""The same desk behind API Gateway: a recorded HTTP API event (payload 2.0) goes in, its answer comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from functions.settings import Settings
from tests.support.stores import STORES

EVENT: dict[str, Any] = {
    "version": "2.0",
    "routeKey": "$default",
    "rawPath": "/desk/",
    "rawQueryString": "form=annual-self-check&timeliness=late",
    "headers": {
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-encoding": "gzip, deflate, br",
        "host": "desk.example.invalid",
        "user-agent": "Mozilla/5.0",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    },
    "queryStringParameters": {"form": "annual-self-check", "timeliness": "late"},
    "requestContext": {
        "accountId": "000000000000",
        "apiId": "example",
        "domainName": "desk.example.invalid",
        "domainPrefix": "desk",
        "http": {
            "method": "GET",
            "path": "/desk/",
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.1",
            "userAgent": "Mozilla/5.0",
        },
        "requestId": "example=",
        "routeKey": "$default",
        "stage": "$default",
        "time": "18/Sep/2026:02:24:07 +0000",
        "timeEpoch": 1789698247000,
    },
    "isBase64Encoded": False,
}
PROGRAM = """
import json, sys
from functions.desk import handler
print(json.dumps([handler(event, None) for event in json.load(sys.stdin)]))
"""


def answers(settings: Settings, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """What a fresh process answers to the events, as a function is started for the first of them."""
    environment = {
        **STORES.variables(settings.data),
        "QINGDAN_DATA": str(settings.data),
        "QINGDAN_SITE": str(settings.site),
        "QINGDAN_SCHEMAS": str(settings.schemas),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(events),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def at(path: str, query: str = "", accept: str = "text/html") -> dict[str, Any]:
    context = {**EVENT["requestContext"], "http": {**EVENT["requestContext"]["http"], "path": path}}
    headers = {**EVENT["headers"], "accept": accept}
    return {**EVENT, "rawPath": path, "rawQueryString": query, "headers": headers, "requestContext": context}


def test_recorded_events_are_answered(settings: Settings) -> None:
    listed, page, program = answers(
        settings, EVENT, at("/desk/sign-in"), at("/api/desk/submissions", accept="application/json")
    )
    assert listed["statusCode"] == 303
    location = listed["headers"]["location"]
    assert location == "/desk/sign-in?next=%2Fdesk%2F%3Fform%3Dannual-self-check%26timeliness%3Dlate"
    assert page["statusCode"] == 200
    assert "登录经办台" in page["body"]
    assert page["cookies"][0].startswith("__Host-qingdan-form=")
    assert page["headers"]["cache-control"] == "no-store"
    assert (program["statusCode"], program["headers"]["content-type"]) == (401, "application/problem+json")
