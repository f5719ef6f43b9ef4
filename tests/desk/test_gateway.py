"""The desk behind API Gateway: a recorded HTTP API event (payload 2.0) goes in, its answer comes out."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

from functions.bootstrap import Services
from functions.settings import Settings
from tests.desk.conftest import PASSWORD, Filer, add_account, token_in
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
from functions.desk.app import handler
print(json.dumps([handler(event, None) for event in json.load(sys.stdin)]))
"""


def answers(settings: Settings, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers of a fresh process to the events, as Lambda starts a function for the first of them."""
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


def posted(path: str, fields: dict[str, str], *cookies: str) -> dict[str, Any]:
    """A form as the gateway passes it on: in base64, the cookies beside the headers."""
    event = at(path)
    event["requestContext"]["http"]["method"] = "POST"
    event["headers"]["content-type"] = "application/x-www-form-urlencoded"
    body = base64.b64encode(urlencode(fields).encode()).decode()
    return {**event, "cookies": list(cookies), "body": body, "isBase64Encoded": True}


def test_cookies_are_passed_apart_from_the_headers(services: Services, settings: Settings, file: Filer) -> None:
    """An officer signs in by a form, sees the list and downloads a document, which is bytes."""
    add_account(services, "officer", "officer")
    number = file()
    (page,) = answers(settings, at("/desk/sign-in"))
    fields = {"csrf": token_in(page["body"]), "username": "officer", "password": PASSWORD, "next": ""}
    (signed_in,) = answers(settings, posted("/desk/sign-in", fields, "theme=dark", _pair(page)))
    assert (signed_in["statusCode"], "set-cookie" in signed_in["headers"]) == (303, False)
    session = _pair(signed_in, "__Host-qingdan=")
    cookies = ["theme=dark", session]
    listed, document, encoded, unknown = answers(
        settings,
        {**at("/desk/", "unit=%E7%A4%BA%E4%BE%8B+%E5%8E%BF"), "cookies": cookies},
        {**at(f"/api/desk/submissions/{number}/document.pdf", accept="*/*"), "cookies": cookies},
        {**at(f"/api/desk/submissions/{number.replace('-', '%2D')}", accept="application/json"), "cookies": cookies},
        {**at("/desk/%E6%B2%A1%E6%9C%89/%252e"), "cookies": cookies},
    )
    assert (listed["statusCode"], 'value="示例 县"' in listed["body"]) == (200, True)
    assert (document["statusCode"], document["isBase64Encoded"]) == (200, True), document
    assert base64.b64decode(document["body"]).startswith(b"%PDF-")
    assert (encoded["statusCode"], unknown["statusCode"]) == (200, 404)


def _pair(answer: dict[str, Any], name: str = "") -> str:
    (cookie,) = [each for each in answer["cookies"] if each.startswith(name)][:1]
    return str(cookie.partition(";")[0])
