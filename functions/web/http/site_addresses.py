"""Where the site is to be found by whoever holds one of its papers, and which addresses are the desk's."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request

from functions.settings import Settings
from functions.web.http.routes import own
from functions.web.http.site_frame import SiteFrame

VERIFY: Final = "verify/"
HOME: Final = "/desk/"
_PATH = re.compile(r"/desk/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/?)*")
_QUERY = re.compile(r"[A-Za-z0-9/?&=%+_.~-]*")
# What no link of the desk holds, however often it is encoded: control characters, backslashes, a way up or elsewhere.
_STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\\]|//|\.\.|%2e", re.IGNORECASE)


def site_address(site_frame: SiteFrame, settings: Settings) -> str:
    """The site's first page, with a slash at the end: as it is set, else where the server listens; "" for neither.

    Never what a request calls its host: whoever sends one could write a receipt's link.
    """
    return site_frame.address or (settings.listens and settings.listens + site_frame.base)


def address_of(request: Request) -> str:
    """The path under where the service is mounted, and the query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return path_of(request) + query


def path_of(request: Request) -> str:
    """The path under where the service is mounted."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def own_page(request: Request, address: str) -> str:
    """The address if it is one that the desk shows, else the list: nobody is sent away after signing in."""
    path, routes = address.partition("?")[0], own(request.app.routes)
    shown = any(route.takes("GET") and route.at(path) is not None for route in routes)
    return address if shown and is_plain(address) else HOME


def is_plain(address: str) -> bool:
    """Whether the address is written as the desk writes its own."""
    path, _, query = address.partition("?")
    if not _PATH.fullmatch(path) or not _QUERY.fullmatch(query):
        return False
    before = ""
    while query != before:
        if _STRANGE.search(query):
            return False
        before, query = query, unquote(query)
    return not _STRANGE.search(path)


def verify_address(site: str, receipt: str) -> str:
    """The link that verifies a receipt in a browser; what stands behind # never reaches a server."""
    return f"{site}{VERIFY}#{receipt}"
