"""The address of a client behind a proxy: one spelling, whatever stands before what our proxy wrote."""

from __future__ import annotations

from functions.web.http.scope import client_address, counted_address, forwarded_for

CALLER = "192.0.2.1"


def seeds() -> list[bytes]:
    return [b"198.51.100.7", b"x, 198.51.100.7:443", b"[2001:db8::1]:443,", b" , ", b"::ffff:192.0.2.9", b"fe80::1%a"]


def check(data: bytes) -> None:
    scope = {"headers": [(b"x-forwarded-for", data)], "client": (CALLER, 1)}
    told = client_address(scope, 1)
    assert counted_address(told) == told
    if forwarded_for(scope):
        spoofed = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"203.0.113.9," + data)]
        assert client_address({**scope, "headers": spoofed}, 1) == told
    assert client_address(scope, 0) == CALLER
