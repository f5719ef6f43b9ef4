"""Reminders for programs: that a mail came back; knows no page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.reminders.pages import bounce
from functions.desk.sessions import Sessions
from functions.supervision.reminders.ledger import chain_with
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.endpoints import writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route


class ReminderApi:
    """Calls block: run them in a worker thread.

    No CSRF token: no page of another site can send this type of content without asking first.
    """

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """The address of this."""
        return [Route("/api/desk/reminders/{reminder}/bounced", writing(self.bounced), methods=["POST"])]

    def bounced(self, request: Request, body: bytes) -> Response:
        """Put the unit back on the list to telephone; the id is in the mail's Message-ID."""
        visitor = self._sessions.admit(request, "see_contacts")
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        if not isinstance(parse_json(body), dict):
            raise HttpProblem(400, "请发送一个 JSON 对象")
        services, id = self._services, request.path_params["reminder"]
        bounce(chain_with(services.ledger, id, services.clock, services.entropy), id, visitor.account.name)
        self._trail.note("reminded", visitor.account.name, outcome="bounced")
        return Response(status_code=204)
