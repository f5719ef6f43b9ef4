"""Which function answers an address on one machine: the one whose routes say so; the site where none does."""

from __future__ import annotations

from importlib import import_module

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from functions.bootstrap import Services
from functions.local.packing.closure import function_modules
from functions.local.server.dispatch import Dispatch
from functions.local.server.server import creators
from functions.local.server.static_site import File, Form, StaticSite
from functions.web.http.endpoints import Endpoint
from functions.web.http.routes import Route
from tests.conftest import ROOT
from tests.support.web.asgi import ask

FORM = "annual-self-check"
PAGES = ("/", "/forms/", f"/forms/{FORM}/", "/track/", "/404.html")


def saying(word: str) -> Endpoint:
    async def endpoint(_: Request) -> Response:
        return PlainTextResponse(word)

    return endpoint


def function(name: str, *routes: tuple[str, str]) -> Starlette:
    """An application that says its name at these routes."""
    made = [Route(path, saying(name), methods=[method]) for method, path in routes]

    async def refuse(_: Request, error: Exception) -> Response:
        return PlainTextResponse(name, getattr(error, "status_code", 500))

    return Starlette(routes=made, exception_handlers={404: refuse, 405: refuse})


@pytest.fixture(scope="module")
def app() -> ASGIApp:
    submit = function(
        "submit",
        ("POST", "/api/submissions/{form}"),
        ("GET", "/healthz"),
        ("GET", "/forms/{form}"),
        ("POST", "/forms/{form}"),
    )
    track = function(
        "track",
        ("GET", "/api/submissions/{number}"),
        ("PUT", "/api/submissions/{number}"),
        ("GET", "/track"),
        ("POST", "/track"),
        ("POST", "/track/{number}/correct"),
    )
    desk = function("desk", ("GET", "/desk/"), ("POST", "/api/desk/session"))
    page = File(Form(b"site", b'"x"', []), None)
    return Dispatch((submit, track, desk), StaticSite(dict.fromkeys(PAGES, page), page), [FORM])


@pytest.mark.parametrize(
    ("method", "path", "who", "status"),
    [
        ("POST", f"/api/submissions/{FORM}", "submit", 200),
        ("POST", "/api/submissions/unknown", "submit", 200),
        ("GET", "/api/submissions/SC-2026-7F3K9Q", "track", 200),
        ("PUT", "/api/submissions/SC-2026-7F3K9Q", "track", 200),
        # One address in two ways of writing it: who takes a form answers for it, who follows a filing for a number.
        ("DELETE", f"/api/submissions/{FORM}", "submit", 405),
        ("DELETE", "/api/submissions/SC-2026-7F3K9Q", "track", 405),
        # Its pages are the site's, though a function leads on from the address that a form is posted to.
        ("GET", f"/forms/{FORM}/", "site", 200),
        ("POST", f"/forms/{FORM}", "submit", 200),
        ("GET", "/forms/unknown", "submit", 200),
        ("GET", "/track/", "site", 200),
        ("POST", "/track", "track", 200),
        ("GET", "/track/SC-2026-7F3K9Q/correct", "track", 405),
        ("GET", "/desk/", "desk", 200),
        ("GET", "/desk/unknown", "desk", 404),
        ("GET", "/api/desk/session", "desk", 405),
        ("GET", "/api/unknown", "submit", 404),
        ("POST", "/unknown", "submit", 404),
        ("GET", "/unknown", "site", 404),
        ("GET", "*", "site", 404),
    ],
)
def test_an_address_belongs_to_the_function_whose_route_it_is(
    app: ASGIApp, method: str, path: str, who: str, status: int
) -> None:
    answer = ask(app, method, path)
    assert (answer.text, answer.status) == (who, status)


@pytest.mark.parametrize(("method", "path", "to"), [("GET", "/desk", "/desk/"), ("POST", "/track/", "/track")])
def test_a_wrong_trailing_slash_is_redirected_by_the_function(app: ASGIApp, method: str, path: str, to: str) -> None:
    answer = ask(app, method, path)
    assert answer.status == 307
    assert answer.headers["location"].endswith(to)


def test_the_server_has_every_function_that_speaks_http() -> None:
    """The packing finds them by their files, and which speak HTTP by their gateway."""
    modules = [import_module(name) for name in function_modules(ROOT).values()]
    assert {create.__module__ for create in creators()} == {
        each.__name__ for each in modules if hasattr(each, "gateway")
    }


def test_every_route_of_a_function_is_declared_with_what_others_must_know(services: Services) -> None:
    routes = [route for create in creators() for route in create(services).routes]
    assert all(isinstance(route, Route) for route in routes)
