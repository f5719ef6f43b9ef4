"""Where the site is to be found by whoever holds one of its papers, and which addresses are the desk's."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from functions.web.http.site_frame import SiteFrame

VERIFY: Final = "verify/"
_OWN_PAGE = re.compile(r"/desk/[A-Za-z0-9/?&=%+_.~-]*")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def site_address(request: Request, site_frame: SiteFrame, *, encrypted: bool) -> str:
    """The site's first page, with a slash at the end: as it is set, else as this request came to it.

    `encrypted`: clients use HTTPS, whatever reached us. "" for a request that names no host.
    """
    if site_frame.address:
        return site_frame.address
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return ""
    return f"{'https' if encrypted else request.url.scheme}://{host}{site_frame.base}"


def own_page(address: str) -> str:
    """The address if it is one of the desk's pages, else the list: nobody is sent away after signing in."""
    return address if _OWN_PAGE.fullmatch(address) and "/.." not in address else "/desk/"


def verify_address(site: str, receipt: str) -> str:
    """The link that verifies a receipt in a browser; what stands behind # never reaches a server."""
    return f"{site}{VERIFY}#{receipt}"
