"""Routes a request to a function by the functions' own routes; the site answers everything else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.local.server.static_site import StaticSite
from functions.web.http.routes import Route, own

LOOKING: Final = ("GET", "HEAD")
# In these addresses one more step is needed to tell the functions apart.
_PROGRAMS: Final = "api"


class Dispatch:
    """One application: the functions at the addresses of their routes, the site everywhere else.

    `forms` are the ids of all forms: filing one and following a filing share their addresses. The first of the
    functions answers for the addresses that nobody serves, as it does behind the gateway.
    """

    def __init__(self, functions: Sequence[Starlette], site: StaticSite, forms: Collection[str]) -> None:
        self._rest, self._site, self._forms = functions[0], site, frozenset(forms)
        self._routes: dict[str, list[tuple[Route, Starlette]]] = {}
        for function in functions:
            for route in own(function.routes):
                self._routes.setdefault(_head(route.path), []).append((route, function))
        self._firsts = {_first(head) for head in self._routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._choose(scope["path"], scope["method"])(scope, receive, send)

    def _choose(self, path: str, method: str) -> ASGIApp:
        looking = method in LOOKING
        if looking and path in self._site:
            return self._site
        # The function's router redirects from an address with a missing or surplus slash.
        other = path.removesuffix("/") if path.endswith("/") else path + "/"
        known = self._routes.get(_head(path), [])
        found = _taking(known, path, method) or self._there(known, path) or _taking(known, other, method)
        if found is not None:
            return found
        if path in self._site:
            return self._site
        if known:
            return known[0][1]
        return self._rest if not looking or _first(path) in self._firsts else self._site

    def _there(self, known: list[tuple[Route, Starlette]], path: str) -> Starlette | None:
        """Return the function with a route here for another method; a form's address counts only for known forms."""
        for route, function in known:
            variables = route.at(path)
            if variables is not None and variables.get("form") in (None, *self._forms):
                return function
        return None


def _taking(known: list[tuple[Route, Starlette]], path: str, method: str) -> Starlette | None:
    return next((function for route, function in known if route.takes(method) and route.at(path) is not None), None)


def _first(path: str) -> str:
    return "".join(path.split("/", 2)[1:2])


def _head(path: str) -> str:
    """Return the first step of an address; for programs, whose first step is common to all, the first two."""
    steps = path.split("/", 3)
    return "/".join(steps[:3] if steps[1:2] == [_PROGRAMS] else steps[:2])
