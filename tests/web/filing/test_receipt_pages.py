"""The code to scan on a receipt leads to the page that verifies it, at the address that the site has for its reader."""

from __future__ import annotations

from dataclasses import replace

import pytest
import segno
from starlette.requests import Request

from functions.web.filing.receipt_pages import receipt_code
from functions.web.http.qr import qr_code
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame

SHELL = SiteFrame("", "/", {})
# As long as a receipt with a long name of a unit.
RECEIPT = "eyJ" + "aB3-" * 170


def request(host: str | None, scheme: str = "http") -> Request:
    headers = [(b"host", host.encode())] if host is not None else []
    server = ("127.0.0.1", 8000)
    return Request({"type": "http", "scheme": scheme, "path": "/", "headers": headers, "server": server})


@pytest.mark.parametrize(
    ("host", "encrypted", "address"),
    [
        ("127.0.0.1:8000", False, "http://127.0.0.1:8000/"),
        ("daj.example.invalid", True, "https://daj.example.invalid/"),
        ("[::1]:8000", False, "http://[::1]:8000/"),
        (None, True, ""),
        ("evil.example/?", True, ""),
        ("a b", True, ""),
    ],
)
def test_the_address_is_the_one_that_the_reader_used(host: str | None, encrypted: bool, address: str) -> None:
    assert site_address(request(host), SHELL, encrypted=encrypted) == address


def test_an_address_that_is_set_comes_before_any_other() -> None:
    site_frame = replace(SHELL, assets={"address": "https://www.example.invalid/daj/"})
    assert site_address(request("10.0.0.1"), site_frame, encrypted=True) == "https://www.example.invalid/daj/"


def test_a_site_under_a_path_is_found_there() -> None:
    site_frame = replace(SHELL, base="/daj/")
    assert site_address(request("example.invalid"), site_frame, encrypted=True) == "https://example.invalid/daj/"


def test_the_code_holds_the_link_and_can_be_scanned() -> None:
    figure = receipt_code("https://daj.example.invalid/", RECEIPT)
    link = f"https://daj.example.invalid/verify/#{RECEIPT}"
    assert f'href="{link}"' in figure
    assert qr_code(link, label="核验回执的二维码", error="l") in figure
    made = segno.make(link, error="l", micro=False)
    assert not made.is_micro
    # 11.5rem are 230 px: at least two for a square, which a telephone still tells apart.
    assert (made.symbol_size()[0]) * 2 <= 230
    for forbidden in (" style=", "<style", "<script"):
        assert forbidden not in figure


def test_without_an_address_there_is_no_code() -> None:
    assert receipt_code("", RECEIPT) == ""
