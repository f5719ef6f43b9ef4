"""Reads a request's scope without the request: headers, the client's address, how much it may still upload."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from math import ceil
from typing import Final

from starlette.types import Scope

from functions.web.http.problems import HttpProblem

# Key in the scope: a function that takes bytes from the upload allowance of the client's address.
UPLOADS: Final = "qingdan.uploads"
# Takes one new filing from what the client's address may file; stands in the scope of its requests.
FILINGS: Final = "qingdan.filings"
MB: Final = 1024 * 1024
# Under what all are counted together of whom no address is known.
UNKNOWN: Final = "unknown"


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


def spend_filing(scope: Scope, place: str, *, contest: bool) -> None:
    """Take one new filing for this place from what the client's address may file; HttpProblem 429 without one.

    Behind a gateway nothing is counted here.
    """
    take = scope.get(FILINGS)
    wait = take(place, contest) if take else 0.0
    if wait > 0:
        what = "重复待核的填报" if contest else "填报"
        words = f"这个网络地址交的{what}太多，这一件还没有存下来。请等 {{}} 分钟再提交，或者打电话给本局"
        raise HttpProblem(429, words.format(ceil(wait / 60)), headers={"Retry-After": str(int(wait) + 1)})


def _too_often(wait: float, words: str) -> HttpProblem:
    seconds = int(wait) + 1
    return HttpProblem(429, words.format(seconds), headers={"Retry-After": str(seconds), "Connection": "close"})


def client_address(scope: Scope, hops: int) -> str:
    """The address the request came from, spelled in one way, for counting only: it is never logged.

    `hops` of our own proxies stand in front, each of which adds the address it was called from to X-Forwarded-For: what
    stands before their addresses was written by the client, and is not believed. An IPv6 network of 64 bits counts as
    one address, since one subscriber holds all of it. UNKNOWN where nothing is an address.
    """
    written = forwarded_for(scope)[-hops:] if hops else []
    return next((known for told in (*written[:1], peer(scope)) if (known := counted_address(told))), UNKNOWN)


def forwarded_for(scope: Scope) -> list[str]:
    """What X-Forwarded-For says, from the client to the nearest proxy; several lines are one list (RFC 9110, 5.3)."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop for line in lines for entry in line.split(",") if (hop := entry.strip())]


def peer(scope: Scope) -> str:
    """The other end of the connection, as the server tells it; "" where it has no address."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def counted_address(text: str) -> str:
    """The one spelling under which an address, with or without a port, is counted; "" when it is none."""
    parsed = _parse_address(_without_port(text.strip()))
    if parsed is None:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False).network_address)
    return str(parsed)


def _without_port(text: str) -> str:
    """`192.0.2.1:443` and `[2001:db8::1]:443` without the port; a bare IPv6 address has colons of its own."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
