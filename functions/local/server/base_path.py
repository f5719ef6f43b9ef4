"""Mounts the application under the site's own path, as part of a portal; does not interpret requests."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


def under(base: str, app: ASGIApp) -> ASGIApp:
    """The application at the path `base`, which has a slash at both ends; at "/" it is the application itself.

    A portal's proxy may keep the path or remove it: both work, and generated links contain it.
    """
    prefix = base.rstrip("/")
    if not prefix:
        return app

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            if path == prefix:
                await RedirectResponse(base, 308)(scope, receive, send)
                return
            raw: bytes = scope.get("raw_path") or path.encode()
            if path.startswith(prefix + "/"):
                path, raw = path.removeprefix(prefix), raw.removeprefix(prefix.encode())
            scope = {**scope, "root_path": prefix, "path": path, "raw_path": raw}
        await app(scope, receive, send)

    return dispatch
