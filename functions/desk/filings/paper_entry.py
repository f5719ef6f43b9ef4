"""Entry of paper filings by an officer, with the day on which they came in: pages and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.paper_form import RECEIVED, Entry, PaperForm
from functions.desk.first_answers import new_key
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import GuardTaken, NotFound
from functions.forms.definition import Definition
from functions.forms.page.element import Markup
from functions.web.filing.form_flow import Answer, FormFlow
from functions.web.filing.form_pages import Filled, below, form_page, local_day
from functions.web.filing.intake import judge, recall
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.posted_form import PostedForm
from functions.web.filing.uploads import Uploads
from functions.web.filing.vouchers import unproven, vouchers_in
from functions.web.http.bodies import FORM_TYPE, JSON_TYPE, parse_json, require_type
from functions.web.http.conditional import idempotency_key
from functions.web.http.endpoints import Endpoint, reading, writing
from functions.web.http.multipart import Posted, posting
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.site_addresses import site_address

ENTER: Final = "录入纸质件"


@dataclass(frozen=True, slots=True)
class FormChoice:
    """The choice of form for a paper filing: ids and titles."""

    template: ClassVar[str] = "paper.html"
    forms: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FormView:
    """A page of a form, in the frame of the desk."""

    template: ClassVar[str] = "filling.html"
    heading: str
    body: Markup


class PaperDesk:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._audit = Audit(services)
        self._flow = FormFlow(services)
        self._uploads = Uploads(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        one = "/desk/records/{form}"
        return [
            Route("/desk/records/", reading(self.choose)),
            Route(one, reading(self.begin)),
            Route(one, writing(self.fill_in), methods=["POST"], step=ENTER, back=one, keyed=True),
            Route(f"{one}/files", reading(self.begin_again)),
            Route(f"{one}/files", self._files(), methods=["POST"], carries="files", step=ENTER, back=one),
            Route("/api/desk/records/{form}", writing(self.take), methods=["POST"], keyed=True),
        ]

    def _files(self) -> Endpoint:
        # Files are read only after it is known who sends them.
        admit = partial(self._sessions.admit, permission="enter_paper")
        return posting(self.take_files, typed=self._services.settings.body_limit, admit=admit)

    def choose(self, request: Request) -> Response:
        """Show the choice of forms."""
        visitor = self._sessions.admit(request, "enter_paper")
        forms = [(each.id, each.title) for each in self._services.catalogue if each.rules.audience == "public"]
        return self._pages.page(request, FormChoice(forms), visitor)

    def begin(self, request: Request) -> Response:
        """Show the empty form."""
        visitor = self._sessions.admit(request, "enter_paper")
        definition = self._definition(request)
        page = self._to(request, definition, visitor, "").form(Filled(definition, {}))
        return self._framed(request, Answer(200, page), visitor)

    def begin_again(self, request: Request) -> Response:
        """Redirect to the form: somebody opened the address that files are posted to."""
        self._sessions.admit(request, "enter_paper")
        return redirect(request, f"/desk/records/{self._definition(request).id}")

    def take_files(self, request: Request, posted: Posted) -> Response:
        """Show the form with the files that came with it: the way without JavaScript."""
        visitor = self._sessions.admit(request, "enter_paper")
        controls = dict(reversed(posted.pairs))
        require_csrf(visitor, controls.get("csrf", ""))
        definition = self._definition(request)
        status, filled = filled_with_files(self._uploads, definition, posted)
        to = self._to(request, definition, visitor, controls.get(RECEIVED, ""))
        page = form_page(to.links, filled, below(to.place(filled)))
        return self._framed(request, Answer(status, page), visitor)

    def fill_in(self, request: Request, body: bytes) -> Response:
        """Answer a post with the form, changed or with its problems, with the answers to check, or with the receipt."""
        visitor = self._sessions.admit(request, "enter_paper")
        definition = self._definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        posted = PostedForm.read(definition, body)
        require_csrf(visitor, posted.controls.get("csrf", ""))
        to = self._to(request, definition, visitor, posted.controls.get(RECEIVED, ""))
        return self._framed(request, self._flow.answer(to, posted), visitor)

    def take(self, request: Request, body: bytes) -> Response:
        """Accept a paper filing from a program: `received_on` and `data`."""
        visitor = self._sessions.admit(request, "enter_paper")
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        definition = self._definition(request)
        given, contest = parse_json(body), request.query_params.get("contest") or "false"
        if not isinstance(given, dict) or given.keys() - {RECEIVED, "data"} or contest not in ("true", "false"):
            raise HttpProblem(400, "请发送含 received_on 和 data 的 JSON 对象；contest 只能是 true 或 false")
        to, data = self._to(request, definition, visitor, given.get(RECEIVED)), given.get("data", {})
        found = (*to.problems, *judge(definition, data, to.day))
        unsent = unproven(self._services, definition, data, vouchers_in(request))
        key = idempotency_key(request)
        filing = None if found else to.filing(data, key, contest=contest == "true")
        if filing is None or (unsent and recall(self._services, filing) is None):
            errors = (*found, *unsent)
            raise HttpProblem(422, f"有 {len(errors)} 处要改，改好再录入", errors=errors)
        try:
            told = to.file(filing)
        except GuardTaken:
            raise HttpProblem(409, to.say_taken(data, "请加上 contest=true 再录入")) from None
        headers = {"Location": f"/api/desk/submissions/{told['number']}"}
        return Response(orjson.dumps(told), 201, headers=headers, media_type="application/json")

    def _definition(self, request: Request) -> Definition:
        found = self._services.catalogue.get(request.path_params["form"])
        if found.rules.audience != "public":
            raise NotFound("这种表不能由经办台录入纸质件")
        return found

    def _to(self, request: Request, definition: Definition, visitor: Visitor, typed: Any) -> PaperForm:
        once = new_key(self._services.entropy)
        entry = Entry.read(visitor, typed, local_day(self._services.clock()), once)
        root = request.scope.get("root_path", "")
        site = site_address(self._pages.site_frame, self._services.settings)
        return PaperForm(self._services, self._audit, definition, entry, self._pages.site_frame.links, root, site)

    def _framed(self, request: Request, answer: Answer, visitor: Visitor) -> Response:
        status, (title, main, _) = answer.status, answer.page
        page = self._pages.page(request, FormView(title, main), visitor, status=status)
        page.headers.update(answer.headers)
        return page
