"""If-Match and Idempotency-Key as HTTP carries them; knows no filing."""

from __future__ import annotations

import re

from starlette.requests import Request

from functions.web.filing import require_key
from functions.web.problems import HttpProblem

_TAG = re.compile(r'"([0-9]{1,9})"')


def require_match(request: Request, what: str) -> int:
    """The number in If-Match, of `what`; HttpProblem 428 when there is none, 400 when it is not one."""
    given = request.headers.get("if-match")
    if given is None:
        raise HttpProblem(428, f'请在 If-Match 里写您看到的{what}，如 "2"')
    return read_tag(given, what)


def read_tag(given: str, what: str) -> int:
    """The number of an entity tag like "2"."""
    found = _TAG.fullmatch(given.strip())
    if found is None:
        raise HttpProblem(400, f'If-Match 要写成带引号的{what}，如 "2"。请改好再发')
    return int(found.group(1))


def tag(number: int) -> str:
    """A number as an entity tag."""
    return f'"{number}"'


def idempotency_key(request: Request) -> str | None:
    """The client's key, or None; HttpProblem 400 when it cannot be one."""
    return require_key(request.headers.get("idempotency-key"))
