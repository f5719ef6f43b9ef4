"""Derives values for serverless.yml from the code, so that nothing is written twice: routes, headers, table keys."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from starlette.routing import Route

from functions.bootstrap import Services, open_services
from functions.errors import SettingError
from functions.settings import Settings
from functions.storage.aws.table import TTL_ATTRIBUTE, definition
from functions.web.edge.security_headers import site_headers
from functions.web.http.site_frame import SiteFrame

# This function answers addresses without a route, as on one machine.
EVERYTHING_ELSE: Final = "submit"
_REST: Final = ":path}"
_MIXED: Final = re.compile(r"/(?=[^/]*\{)(?!\{[^/{}]+\}(?:/|$))[^/]+")


def describe(root: Path, site: Path, functions: Mapping[str, str], machine: str) -> dict[str, Any]:
    """`headers` of the static site by name, `events` of each function that speaks HTTP, as osls
    writes them; `functions` are modules by function name.

    The `table` in CloudFormation's words, and the attribute by which its items expire; the `machine` ("arm64") that the
    zips are for.

    SettingError when the site has not been built, or not for the root of a domain.
    """
    site_frame = SiteFrame.load(site)
    if site_frame.base != "/":
        raise SettingError(
            f"网站是按子路径 {site_frame.base} 生成的，在 AWS 上要放在根路径。请改 mkdocs.yml 的 site_url"
        )
    with tempfile.TemporaryDirectory(prefix="qingdan-routes-") as folder:
        services = open_services(Settings(data=Path(folder), site=site, schemas=root / "schemas"), lock=False)
        try:
            events = {
                name: [{"httpApi": route} for route in routes_of(name, module, services)]
                for name, module in functions.items()
            }
        finally:
            services.close()
    return {
        "headers": site_headers(site_frame.assets["content_security_policy"]),
        "events": events,
        "table": definition("qingdan"),
        "expires": TTL_ATTRIBUTE,
        "machine": machine,
    }


def routes_of(function: str, module_name: str, services: Services) -> list[str]:
    """The routes of a function as the gateway knows them, "GET /desk"; none for a function that speaks no HTTP.

    A gateway's route cannot end in a slash: "/desk/" becomes what lies below "/desk", and "/desk", which redirects. Nor
    can a variable be a part of a step: "/desk/trail.{format}" becomes "/desk/{step}".
    """
    module = import_module(module_name)
    if not hasattr(module, "gateway"):
        return []
    routes = [route for route in module.create_app(services).routes if isinstance(route, Route)]
    found = {f"{method} {path}" for route in routes for method in _methods(route) for path in _paths(route.path)}
    return [*sorted(found), *(["*"] if function == EVERYTHING_ELSE else [])]


def _methods(route: Route) -> Iterator[str]:
    # HEAD is answered wherever GET is; HEAD requests arrive through the cache, which itself sends GET.
    return (method for method in route.methods or () if method != "HEAD")


def _paths(path: str) -> Iterator[str]:
    path = _MIXED.sub("/{step}", path)
    if path.endswith(_REST):
        yield path.removesuffix(_REST) + "+}"
    elif path.endswith("/"):
        yield path.rstrip("/")
        yield path + "{rest+}"
    else:
        yield path
