"""The desk's single documents: filing, receipt, opinion, attachment, score sheet; each access is logged first."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.sessions import Sessions
from functions.errors import NotFound
from functions.records.store import Record
from functions.supervision.scoring import KINDS, Kind
from functions.web.filing.attachments import ListedFiles, digest_in
from functions.web.filing.documents import Documents, read_sheet, version_in, whole
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route


class DeskDocuments:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._documents = Documents(services)
        self._enclosures = ListedFiles(services)
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        one = "/api/desk/submissions/{number}"
        return [
            Route(f"{one}/document.pdf", reading(self.filing)),
            Route(f"{one}/receipt.pdf", reading(self.receipt)),
            Route(f"{one}/opinions/{{sequence}}.pdf", reading(self.opinion)),
            Route(f"{one}/attachments/{{sha256}}", reading(self.attachment)),
            Route("/desk/submissions/{number}/attachments/{sha256}", reading(self.attachment)),
            Route("/api/desk/score-sheet.pdf", reading(self.score_sheet)),
        ]

    def filing(self, request: Request) -> Response:
        """Return the filing; `version` asks for another than the one that counts."""
        return self._give(request, "filing", lambda record: self._documents.filing(record, version_in(request)))

    def receipt(self, request: Request) -> Response:
        """Return the receipt of a version."""
        return self._give(request, "receipt", lambda record: self._documents.receipt(record, version_in(request)))

    def opinion(self, request: Request) -> Response:
        """Return the decision of one step."""
        sequence = whole(request.path_params["sequence"], NotFound("这一步没有审核意见"))
        return self._give(request, "opinion", lambda record: self._documents.opinion(record, sequence))

    def attachment(self, request: Request) -> Response:
        """Return a file that the filing names."""
        digest = digest_in(request)
        return self._give(request, "attachment", lambda record: self._enclosures.give(record, digest), sha256=digest)

    def score_sheet(self, request: Request) -> Response:
        """Return the blank score sheet; `kind` says who fills it in, the unit itself or the panel."""
        visitor = self._sessions.admit(request, "export")
        kind = request.query_params.get("kind") or "self"
        if kind not in KINDS:
            raise HttpProblem(400, "kind 要填 self（建设单位自评）或者 panel（验收组评分）")
        response = self._documents.score_sheet(read_sheet(self._services.settings), cast(Kind, kind))
        self._trail.note("exported", visitor.account.name, format="pdf", document="score_sheet")
        return response

    def _give(self, request: Request, what: str, make: Callable[[Record], Response], **more: str) -> Response:
        visitor = self._sessions.admit(request, "export")
        record = self._services.records.read(request.path_params["number"])
        response = make(record)
        details = more or {"format": "pdf"}
        self._trail.note("exported", visitor.account.name, record.summary.number, document=what, **details)
        return response
