"""Messages for mobile telephones go to a gateway, signed, once; what it says decides who is called."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from functions.bootstrap import Services
from functions.remind_settings import RemindSettings
from functions.reminding.night import Night
from functions.supervision.reminders.ledger import history_of
from tests.support.board import list_units, moment
from tests.support.clock import Clock
from tests.support.filings import make_uscc

SECRET = "示例的短信密钥，十六个字以上才行"
ON = date(2026, 9, 29)


@dataclass
class Gateway:
    """What was posted, with its headers; `status` is the answer."""

    address: str = ""
    status: int = 202
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    kept = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posted.append((dict(self.headers), body))
            self.send_response(kept.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_port}/sms?from=daj"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def texting(services: Services, clock: Clock, gateway: Gateway) -> Services:
    clock.at = moment("2026-09-29")
    unit = {"unit_name": "示例县第一中学", "uscc": make_uscc(1), "since": "2026-01-01", "contact_name": "示例甲"}
    list_units(services, {**unit, "contact_phone": "13800138000"})
    reminders = RemindSettings(sms_webhook=gateway.address, sms_secret=SECRET)
    return replace(services, settings=replace(services.settings, reminders=reminders))


def test_the_gateway_gets_one_signed_message(
    texting: Services, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert Night(texting, ON).send().counts == {"sent": 1}
    assert Night(texting, ON).send().counts == {}
    ((headers, body),) = gateway.posted
    signed = headers["X-Qingdan-Timestamp"].encode() + b"." + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Qingdan-Signature"] == f"sha256={expected}"
    told = json.loads(body)
    assert (told["to"], told["id"]) == ("13800138000", next(iter(history_of(texting.ledger).entries)))
    assert "2026-09-30" in told["text"]
    assert "示例甲" not in told["text"]
    assert "\n" not in told["text"]
    assert "13800138000" not in caplog.text


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, "refused"), (429, "failed"), (302, "failed"), (500, "unknown")],
)
def test_what_the_gateway_does_not_take_is_called(
    status: int, outcome: str, texting: Services, gateway: Gateway
) -> None:
    gateway.status = status
    assert Night(texting, ON).send().counts == {outcome: 1}
    (entry,) = history_of(texting.ledger).entries.values()
    assert (entry.outcome, entry.to_call) == (outcome, True)
    assert len(gateway.posted) == 1, "no redirect is followed"


def test_a_gateway_that_is_down_can_be_tried_again(texting: Services, gateway: Gateway) -> None:
    reminders = replace(texting.settings.reminders, sms_webhook="http://127.0.0.1:1/")
    down = replace(texting, settings=replace(texting.settings, reminders=reminders))
    assert Night(down, ON).send().counts == {"failed": 1}
    assert Night(texting, ON).send().counts == {"sent": 1}
