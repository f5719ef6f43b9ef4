"""Reads a request's scope without the request: headers, the client's address, how much it may still upload."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from starlette.types import Scope

from functions.web.http.problems import HttpProblem

# Key in the scope: a function that takes bytes from the upload allowance of the client's address.
UPLOADS: Final = "qingdan.uploads"


MB: Final = 1024 * 1024


def header(scope: Scope, name: bytes) -> str:
    """The first value of a request header, or ""; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


def spend(scope: Scope, size: int) -> None:
    """Take bytes from the upload allowance of the client's address; HttpProblem 429 when it is used up.

    Behind a gateway nothing is counted here.
    """
    take = scope.get(UPLOADS)
    wait = take(ceil(size / MB)) if take else 0.0
    if wait > 0:
        raise _too_often(wait, "这个网络地址上传得太多。请等 {} 秒再上传，已经传完的文件不会丢")


def _too_often(wait: float, words: str) -> HttpProblem:
    seconds = int(wait) + 1
    return HttpProblem(429, words.format(seconds), headers={"Retry-After": str(seconds), "Connection": "close"})


def client_address(scope: Scope, behind_proxy: bool) -> str:
    """Return the address the request came from, only for counting: it is never logged."""
    if behind_proxy:
        forwarded = header(scope, b"x-forwarded-for").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    client: Any = scope.get("client")
    return str(client[0]) if client else ""
