"""Posts a message to the gateway for mobile telephones, signed; knows no other channel.

The gateway gets JSON {"id", "to", "text"}, X-Qingdan-Timestamp (seconds) and X-Qingdan-Signature: "sha256=" and the
HMAC of the timestamp, a point and the body. `id` stays the same for one reminder.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from functions.mail import Fate, Unreachable

PATIENCE_SECONDS: Final = 30
TOO_OFTEN: Final = 429


class SmsGateway:
    """One connection for each message: a gateway may end idle ones at any time, and no message is sent twice."""

    def __init__(self, address: str, secret: str, clock: Callable[[], datetime]) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port
        self._encrypted = parts.scheme == "https"
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret, self._clock = secret.encode(), clock

    def send(self, id: str, to: str, text: str) -> Fate:
        """Post one message, once, and follow no redirect; Unreachable when the gateway cannot be talked to."""
        body = json.dumps({"id": id, "to": to, "text": text}, ensure_ascii=False).encode()
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise Unreachable from error
        try:
            connection.request("POST", self._target, body, self._headers(body))
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return _fate(status)

    def _connection(self) -> http.client.HTTPConnection:
        if self._encrypted:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=PATIENCE_SECONDS, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE_SECONDS)

    def _headers(self, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock().timestamp()))
        signature = hmac.new(self._secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "X-Qingdan-Timestamp": moment,
            "X-Qingdan-Signature": f"sha256={signature}",
        }


def _fate(status: int) -> Fate:
    """Of an error of the gateway itself nobody can tell whether the message had gone out by then."""
    if 200 <= status < 300:
        return "sent"
    if status == TOO_OFTEN or 300 <= status < 400:
        return "failed"
    return "refused" if status < 500 else None
