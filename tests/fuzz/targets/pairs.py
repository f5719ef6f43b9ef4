"""URL-encoded forms: refused with 400, or pairs that are read the same when they are written again."""

from __future__ import annotations

from urllib.parse import quote_plus

from functions.web.http.bodies import parse_pairs
from functions.web.http.problems import HttpProblem


def seeds() -> list[bytes]:
    return [b"a=1&b=%E7%94%B2+b&a=&&=&c", b"a=%0D%0A%0d", b"a=%00", b"a=%ED%A0%80", b"a=%4", "a=甲".encode()]


def check(data: bytes) -> None:
    try:
        pairs = parse_pairs(data)
    except HttpProblem as refused:
        assert refused.status == 400
        return
    written = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    assert parse_pairs(written.encode()) == pairs
