"""The filing that is measured with: a valid self-check report of 40 answers and 3 database rows, as request bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.filings import make_uscc, valid_self_check

FORM = "annual-self-check"
_PLACE = "PLACEOFTHEUSCODE18"
_KEY = "0" * 32


def self_check(year: int, uscc: str) -> dict[str, Any]:
    """The report for `year` of the unit with this code."""
    data = valid_self_check(uscc, year=year, databases=3, unit_name="示例县第一中学")
    data["checks"]["protection"]["gas"] = "no"
    for number in (3, 5):
        data["checks"][f"check_{number}"] = {"result": "part", "note": "制度已经写好，2026 年底前全部落实。"}
    return data


def count_answers(node: Any) -> int:
    """How many single answers there are outside the database rows."""
    if isinstance(node, dict):
        return sum(count_answers(value) for key, value in node.items() if key != "databases" or isinstance(value, dict))
    if isinstance(node, list) and node and isinstance(node[0], dict):
        return sum(count_answers(item) for item in node)
    return 1


@dataclass(frozen=True, slots=True)
class Requests:
    """Request bytes with two gaps, so that the client spends its time on sending and not on writing JSON."""

    before_key: bytes
    before_uscc: bytes
    after_uscc: bytes

    def make(self, key: str, uscc: str) -> bytes:
        """One request."""
        return b"".join((self.before_key, key.encode(), self.before_uscc, uscc.encode(), self.after_uscc))


def requests(year: int, host: str) -> Requests:
    """The requests to one server, differing in idempotency key (32 characters) and unified social credit code."""
    body = json.dumps(self_check(year, _PLACE), ensure_ascii=False, separators=(",", ":")).encode()
    head = (
        f"POST /api/submissions/{FORM} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nIdempotency-Key: "
    ).encode()
    before, _, after = body.partition(_PLACE.encode())
    return Requests(head, b"\r\n\r\n" + before, after)


def codes(first: int, count: int) -> list[str]:
    """Distinct valid codes."""
    return [make_uscc(number) for number in range(first, first + count)]
