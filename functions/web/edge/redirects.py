"""Keeps the router's redirects between an address with and without its last slash on the way the client came."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

TEMPORARY = 307


class OwnRedirects:
    """Makes the router's redirects name a path alone.

    It names scheme and host as they came from a proxy, which took TLS and perhaps a path away: the client would be sent
    to an address that is not ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_own(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == TEMPORARY:
                root = scope.get("root_path", "").encode()
                headers = [
                    (name, root + _path(value) if name == b"location" else value) for name, value in message["headers"]
                ]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, send_own)


def _path(address: bytes) -> bytes:
    parts = urlsplit(address)
    return parts.path + (b"?" + parts.query if parts.query else b"")
