"""A roster is imported from a file: choose it, see what would change, confirm; nothing changes before that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages, View, redirect
from functions.desk.rosters.drafts import Draft, Drafts
from functions.desk.rosters.endings import choose
from functions.desk.rosters.list_pages import workbook
from functions.desk.rosters.preview import changes_of, faults_of, preview_of
from functions.desk.rosters.words import RosterName, changed_words
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import SequenceTaken
from functions.forms.attachment_field import size_words
from functions.forms.normalise import plain_line
from functions.forms.roster_form import RosterForm
from functions.imports.marked_copy import marked_copy, text_book
from functions.imports.sheet import MOST_BYTES, SheetRefused
from functions.records.attachments.file_types import plain_name
from functions.web.filing.form_pages import local_day
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import reading, writing
from functions.web.http.multipart import Posted, posting
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

CHOOSE: Final = "没有选文件。请选一个 XLSX 或者 CSV 文件"
LONGEST_SOURCE: Final = 100
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class FileForm:
    """The form to choose a file; `size` is how large it may be."""

    template: ClassVar = "roster_file.html"
    roster: RosterName
    size: str
    error: str


class ImportPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._audit = Audit(services)
        self._drafts = Drafts(services)
        self._largest = min(MOST_BYTES, services.settings.upload_limit)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/desk/rosters/{roster}"
        admit = partial(self._sessions.admit, permission="manage_rosters")
        take = posting(self.take, typed=self._services.settings.body_limit, admit=admit)
        step, back = "导入名册", f"{one}/import"
        return [
            Route(back, reading(self.begin)),
            Route(back, writing(self.confirm), methods=["POST"], step=step, back=back),
            Route(f"{one}/files", reading(self.begin_again)),
            Route(f"{one}/files", take, methods=["POST"], carries="files", step="核对名册文件", back=back),
            Route(f"{one}/marked/{{sha256}}.xlsx", reading(self.marked)),
            Route(f"{one}/changes/{{sha256}}.xlsx", reading(self.changes)),
        ]

    def begin(self, request: Request) -> Response:
        """The form to choose a file."""
        visitor = self._sessions.admit(request, "manage_rosters")
        return self._file_page(request, visitor, self._form(request))

    def begin_again(self, request: Request) -> Response:
        """The way to the form, for who opens anew the address that a file was posted to."""
        self._sessions.admit(request, "manage_rosters")
        return redirect(request, f"/desk/rosters/{self._form(request).id}/import")

    def take(self, request: Request, posted: Posted) -> Response:
        """The file as it would be imported, or what is wrong with it."""
        visitor = self._sessions.admit(request, "manage_rosters")
        require_csrf(visitor, dict(posted.pairs).get("csrf", ""))
        form = self._form(request)
        sent = next((file for file in posted.files if file.control == "file"), None)
        if sent is None:
            return self._file_page(request, visitor, form, CHOOSE)
        sent.file.seek(0)
        content = sent.file.read(MOST_BYTES + 1)
        try:
            draft = self._drafts.make(form, content, plain_name(sent.name)[:_LONGEST_NAME])
        except SheetRefused as refusal:
            return self._file_page(request, visitor, form, str(refusal))
        self._drafts.keep(content)
        return self._draft_page(request, visitor, draft, {})

    def confirm(self, request: Request, body: bytes) -> Response:
        """Import the file that was looked at, if the roster is still the one that it was compared with."""
        visitor = self._sessions.admit(request, "manage_rosters")
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        form = self._form(request)
        name = plain_name(answers.get("name", ""))[:_LONGEST_NAME]
        try:
            draft = self._drafts.again(form, answers.get("sha256", ""), name)
        except HttpProblem as gone:
            return self._file_page(request, visitor, form, gone.detail)
        if draft.read.faults:
            return self._draft_page(request, visitor, draft, answers)
        if answers.get("head", "") != str(draft.roster.head):
            return self._changed(request, visitor, draft)
        return self._import(request, visitor, draft, answers)

    def marked(self, request: Request) -> Response:
        """The file with its bad cells marked, to be mended and chosen again."""
        self._sessions.admit(request, "manage_rosters")
        form = self._form(request)
        draft = self._drafts.again(form, request.path_params["sha256"], "")
        return workbook(marked_copy(draft.lines, draft.read.faults), f"{form.title}-标出错处.xlsx")

    def changes(self, request: Request) -> Response:
        """All that the file would change, of which the preview shows the first; it is noted who took it."""
        visitor = self._sessions.admit(request, "manage_rosters")
        form = self._form(request)
        changes = changes_of(self._drafts.again(form, request.path_params["sha256"], ""))
        self._audit.note("exported", visitor.account.name, roster=form.id, format="xlsx", rows=len(changes) - 1)
        return workbook(text_book("变化", changes), f"{form.title}-全部变化.xlsx")

    def _import(self, request: Request, visitor: Visitor, draft: Draft, answers: Mapping[str, str]) -> Response:
        chosen = choose(draft, answers)
        source, wrong = plain_line(answers.get("source", "")), list(chosen.wrong)
        if len(source) > LONGEST_SOURCE:
            wrong.append(("source", f"依据最多 {LONGEST_SOURCE} 个字。请写短一些"))
        if wrong:
            page = preview_of(draft, answers, wrong=wrong)
            return self._pages.page(request, page, visitor, status=422)
        address = f"/desk/rosters/{draft.form.id}"
        if chosen.plan.is_empty:
            return redirect(request, f"{address}?done=same")
        try:
            self._drafts.carry_out(draft, chosen.plan, chosen.reasons, source, visitor.account.name)
        except SequenceTaken:
            return self._changed(request, visitor, self._drafts.reread(draft))
        rows = len(draft.read.rows)
        self._audit.note("roster_imported", visitor.account.name, roster=draft.form.id, rows=rows)
        return redirect(request, f"{address}?done=imported")

    def _changed(self, request: Request, visitor: Visitor, draft: Draft) -> Response:
        """The preview against the roster as it is now: what was chosen was chosen for another."""
        notice = changed_words(draft.events, local_day(self._services.clock()))
        return self._pages.page(request, preview_of(draft, {}, notice=notice), visitor, status=409)

    def _draft_page(self, request: Request, visitor: Visitor, draft: Draft, answers: Mapping[str, str]) -> Response:
        if draft.read.faults:
            return self._pages.page(request, faults_of(draft, size_words(self._largest)), visitor, status=422)
        return self._pages.page(request, preview_of(draft, answers), visitor)

    def _file_page(self, request: Request, visitor: Visitor, form: RosterForm, error: str = "") -> Response:
        view: View = FileForm(RosterName.of(form), size_words(self._largest), error)
        return self._pages.page(request, view, visitor, status=422 if error else 200)

    def _form(self, request: Request) -> RosterForm:
        return self._services.catalogue.roster(request.path_params["roster"])
