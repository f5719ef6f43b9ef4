"""The site's public address for links in documents, and the addresses that belong to the desk."""

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
# Never in a link of the desk, however often it is encoded: control characters, backslashes, a way up or elsewhere.
_STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\\]|//|\.\.|%2e", re.IGNORECASE)


def site_address(site_frame: SiteFrame, settings: Settings) -> str:
    """Return the site's first page, ending with a slash: as set, else where the server listens; "" for neither.

    Ignores the request's Host header: its sender could otherwise write a receipt's link.
    """
    return site_frame.address or (settings.listens and settings.listens + site_frame.base)


def address_of(request: Request) -> str:
    """Return the path below the mount point of the service, and the query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return path_of(request) + query


def path_of(request: Request) -> str:
    """Return the path below the mount point of the service."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def own_page(request: Request, address: str) -> str:
    """Return the address if it belongs to the desk, else the list: signing in never redirects to another site."""
    path, routes = address.partition("?")[0], own(request.app.routes)
    shown = any(route.takes("GET") and route.at(path) is not None for route in routes)
    return address if shown and is_plain(address) else HOME


def is_plain(address: str) -> bool:
    """Whether the address is written the way the desk writes its own."""
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
    """Return the link that verifies a receipt in a browser; the part after # never reaches a server."""
    return f"{site}{VERIFY}#{receipt}"
