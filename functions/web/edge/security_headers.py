"""The security headers that every answer carries; knows no page."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'"
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_UNLESS_SET = ((b"cache-control", b"no-store"),)
# For pages of filling in: a browser cannot go back to what it may not keep, and shows an error where the answers were.
TO_GO_BACK_TO = {"Cache-Control": "private, no-cache"}
_ENCRYPTED = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)


def _with_host(upload_host: str) -> str:
    if not upload_host:
        return CONTENT_POLICY
    return re.sub(r"((?:connect-src|form-action) 'self')", rf"\1 {upload_host}", CONTENT_POLICY)


def page_policy(written: str) -> str:
    """The content policy of a built page as a header: the one written in it, and what only a header can forbid."""
    return f"{written.rstrip('; ')}; frame-ancestors 'none'"


def site_headers(written: str) -> dict[str, str]:
    """The headers that whoever serves the built site by HTTPS is to send; `written` is the policy in its pages."""
    headers = {name.decode(): value.decode() for name, value in _ALWAYS + _ENCRYPTED}
    return {**headers, "content-security-policy": page_policy(written)}


class SecurityHeaders:
    """Adds the headers to each answer. `encrypted`: clients come by HTTPS, so that HSTS may be promised.

    `upload_host` is where pages may send files to and fetch them from, "" where that is here.
    """

    def __init__(self, app: ASGIApp, *, encrypted: bool, upload_host: str = "") -> None:
        self.app = app
        self.always = _ALWAYS + (_ENCRYPTED if encrypted else ())
        self.unless_set = ((b"content-security-policy", _with_host(upload_host).encode()), *_UNLESS_SET)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers.extend(self.always)
                headers.extend(pair for pair in self.unless_set if pair[0] not in present)
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, send_with_headers)
