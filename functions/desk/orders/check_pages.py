"""From ticked rows to numbered letters: a page that shows each and why others cannot, then one press; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages, redirect
from functions.desk.orders.issuing import Issuing
from functions.desk.orders.reading import Wrong, line, read_asked, read_kind, read_rows, why_not_words
from functions.desk.orders.views import CheckView, row_of_candidate
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import SequenceTaken, StepRefused
from functions.forms.letters import LetterKind
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.endpoints import reading, writing
from functions.web.http.routes import Route

HERE: Final = "/desk/orders/new"
FACTS: Final = "facts."


class CheckPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._issuing = Issuing(services)
        self._audit = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        return [
            Route(HERE, reading(self.look_over)),
            Route(HERE, writing(self.issue), methods=["POST"], step="开文书", back=HERE),
        ]

    def look_over(self, request: Request) -> Response:
        """The ticked rows with what would be said about each."""
        visitor = self._sessions.admit(request, "order")
        query = request.query_params
        kind = read_kind(query.get("do", ""), self._services.catalogue.letters)
        page = self._page(request, visitor, kind, read_rows(query.getlist("row")))
        self._audit.note_soon("listed", visitor.account.name, where="letters")
        return page

    def issue(self, request: Request, body: bytes) -> Response:
        """Number the letters, all or none; what was typed comes back when something is wrong or has changed."""
        visitor = self._sessions.admit(request, "order")
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        pairs = parse_pairs(body)
        typed = dict(pairs)
        require_csrf(visitor, typed.get("csrf", ""))
        letters, today = self._services.catalogue.letters, self._issuing.today()
        kind = read_kind(typed.get("do", ""), letters)
        keys = read_rows([value for name, value in pairs if name == "row"])
        facts = {key: line(typed.get(FACTS + key, "")) for key in keys}
        asked, wrong = read_asked(kind, letters, typed, today)
        wrong += [(FACTS + key, why) for key, words in facts.items() if (why := why_not_words(words, "事实"))]
        if wrong or not keys:
            return self._page(request, visitor, kind, keys, typed, facts, wrong, status=422)
        try:
            ids = self._issuing.issue(asked, facts, visitor.account.name)
        except (StepRefused, SequenceTaken) as refusal:
            return self._page(request, visitor, kind, keys, typed, facts, notice=str(refusal), status=409)
        self._audit.note("letters_issued", visitor.account.name, change=kind, letters=len(ids))
        if len(ids) == 1:
            return redirect(request, f"/desk/orders/{ids[0]}?done=issued")
        return redirect(request, f"/desk/orders?{urlencode({'year': today.year, 'kind': kind, 'done': len(ids)})}")

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        kind: LetterKind,
        keys: Sequence[str],
        typed: Mapping[str, str] | None = None,
        facts: Mapping[str, str] | None = None,
        wrong: Wrong | None = None,
        *,
        notice: str = "",
        status: int = 200,
    ) -> Response:
        catalogue, today, typed = self._services.catalogue, self._issuing.today(), typed or {}
        found = self._issuing.candidates(kind, keys) if keys else []
        view = CheckView(
            kind=kind,
            wording=catalogue.letters.kinds[kind],
            rows=[row_of_candidate(catalogue, each, today, facts or {}) for each in found],
            ready=sum(not each.why for each in found),
            until=typed.get("until", ""),
            earliest=(today + timedelta(days=1)).isoformat(),
            to=typed.get("to", ""),
            signed_by=typed.get("signed_by", ""),
            wrong=dict(wrong or ()),
            notice=notice,
        )
        return self._pages.page(request, view, visitor, status=status)
