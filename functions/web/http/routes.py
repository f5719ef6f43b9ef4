"""A route with the facts that others need: whether files come with it, what a posted form does; knows no handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from starlette import routing
from starlette.routing import BaseRoute
from starlette.types import Scope

from functions.web.http.endpoints import Endpoint

Carried = Literal["", "part", "file", "files"]


class Route(routing.Route):
    """A route as its controller declares it, once; limits, sign-in, server and packing read it here.

    `carries` says that a body may be large: one "part" of a file, one whole "file", or a form with "files". `step` says
    for people what a posted form does, with the address's variables in braces: the text typed into such a form is kept
    while its sender signs in again, that of any other form is not. `back` is the page with the form. `keyed` says that
    what is stored has its own key, so that a repeat stores nothing twice; the handler judges a page's key that comes
    again with other answers.
    """

    def __init__(
        self,
        path: str,
        endpoint: Endpoint,
        *,
        methods: Sequence[str] = ("GET",),
        carries: Carried = "",
        step: str = "",
        back: str = "",
        keyed: bool = False,
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.carries, self.step, self.back, self.keyed = carries, step, back, keyed

    def around(self, wrap: Callable[[Endpoint], Endpoint]) -> Route:
        """Return the route with its endpoint wrapped."""
        more = {name: getattr(self, name) for name in ("carries", "step", "back", "keyed")}
        return Route(self.path, wrap(self.endpoint), methods=sorted(self.methods or ()), **more)

    def at(self, path: str) -> Mapping[str, Any] | None:
        """Return the variables of a path that matches this route, whatever the method; None for any other path."""
        found = self.path_regex.match(path)
        return found.groupdict() if found else None

    def takes(self, method: str) -> bool:
        return method in (self.methods or ())


def own(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Return the routes that are declared with this class."""
    return (route for route in routes if isinstance(route, Route))


class LargeRoutes:
    """Finds the requests that may have a large body, by their routes."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = [route for route in own(routes) if route.carries]

    def carries(self, scope: Scope) -> Carried:
        """Return the kind of large body that may come with this request."""
        for route in self._routes:
            if route.takes(scope["method"]) and route.at(scope["path"]) is not None:
                return route.carries
        return ""

    def is_about_part(self, scope: Scope) -> bool:
        """Whether the request is about one part of a file, even if it may not bring the part."""
        return any(route.carries == "part" and route.at(scope["path"]) is not None for route in self._routes)
