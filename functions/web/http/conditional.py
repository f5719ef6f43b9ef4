"""Parses If-Match and Idempotency-Key; knows no filing."""

from __future__ import annotations

import re

from starlette.requests import Request

from functions.web.http.problems import HttpProblem

_TAG = re.compile(r'"([0-9]{1,9})"')
NO_KEY = "Idempotency-Key 要用 1 到 128 个可见的 ASCII 字符。请换一个再提交"
_KEY = re.compile(r"[!-~]{1,128}")


def require_match(request: Request, what: str) -> int:
    """Return the number in If-Match, of `what`; HttpProblem 428 when it is missing, 400 when it is not a number."""
    given = request.headers.get("if-match")
    if given is None:
        raise HttpProblem(428, f'请在 If-Match 里写您看到的{what}，如 "2"')
    return read_tag(given, what)


def read_tag(given: str, what: str) -> int:
    """Parse an entity tag like "2" as a number."""
    found = _TAG.fullmatch(given.strip())
    if found is None:
        raise HttpProblem(400, f'If-Match 要写成带引号的{what}，如 "2"。请改好再发')
    return int(found.group(1))


def tag(number: int) -> str:
    """Format a number as an entity tag."""
    return f'"{number}"'


def idempotency_key(request: Request) -> str | None:
    """Return the client's key, or None; HttpProblem 400 when it is malformed, or when there are two of them."""
    given = request.headers.getlist("idempotency-key")
    if len(given) > 1:
        raise HttpProblem(400, "请求里有不止一个 Idempotency-Key。请只留一个再提交")
    if given == [""]:
        raise HttpProblem(400, NO_KEY)
    return require_key(given[0]) if given else None


def require_key(key: str | None) -> str | None:
    """Return the idempotency key, or None when there is none; HttpProblem 400 when it is malformed."""
    if not key:
        return None
    if not _KEY.fullmatch(key):
        raise HttpProblem(400, NO_KEY)
    return key
