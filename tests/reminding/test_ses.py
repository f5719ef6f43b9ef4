"""Mail by Amazon SES: one attempt each, and its answers decide what became of the mail."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from functions.mail import MailServer, Unreachable, outgoing, send

SES = MailServer.of("ses://eu-central-1")
MAIL = EmailMessage()
MAIL["From"], MAIL["To"], MAIL["Subject"] = "daj@county.example", "u1@unit.example", "填报提醒"
MAIL.set_content("示例单位")


class Ses:
    """What was posted; `status` and `error` are the answer."""

    def __init__(self) -> None:
        self.status, self.error = 200, ""
        self.posted: list[bytes] = []


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ses]:
    kept = Ses()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps({"MessageId": "1"} if kept.status == 200 else {"message": "no"}).encode()
            self.send_response(kept.status)
            self.send_header("x-amzn-ErrorType", kept.error)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "error", "fate"),
    [
        (200, "", "sent"),
        (400, "MessageRejected", "refused"),
        (429, "TooManyRequestsException", "failed"),
        (400, "SendingPausedException", "failed"),
        (500, "InternalFailure", None),
    ],
)
def test_the_answer_says_what_became_of_the_mail(status: int, error: str, fate: str | None, ses: Ses) -> None:
    ses.status, ses.error = status, error
    with outgoing(SES) as way:
        assert way.send(MAIL) == fate
    (posted,) = ses.posted
    raw = base64.b64decode(json.loads(posted)["Content"]["Raw"]["Data"])
    assert message_from_bytes(raw)["To"] == "u1@unit.example"


def test_a_mail_that_is_not_taken_is_an_error_for_who_sends_one(ses: Ses) -> None:
    send(SES, MAIL)
    ses.status, ses.error = 429, "TooManyRequestsException"
    with pytest.raises(OSError, match="not taken"):
        send(SES, MAIL)


def test_ses_out_of_reach_is_tried_again_later(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1")
    with outgoing(SES) as way, pytest.raises(Unreachable):
        way.send(MAIL)
