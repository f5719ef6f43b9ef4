"""JSON bodies: refused with a status of 400, or read as a value that comes through again unchanged."""

from __future__ import annotations

import json

from functions.web.http.bodies import parse_json
from functions.web.http.problems import HttpProblem

SEEDS = (
    b'{"a": [1, 2.5, null, true, "\\u7532"], "b": {"a": ""}}',
    b'{"a": 1, "a": 2}',
    b'["\\ud800", 1e999, NaN]',
    b"0",
)


def seeds() -> list[bytes]:
    return [*SEEDS, b"9" * 5000, b"[" * 70 + b"]" * 70]


def check(data: bytes) -> None:
    try:
        value = parse_json(data)
    except HttpProblem as refused:
        assert refused.status == 400
        return
    assert value == json.loads(data.decode("utf-8"))
    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(json.dumps(value, ensure_ascii=False).encode("utf-8")) == value
