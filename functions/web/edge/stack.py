"""What stands around every application: headers, log, limits of rate and size, redirects, in the one right order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from functions.settings import Settings
from functions.web.edge.access_log import AccessLog
from functions.web.edge.large_bodies import larger_limit
from functions.web.edge.limits import BodyLimit, RateLimit
from functions.web.edge.redirects import OwnRedirects
from functions.web.edge.security_headers import SecurityHeaders
from functions.web.edge.token_buckets import Rates
from functions.web.http.routes import LargeRoutes
from functions.web.http.site_frame import SiteFrame


def guard(
    app: ASGIApp,
    settings: Settings,
    site_frame: SiteFrame,
    ticks: Callable[[], float],
    *,
    count: Rates | Literal[False],
    routes: Iterable[BaseRoute] = (),
) -> ASGIApp:
    """The application within its limits. `ticks` are monotonic seconds.

    `count` holds the rates of all processes of a server; False where a gateway starts processes that share nothing.
    `routes` are the application's: they say which requests carry files.
    """
    large = LargeRoutes(routes)
    files = settings.upload_limit + settings.body_limit  # and what is typed beside them
    guarded: ASGIApp = BodyLimit(
        OwnRedirects(app),
        limit=settings.body_limit,
        seconds=settings.body_seconds,
        site_frame=site_frame,
        upload_limit=lambda scope: larger_limit(large, scope, files),
    )
    if count and settings.rate_limit:
        guarded = RateLimit(
            guarded,
            rates=count,
            hops=settings.trusted_hops,
            site_frame=site_frame,
            is_part=large.is_about_part,
        )
    guarded = AccessLog(guarded, ticks=ticks, access_log=settings.access_log, site_frame=site_frame)
    upload_host = site_frame.assets.get("upload_host", "")
    return SecurityHeaders(guarded, encrypted=settings.encrypted, upload_host=upload_host)
