"""The desk for programs: session, list, one filing, as JSON; knows no page."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.exports import Downloads
from functions.desk.filings.filters import MOST_NUMBERS, Filters, filters_noted
from functions.desk.filings.views import record_json, summary_json
from functions.desk.sessions import COOKIE, Sessions, drop_cookie, set_cookie
from functions.desk.sign_in.steps import SignInSteps
from functions.staff.sessions import SessionLimits
from functions.web.filing.stepper import Stepper
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.problems import HttpProblem

DEFAULT_LIMIT: Final = 50
MOST: Final = 200


class Api:
    """Every call blocks: run them in worker threads. Errors are HttpProblem or errors of ours."""

    def __init__(self, services: Services, sessions: Sessions, sign_in_steps: SignInSteps) -> None:
        self._services = services
        self._sessions = sessions
        self._sign_in_steps = sign_in_steps
        self._downloads = Downloads(services)
        self._trail = Audit(services)
        self._stepper = Stepper(services)

    def sign_in(self, request: Request, body: bytes) -> Response:
        """201 with who it is and until when; the token is in the cookie alone."""
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
        set_cookie(response, COOKIE, signed_in.token)
        return response

    def sign_out(self, request: Request) -> Response:
        """204; the session is over here and in the client.

        No CSRF token: no page of another site can send DELETE without asking first, and nobody here says yes.
        """
        self._sessions.leave(request, self._sessions.visitor(request))
        response = Response(status_code=204)
        drop_cookie(response, COOKIE)
        return response

    def list(self, request: Request) -> Response:
        """One page, newest first; `next` is the cursor of the next older one, null at the end."""
        visitor = self._sessions.admit(request, "read")
        query = request.query_params
        filters = Filters.read(query, visitor.account.name)
        page = self._services.records.page(
            filters.selection(), limit=_limit(query.get("limit")), cursor=query.get("cursor") or None
        )
        self._trail.note_soon("listed", visitor.account.name, **filters_noted(filters, self._services.catalogue))
        return _json({"items": [summary_json(item) for item in page.items], "next": page.older})

    def read(self, request: Request) -> Response:
        """Everything about one filing."""
        visitor = self._sessions.admit(request, "read")
        open_record = self._stepper.open(request.path_params["number"])
        self._trail.note("viewed", visitor.account.name, open_record.record.summary.number)
        return _json(record_json(open_record))

    def export(self, request: Request) -> Response:
        """The filings of one form that match the filters, or those of `number`, as a file."""
        visitor = self._sessions.admit(request, "export")
        form, _, format = request.path_params["file"].rpartition(".")
        self._services.catalogue.get(form)
        query = request.query_params
        filters = Filters.read({**query, "form": form}, visitor.account.name)
        numbers = query.getlist("number")[: MOST_NUMBERS + 1]
        return self._downloads.make(visitor, filters, numbers, format=format, table=query.get("table", ""))


def _credentials(content: Any) -> tuple[str, str, str]:
    if not isinstance(content, dict):
        raise HttpProblem(400, "请发送含 username 和 password 的 JSON 对象")
    name, password, code = content.get("username"), content.get("password"), content.get("totp", "")
    if not isinstance(name, str) or not isinstance(password, str):
        raise HttpProblem(400, "username 和 password 都要写，都是文字")
    if not isinstance(code, str):
        raise HttpProblem(400, "totp 是文字，不是数字：开头的 0 也要写。没有开两步登录的，不写这一项")
    return name, password, code


def _limit(value: str | None) -> int:
    if not value:
        return DEFAULT_LIMIT
    if value.isascii() and value.isdecimal() and 1 <= len(value) <= 3 and 1 <= int(value) <= MOST:
        return int(value)
    raise HttpProblem(400, f"limit 要填 1 到 {MOST} 之间的整数")


def _utc(moment: Any) -> str:
    return str(moment.isoformat(timespec="seconds")).replace("+00:00", "Z")


def _json(content: Any, *, status: int = 200) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, media_type="application/json")
