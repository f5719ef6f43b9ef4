"""Addresses of paragraphs: none, or one that is written as it was read and has a link."""

from __future__ import annotations

from functions.forms.address import Links, parse_address

LINKS = Links("/", {"丙": "bing"})


def seeds() -> list[bytes]:
    return [text.encode() for text in ("丙五1续", "丙五", "丙十1", "甲二十一1-2-3续五", "丙一" + "1" * 5000)]


def check(data: bytes) -> None:
    words = data.decode("utf-8", "replace")
    address = parse_address(words)
    assert address is None or str(address) == words
    link = LINKS.to_paragraph(words)
    assert link is None or link.startswith("/regimes/bing/#bing-")
