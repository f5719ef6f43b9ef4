"""Filings on paper, which an officer enters with the day they came in: as pages and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.listing import LIVE
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import GuardTaken, NotFound, StoreUnavailable
from functions.forms.definition import Definition
from functions.forms.formats import is_date
from functions.forms.page.element import Markup, el, join
from functions.forms.page.wording import DATE_HINT, WRONG
from functions.forms.problem import Problem
from functions.records.event import canonical
from functions.records.filing import PaperFiling
from functions.records.store import Selection
from functions.web.filing.form_pages import Checked, Filled, Page, Place, below, check_page, form_page, local_day
from functions.web.filing.intake import Filing, file_paper, judge, recall_now
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.posted_form import PostedForm
from functions.web.filing.receipt_pages import receipt_acts, receipt_code, receipt_slip, secret_box
from functions.web.filing.uploads import Uploads
from functions.web.filing.vouchers import unproven, vouchers_in
from functions.web.http.bodies import FORM_TYPE, JSON_TYPE, parse_json, require_type
from functions.web.http.conditional import idempotency_key, require_key
from functions.web.http.endpoints import Endpoint, reading, writing
from functions.web.http.multipart import Posted, posting
from functions.web.http.problems import HttpProblem, problem_of
from functions.web.http.site_addresses import site_address

KEY_BYTES: Final = 16
EARLIEST: Final = date(2000, 1, 1)
RECEIVED: Final = "received_on"
LABEL: Final = "收到纸质件的日期"
BEFORE: Final = "请对照纸质件逐项核对。按“确认提交”以后才算录入。"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper filing as it is being entered: by whom, when it came in as it was typed, and that day if it is one."""

    visitor: Visitor
    typed: str
    day: date | None
    problems: tuple[Problem, ...]

    @property
    def paper(self) -> PaperFiling:
        """How it came; only of an entry without problems."""
        assert self.day is not None
        return PaperFiling(self.day, self.visitor.account.name, self.visitor.account.role)


class PaperDesk:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._trail = Audit(services)
        self._uploads = Uploads(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        return [
            Route("/desk/records/", reading(self.choose)),
            Route("/desk/records/{form}", reading(self.begin)),
            Route("/desk/records/{form}", writing(self.fill_in), methods=["POST"]),
            Route("/desk/records/{form}/files", reading(self.begin_again), methods=["GET"]),
            Route("/desk/records/{form}/files", self._files(), methods=["POST"]),
            Route("/api/desk/records/{form}", writing(self.take), methods=["POST"]),
        ]

    def _files(self) -> Endpoint:
        # Nobody's files are read before it is known who he is.
        admit = partial(self._sessions.admit, permission="enter_paper")
        return posting(self.take_files, typed=self._services.settings.body_limit, admit=admit)

    def choose(self, request: Request) -> Response:
        """Which form came on paper."""
        visitor = self._sessions.admit(request, "enter_paper")
        forms = [(each.id, each.title) for each in self._services.catalogue if each.rules.audience == "public"]
        return self._pages.page(request, "paper.html", visitor, forms=forms)

    def begin(self, request: Request) -> Response:
        """The empty form."""
        visitor = self._sessions.admit(request, "enter_paper")
        entry = Entry(visitor, "", None, ())
        return self._form(request, 200, Filled(self._definition(request), {}), entry)

    def begin_again(self, request: Request) -> Response:
        """The way to the form, for who opens anew the address that files were posted to."""
        self._sessions.admit(request, "enter_paper")
        return redirect(request, f"/desk/records/{self._definition(request).id}")

    def take_files(self, request: Request, posted: Posted) -> Response:
        """The form again, with the files that came with it: the way without JavaScript."""
        visitor = self._sessions.admit(request, "enter_paper")
        controls = dict(reversed(posted.pairs))
        require_csrf(visitor, controls.get("csrf", ""))
        status, filled = filled_with_files(self._uploads, self._definition(request), posted)
        entry = replace(self._entry(visitor, controls.get(RECEIVED, "")), problems=())
        page = form_page(self._pages.home, filled, below(self._place(filled.definition, entry, _received_field(entry))))
        return self._framed(request, status, page, visitor)

    def fill_in(self, request: Request, body: bytes) -> Response:
        """A row more or less, what is to be changed, the answers to check, or the receipt."""
        visitor = self._sessions.admit(request, "enter_paper")
        definition = self._definition(request)
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        posted_form = PostedForm.read(definition, body)
        require_csrf(visitor, posted_form.controls.get("csrf", ""))
        entry = self._entry(visitor, posted_form.controls.get(RECEIVED, ""))
        again = posted_form.rearranged()
        if again:
            return self._form(request, 200, again, replace(entry, problems=()))
        contest = posted_form.controls.get("contest") == "true"
        found = (*entry.problems, *posted_form.decoded.problems, *self._problems(definition, posted_form.data, entry))
        unsent = unproven(self._services, definition, posted_form.data, posted_form.vouchers)
        if found or (unsent and not self._filed(posted_form, entry, contest=contest)):
            return self._form(request, 422, posted_form.filled((*found, *unsent)), entry)
        checked = posted_form.checked(entry.paper.received_on, self._services.entropy(KEY_BYTES).hex())
        if not posted_form.files:
            return self._check(request, 200, checked, entry)
        return self._store(request, checked, entry, contest=contest)

    def _filed(self, posted_form: PostedForm, entry: Entry, *, contest: bool) -> bool:
        """Whether this very page has been filed: a voucher that is out of date by now was none then."""
        if not posted_form.files:
            return False
        key = require_key(posted_form.controls.get("key"))
        return (
            recall_now(self._services, self._filing(posted_form.definition, posted_form.data, key, entry, contest))
            is not None
        )

    def take(self, request: Request, body: bytes) -> Response:
        """The same for programs: `received_on` and `data`."""
        visitor = self._sessions.admit(request, "enter_paper")
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        definition = self._definition(request)
        given, contest = parse_json(body), request.query_params.get("contest") or "false"
        if not isinstance(given, dict) or given.keys() - {RECEIVED, "data"} or contest not in ("true", "false"):
            raise HttpProblem(400, "请发送含 received_on 和 data 的 JSON 对象；contest 只能是 true 或 false")
        entry, data = self._entry(visitor, given.get(RECEIVED)), given.get("data", {})
        found = (*entry.problems, *self._problems(definition, data, entry))
        unsent = unproven(self._services, definition, data, vouchers_in(request))
        key, contested = idempotency_key(request), contest == "true"
        filing = None if found else self._filing(definition, data, key, entry, contested)
        if filing is None or (unsent and recall_now(self._services, filing) is None):
            errors = (*found, *unsent)
            raise HttpProblem(422, f"有 {len(errors)} 处要改，改好再录入", errors=errors)
        try:
            told = self._file(definition, data, key, entry, contest=contested)
        except GuardTaken:
            raise HttpProblem(409, self._taken(definition, data, "请加上 contest=true 再录入")) from None
        headers = {"Location": f"/api/desk/submissions/{told['number']}"}
        return Response(orjson.dumps(told), 201, headers=headers, media_type="application/json")

    def _definition(self, request: Request) -> Definition:
        found = self._services.catalogue.get(request.path_params["form"])
        if found.rules.audience != "public":
            raise NotFound("这种表不能由经办台录入纸质件")
        return found

    def _entry(self, visitor: Visitor, typed: Any) -> Entry:
        today = local_day(self._services.clock())
        message = _wrong_day(typed, today)
        problems = (Problem(f"/{RECEIVED}", LABEL, message, "format" if typed else "required"),) if message else ()
        day = None if message else date.fromisoformat(typed)
        return Entry(visitor, typed if isinstance(typed, str) else "", day, problems)

    def _problems(self, definition: Definition, data: Any, entry: Entry) -> tuple[Problem, ...]:
        """What is wrong with the answers, judged as of the day on which the paper came in."""
        return judge(definition, data, entry.day or local_day(self._services.clock()))

    def _file(
        self, definition: Definition, data: Mapping[str, Any], key: str | None, entry: Entry, *, contest: bool
    ) -> dict[str, Any]:
        told = file_paper(self._services, self._filing(definition, data, key, entry, contest), entry.paper)
        self._trail.note_soon("decided", entry.visitor.account.name, told["number"], decision="paper")
        return told

    def _filing(
        self, definition: Definition, data: Mapping[str, Any], key: str | None, entry: Entry, contest: bool
    ) -> Filing:
        body = f"paper {entry.typed} {entry.visitor.account.name} ".encode() + canonical(data)
        return Filing(definition, data, key, body, contest)

    def _store(self, request: Request, checked: Checked, entry: Entry, *, contest: bool) -> Response:
        """The receipt; or the answers again with what stands in the way, so that nothing typed is lost."""
        definition, data = checked.definition, checked.data
        try:
            given = self._file(definition, data, checked.key, entry, contest=contest)
        except GuardTaken:
            words = self._taken(definition, data, "请勾选“仍要提交”")
            return self._check(request, 409, checked, entry, stop=words, contest=True)
        except StoreUnavailable as error:
            problem = problem_of(error)
            return self._check(request, problem.status, checked, entry, stop=problem.detail)
        return self._framed(request, 201, self._receipt(definition, data, given, request), entry.visitor)

    def _receipt(
        self, definition: Definition, data: Mapping[str, Any], given: Mapping[str, Any], request: Request
    ) -> Page:
        """The receipt, to be printed and handed to the unit."""
        done = el("div", el("h1", "已经录入"), el("p", "请把编号和查询码交给填报单位。"), class_="say say--done")
        root = request.scope.get("root_path", "")
        acts = receipt_acts(f"{root}/forms/{definition.id}/receipt", given)
        site = site_address(request, self._pages.site_frame, encrypted=self._services.settings.encrypted)
        told = el("div", Markup(receipt_slip(definition, data, given)), Markup(secret_box(given["access_code"])))
        kept = el("div", told, Markup(receipt_code(site, given["receipt"])), class_="keep keep--code")
        return Page(f"已经录入：{given['number']}", join(done, kept, _ways_on(root, given["number"]), Markup(acts)))

    def _taken(self, definition: Definition, data: Any, how: str) -> str:
        """What an officer hears when another filing holds the place: which one it is, and the two ways on."""
        selection = Selection(form=definition.id, guard=definition.guard(data))
        found = self._services.records.page(selection, limit=5).items
        numbers = "、".join(item.number for item in found if item.status in LIVE)
        return f"同一件事已经有一份：{numbers}。是同一份的，不用再录；确实是另一份，{how}，两件都会注明“重复待核”"

    def _form(self, request: Request, status: int, filled: Filled, entry: Entry) -> Response:
        above = _received_field(entry)
        page = form_page(self._pages.home, filled, self._place(filled.definition, entry, above))
        return self._framed(request, status, page, entry.visitor)

    def _check(
        self, request: Request, status: int, checked: Checked, entry: Entry, *, stop: str = "", contest: bool = False
    ) -> Response:
        place = self._place(checked.definition, entry, "", {RECEIVED: entry.typed})
        came = el("p", f"{LABEL}：", el("strong", entry.typed), class_="measure")
        page = check_page(checked, place, stop=stop, contest=contest, changes=came)
        return self._framed(request, status, page, entry.visitor)

    def _place(self, definition: Definition, entry: Entry, above: str, more: Mapping[str, str] | None = None) -> Place:
        return Place(
            definition.id,
            (),
            hidden={"csrf": entry.visitor.session.csrf, **(more or {})},
            verb="录入纸质件",
            above=above,
            kept=False,
            before=BEFORE,
            upload_limit=self._services.settings.upload_limit,
        )

    def _framed(self, request: Request, status: int, page: Page, visitor: Visitor) -> Response:
        return self._pages.page(request, "filling.html", visitor, status=status, heading=page.title, body=page.main)


def _wrong_day(typed: Any, today: date) -> str:
    """What is wrong with the day, "" when nothing is."""
    if not typed:
        return f"请填{LABEL}"
    if not isinstance(typed, str) or not is_date(typed) or typed.startswith("0000"):
        return f"{LABEL}应写成 2026-09-25 这样的日期。请改正"
    if date.fromisoformat(typed) > today:
        return f"{LABEL}是 {typed}，还没有到。请填实际收到的日期"
    return f"{LABEL}是 {typed}，早于 {EARLIEST.year} 年。请核对" if date.fromisoformat(typed) < EARLIEST else ""


def _ways_on(root: str, number: str) -> Markup:
    """What the unit is handed, and the filing's page."""
    papers, look = f"{root}/api/desk/submissions/{number}", "btn btn--second"
    links = (
        el("a", "下载回执（PDF）", class_="btn", href=f"{papers}/receipt.pdf"),
        el("a", "下载填报表（PDF）", class_=look, href=f"{papers}/document.pdf"),
        el("a", "看这件填报", class_=look, href=f"{root}/desk/submissions/{number}"),
    )
    return el("p", *links, class_="acts noprint")


def _received_field(entry: Entry) -> Markup:
    """The day on which the paper came in; it stands above the form that it belongs to."""
    message = entry.problems[0].message if entry.problems else ""
    wrong = el("span", el("span", WRONG, class_="vh"), message, class_="err", id=f"{RECEIVED}-e") if message else ""
    hint = f"是否按期照这一天算。{DATE_HINT}"
    control = el(
        "input", class_="w11", id=RECEIVED, name=RECEIVED, form="form", type="date", value=entry.typed or None,
        aria_describedby=f"{RECEIVED}-h {RECEIVED}-e" if message else f"{RECEIVED}-h",
        aria_invalid="true" if message else None,
    )  # fmt: skip
    label, help_ = el("label", LABEL, for_=RECEIVED), el("span", hint, class_="hint", id=f"{RECEIVED}-h")
    return el("div", label, help_, wrong, control, class_="fld bad" if message else "fld")
