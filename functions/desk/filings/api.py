"""The JSON API of filings: the list, one filing, the export; knows no page."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.exports import Downloads, permission_for
from functions.desk.filings.filters import MOST_NUMBERS, Filters, filters_noted
from functions.desk.filings.views import record_json, summary_json
from functions.desk.sessions import Sessions
from functions.web.filing.as_json import until_in
from functions.web.filing.stepper import Stepper
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

DEFAULT_LIMIT: Final = 50
MOST: Final = 200


class FilingsApi:
    """Every call blocks: run them in worker threads. Errors are HttpProblem or errors of ours."""

    def __init__(self, services: Services, sessions: Sessions, stepper: Stepper) -> None:
        self._services = services
        self._sessions = sessions
        self._forms = stepper.definition_of
        self._downloads = Downloads(services, self._forms)
        self._trail = Audit(services)
        self._stepper = stepper

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [
            Route("/api/desk/submissions", reading(self.list)),
            Route("/api/desk/submissions/{number}", reading(self.read)),
            Route("/api/desk/exports/{file}", reading(self.export)),
        ]

    def list(self, request: Request) -> Response:
        """Return one page, newest first; `next` is the cursor of the next older one, null at the end."""
        visitor = self._sessions.admit(request, "read")
        query = request.query_params
        filters = Filters.read(query, visitor.account.name)
        page = self._services.records.page(
            filters.selection(), limit=_limit(query.get("limit")), cursor=query.get("cursor") or None
        )
        self._trail.note_soon("listed", visitor.account.name, **filters_noted(filters, self._forms.held))
        return _json({"items": [summary_json(item) for item in page.items], "next": page.older})

    def read(self, request: Request) -> Response:
        """Return everything about one filing."""
        visitor = self._sessions.admit(request, "read")
        open_record = self._stepper.open(request.path_params["number"])
        self._trail.note("viewed", visitor.account.name, open_record.record.summary.number)
        number = open_record.record.summary.number
        address = f"{request.scope.get('root_path', '')}/api/desk/submissions/{number}"
        return _json(record_json(open_record, address, until_in(request)))

    def export(self, request: Request) -> Response:
        """Return the filings of one form that match the filters, or those of `number`, as a file."""
        form, _, format = request.path_params["file"].rpartition(".")
        visitor = self._sessions.admit(request, permission_for(format))
        self._forms.of(form)
        query = request.query_params
        filters = Filters.read({**query, "form": form}, visitor.account.name)
        numbers = query.getlist("number")[: MOST_NUMBERS + 1]
        return self._downloads.make(visitor, filters, numbers, format=format, table=query.get("table", ""))


def _limit(value: str | None) -> int:
    if not value:
        return DEFAULT_LIMIT
    if value.isascii() and value.isdecimal() and 1 <= len(value) <= 3 and 1 <= int(value) <= MOST:
        return int(value)
    raise HttpProblem(400, f"limit 要填 1 到 {MOST} 之间的整数")


def _json(content: Any) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json")
