"""Signing in and out for programs, as JSON; knows no page and no filing."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from functions.desk.sessions import COOKIE, Sessions, drop_cookie
from functions.desk.sign_in.steps import SignInSteps
from functions.staff.sessions import SessionLimits
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.endpoints import Writing, reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route


class SessionApi:
    """Every call blocks: run them in worker threads. Errors are HttpProblem or errors of ours."""

    def __init__(self, sessions: Sessions, sign_in_steps: SignInSteps) -> None:
        self._sessions = sessions
        self._sign_in_steps = sign_in_steps

    def routes(self, slow: Writing) -> list[Route]:
        """Return the routes; `slow` makes the endpoints of handlers that check a password."""
        at = "/api/desk/session"
        return [
            Route(at, slow(self.sign_in), methods=["POST"], keyed=True),
            Route(at, reading(self.sign_out), methods=["DELETE"], keyed=True),
        ]

    def sign_in(self, request: Request, body: bytes) -> Response:
        """Answer 201 with the account and the session's end; only the cookie holds the token."""
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        name, password, code = _credentials(parse_json(body))
        checked = self._sign_in_steps.check(request, name=name, password=password)
        signed_in = self._sign_in_steps.sign_in(request, checked, code)
        account, session = signed_in.visitor.account, signed_in.visitor.session
        content = {
            "username": account.name,
            "role": account.role,
            "must_change_password": account.must_change_password,
            "must_set_up_totp": self._sessions.lacks_second_factor(account),
            "expires_at": _utc(session.created_at + SessionLimits().absolute),
        }
        response = _json(content, status=201)
        signed_in.keep(response)
        return response

    def sign_out(self, request: Request) -> Response:
        """Answer 204; the session is over here and in the client.

        It needs no CSRF token: another site's page cannot send DELETE without a CORS preflight, and none is granted.
        """
        self._sessions.leave(request, self._sessions.visitor(request))
        response = Response(status_code=204)
        drop_cookie(response, COOKIE)
        return response


def _credentials(content: Any) -> tuple[str, str, str]:
    if not isinstance(content, dict):
        raise HttpProblem(400, "请发送含 username 和 password 的 JSON 对象")
    name, password, code = content.get("username"), content.get("password"), content.get("totp", "")
    if not isinstance(name, str) or not isinstance(password, str):
        raise HttpProblem(400, "username 和 password 都要写，都是文字")
    if not isinstance(code, str):
        raise HttpProblem(400, "totp 是文字，不是数字：开头的 0 也要写。没有开两步登录的，不写这一项")
    return name, password, code


def _utc(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds")).replace("+00:00", "Z")


def _json(content: Any, *, status: int) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")
