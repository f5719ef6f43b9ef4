"""Rosters for programs: the rows of any day as JSON, and the whole roster in place of what it was; knows no page."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, Final

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.rosters.drafts import Draft, Drafts, ends_many
from functions.desk.rosters.words import KEPT, changed_words, read_day
from functions.desk.sessions import Sessions, Visitor
from functions.errors import SequenceTaken
from functions.forms.problem import Problem
from functions.forms.roster_form import RosterForm
from functions.imports.roster_rows import Fault
from functions.imports.sheet import MOST_BYTES, SheetRefused
from functions.supervision.rosters.ending import ENDINGS
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import Plan
from functions.supervision.rosters.state import in_effect
from functions.web.filing.form_pages import local_day
from functions.web.http.bodies import JSON_TYPE
from functions.web.http.conditional import read_tag, tag
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD: Final = "名册序号（head）"
TITLE: Final = "一行也没有导入"


class RosterApi:
    """Calls block: run them in a worker thread.

    No CSRF token: no page of another site can send this method or type of content without asking first.
    """

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._audit = Audit(services)
        self._drafts = Drafts(services)
        self._rosters = Rosters(services.ledger, services.entropy)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/api/desk/rosters/{roster}"
        return [Route(one, reading(self.read)), Route(one, self._put, methods=["PUT"], carries="file")]

    def read(self, request: Request) -> Response:
        """The rows as they are now, or were at the end of the day `on`; with `valid`, those that counted on it."""
        visitor = self._sessions.admit(request, "read")
        form, on = self._form(request), read_day(request.query_params.get("on", ""))
        roster, valid = self._rosters.read(form, on), read_day(request.query_params.get("valid", ""))
        found = in_effect(form, roster, valid) if valid else roster.current()
        rows = [{**row.values, "listed": row.listed.isoformat()} for row in found.values()]
        self._audit.note_soon("listed", visitor.account.name, roster=form.id, rows=len(rows))
        told = {"roster": form.id, "head": roster.head, "on": on.isoformat() if on else None, "rows": rows}
        return _answer(told, roster.head)

    async def _put(self, request: Request) -> Response:
        # Nobody's file is read before it is known who he is.
        visitor = await run_in_threadpool(partial(self._sessions.admit, request, "manage_rosters"))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (CSV, XLSX):
            raise HttpProblem(415, f"这里只收 {CSV} 和 {XLSX}。请改请求的 Content-Type 再发")
        return await run_in_threadpool(self._take, request, visitor, await _body(request))

    def _take(self, request: Request, visitor: Visitor, body: bytes) -> Response:
        """Make the roster what the file says, all of it or nothing."""
        form, given = self._form(request), request.headers.get("if-match")
        if given is None:
            raise HttpProblem(412, f'请在 If-Match 里写您看到的{HEAD}，如 "2"；空的名册写 "0"')
        head = read_tag(given, HEAD)
        try:
            draft = self._drafts.make(form, body, "api")
        except SheetRefused as refusal:
            raise _refused("file", "文件", str(refusal)) from None
        if head != draft.roster.head:
            raise self._overtaken(draft)
        if faults := draft.read.faults:
            more = {"faults": [asdict(fault) for fault in faults]}
            words = f"有 {len(faults):,} 处要改，一行也没有导入"
            raise HttpProblem(422, words, title=TITLE, errors=[_problem(fault) for fault in faults], more=more)
        plan, reason = _settled(request, draft)
        if not plan.is_empty:
            self._carry_out(draft, plan, reason, visitor)
            head += 1
        return _answer({"roster": form.id, "head": head, **_counts(draft, plan)}, head)

    def _carry_out(self, draft: Draft, plan: Plan, reason: str, visitor: Visitor) -> None:
        try:
            self._drafts.carry_out(draft, plan, reason, "", visitor.account.name)
        except SequenceTaken:
            raise self._overtaken(self._drafts.reread(draft)) from None
        rows = len(draft.read.rows)
        self._audit.note("roster_imported", visitor.account.name, roster=draft.form.id, rows=rows)

    def _overtaken(self, draft: Draft) -> HttpProblem:
        words = changed_words(draft.events, local_day(self._services.clock()))
        return HttpProblem(412, words, headers={"ETag": tag(draft.roster.head)})

    def _form(self, request: Request) -> RosterForm:
        return self._services.catalogue.roster(request.path_params["roster"])


async def _body(request: Request) -> bytes:
    """The whole file; HttpProblem 413 as soon as it is larger than any that is read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HttpProblem(413, f"文件最多收 {MOST_BYTES // 2**20} MB。请删去空行和图片，或者分开导入")
    return bytes(body)


def _settled(request: Request, draft: Draft) -> tuple[Plan, str]:
    """The plan with what the request says of the rows that the file leaves out, and why they end."""
    plan, asked = draft.plan, request.query_params
    ending, count = asked.get("ending", ""), len(plan.gone)
    if not count:
        return plan, ""
    if ending == KEPT:
        return plan.keeping({key for key, _ in plan.gone}), ""
    if ending not in ENDINGS:
        known = "、".join((*ENDINGS, KEPT))
        raise _refused("ending", "为什么结束", f"文件里少了 {count} 行。请用 ending 说明为什么：{known} 之一")
    if ends_many(draft.roster, count) and asked.get("ends") != str(count):
        words = f"要结束 {count} 行，超过名册的十分之一。确实要结束的，请加上 ends={count}"
        raise _refused("ends", "结束的行数", words)
    return plan, ENDINGS[ending]


def _counts(draft: Draft, plan: Plan) -> dict[str, int]:
    return {
        "rows": len(draft.read.rows),
        "added": len(plan.added),
        "changed": len(plan.changed),
        "moved": len(plan.moved),
        "resumed": len(plan.resumed),
        "ended": len(plan.gone),
        "unchanged": plan.unchanged,
        "repairs": draft.read.repairs,
    }


def _refused(name: str, label: str, words: str) -> HttpProblem:
    return HttpProblem(422, words, title=TITLE, errors=[Problem(f"/{name}", label, words, "roster")])


def _problem(fault: Fault) -> Problem:
    return Problem(f"/{fault.line}/{fault.letter}".rstrip("/"), fault.place, fault.message, "roster")


def _answer(told: dict[str, Any], head: int) -> Response:
    return Response(orjson.dumps(told), headers={"ETag": tag(head)}, media_type=JSON_TYPE)
