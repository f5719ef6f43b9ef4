"""The QR code on a receipt links to the verification page, at the address where the reader finds the site."""

from __future__ import annotations

from dataclasses import replace

import pytest
import segno

from functions.settings import Settings
from functions.web.filing.receipt_pages import receipt_code
from functions.web.http.qr import qr_code
from functions.web.http.site_addresses import site_address
from functions.web.http.site_frame import SiteFrame

SHELL = SiteFrame("", "/", {})
# As long as a receipt with a long name of a unit.
RECEIPT = "eyJ" + "aB3-" * 170


@pytest.mark.parametrize(("listens", "address"), [("http://127.0.0.1:8000", "http://127.0.0.1:8000/"), ("", "")])
def test_without_an_address_the_link_leads_where_the_server_listens(listens: str, address: str) -> None:
    assert site_address(SHELL, Settings(listens=listens)) == address


def test_a_configured_address_takes_precedence() -> None:
    site_frame = replace(SHELL, assets={"address": "https://www.example.invalid/daj/"})
    assert site_address(site_frame, Settings(listens="http://10.0.0.1")) == "https://www.example.invalid/daj/"


def test_the_link_includes_the_path_of_the_site() -> None:
    site_frame = replace(SHELL, base="/daj/")
    assert site_address(site_frame, Settings(listens="https://example.invalid")) == "https://example.invalid/daj/"


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


def test_without_an_address_there_is_no_qr_code() -> None:
    assert receipt_code("", RECEIPT) == ""
