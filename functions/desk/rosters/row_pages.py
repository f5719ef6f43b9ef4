"""One row of a roster by hand: added, changed or ended, by the columns of the roster and the gate of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages, redirect
from functions.desk.rosters.words import RosterName, changed_words, name_of, row_id
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import NotFound, SequenceTaken
from functions.forms.characters import plain_code, trimmed
from functions.forms.checking.validation import validate
from functions.forms.normalise import plain_date, plain_line
from functions.forms.page.context import Context, by_pointer
from functions.forms.page.decode import decode
from functions.forms.page.element import Markup
from functions.forms.page.field_names import id_of
from functions.forms.page.widgets import render_items
from functions.forms.pointer import split
from functions.forms.problem import Problem
from functions.forms.roster_form import ROW, RosterForm
from functions.records.event import Event
from functions.supervision.rosters.ending import ENDINGS, Ending, into_error, last_error
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.state import Roster, Row, RowKey, key_of, roster_on
from functions.web.filing.form_pages import local_day
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

NEW: Final = "new"
LONGEST_REASON: Final = 200
WHY: Final = "请写为什么改，以后查得到"
ENDED_WHY: Final = "请选为什么结束"


@dataclass(frozen=True, slots=True)
class RowForm:
    """One row to be filled in. `name` is "" for a new one; `wrong` leads to the controls that are wrong."""

    template: ClassVar = "roster_row.html"
    roster: RosterName
    id: str
    name: str
    head: int
    body: Markup
    reason: str
    reason_error: str
    choices: Sequence[tuple[str, str]]
    ending: str
    more: str
    into: str
    last: str
    end_errors: Mapping[str, str]
    wrong: Sequence[tuple[str, str]]
    notice: str


@dataclass(frozen=True, slots=True)
class _Opened:
    """A roster as it is, and the row that a request is about: `key` is None for a new one."""

    form: RosterForm
    events: Sequence[Event]
    roster: Roster
    key: RowKey | None

    @property
    def row(self) -> Row:
        assert self.key is not None
        return self.roster.rows[self.key]

    @property
    def values(self) -> Mapping[str, Any]:
        return self.row.values if self.key else {}


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, and what is wrong with it."""

    values: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    reason: str = ""
    reason_error: str = ""
    ending: str = ""
    more: str = ""
    into: str = ""
    last: str = ""
    end_errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    status: int = 200


class RowPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._audit = Audit(services)
        self._rosters = Rosters(services.ledger, services.entropy)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/desk/rosters/{roster}/rows/{row}"
        return [
            Route(one, reading(self.show)),
            Route(one, writing(self.change), methods=["POST"], step="改名册里的一行", back=one),
        ]

    def show(self, request: Request) -> Response:
        """The row to be changed, or an empty one."""
        visitor = self._sessions.admit(request, "manage_rosters")
        opened = self._open(request)
        if opened.key:
            self._audit.note_soon("listed", visitor.account.name, roster=opened.form.id, rows=1)
        return self._page(request, visitor, opened, _Typed(opened.values))

    def change(self, request: Request, body: bytes) -> Response:
        """Add, change or end the row, as the pressed button says."""
        visitor = self._sessions.admit(request, "manage_rosters")
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        pairs = parse_pairs(body)
        controls = dict(reversed(pairs))
        require_csrf(visitor, controls.get("csrf", ""))
        opened, act = self._open(request), controls.get("do", "save")
        if act not in ("save", "end") or (act == "end" and opened.key is None):
            raise HttpProblem(400, "没有认出按的是哪个按钮。请回到名册再选一次")
        typed = self._end_typed(opened, controls) if act == "end" else self._row_typed(opened, pairs, controls)
        if typed.status == 200 and controls.get("head", "") != str(opened.roster.head):
            typed = self._overtaken(opened, typed)
        if typed.status != 200:
            return self._page(request, visitor, opened, typed)
        try:
            done = self._end(opened, typed, visitor) if act == "end" else self._save(opened, typed, visitor)
        except SequenceTaken:
            opened = self._open(request)
            return self._page(request, visitor, opened, self._overtaken(opened, typed))
        if done != "same":
            self._audit.note("roster_changed", visitor.account.name, roster=opened.form.id, rows=1)
        return redirect(request, f"/desk/rosters/{opened.form.id}?done={done}")

    def _open(self, request: Request) -> _Opened:
        form, wanted = self._services.catalogue.roster(request.path_params["roster"]), request.path_params["row"]
        events = self._rosters.events(form)
        roster = roster_on(form, events)
        if wanted == NEW:
            return _Opened(form, events, roster, None)
        for key in roster.current():
            if row_id(key) == wanted:
                return _Opened(form, events, roster, key)
        raise NotFound("这一行不在名册上了：可能改了名称或者代码，或者已经移出。请回到名册再找")

    def _row_typed(self, opened: _Opened, pairs: Sequence[tuple[str, str]], controls: Mapping[str, str]) -> _Typed:
        form = opened.form
        decoded = decode(form.definition, [pair for pair in pairs if pair[0].startswith(f"{ROW}.")])
        values = decoded.data.get(ROW, {})
        today = local_day(self._services.clock())
        problems = decoded.problems or validate(form.definition, {ROW: values}, today) or _taken(opened, values)
        reason = trimmed(plain_line(controls.get("reason", "")))
        error = _reason_error(reason, needed=opened.key is not None)
        status = 422 if problems or error else 200
        return _Typed(values, problems, reason, error, status=status)

    def _end_typed(self, opened: _Opened, controls: Mapping[str, str]) -> _Typed:
        ending, more = controls.get("ending", ""), trimmed(plain_line(controls.get("more", "")))
        into, last = plain_code(controls.get("into", "")), plain_date(controls.get("last", ""))
        row, today = opened.row, local_day(self._services.clock())
        errors = {
            "ending": ENDED_WHY if ending not in ENDINGS else "",
            "into": into_error(row, ending, into),
            "last": last_error(opened.form, row, last, today),
            "more": _reason_error(more, needed=False),
        }
        errors = {name: words for name, words in errors.items() if words}
        status = 422 if errors else 200
        return _Typed(opened.values, ending=ending, more=more, into=into, last=last, end_errors=errors, status=status)

    def _overtaken(self, opened: _Opened, typed: _Typed) -> _Typed:
        """Return what was typed again, for a roster that has changed meanwhile."""
        today = local_day(self._services.clock())
        notice = f"{changed_words(opened.events, today)}。您填的都还在，核对以后再按一次"
        return replace(typed, notice=notice, status=409)

    def _save(self, opened: _Opened, typed: _Typed, visitor: Visitor) -> str:
        form, head = opened.form, opened.roster.head
        actor, at = visitor.account.name, self._services.clock()
        if opened.key is None:
            self._rosters.add(form, typed.values, head=head, actor=actor, at=at)
            return "added"
        old, new = opened.values, typed.values
        changed = {name: new.get(name) for name in (*old, *new) if old.get(name) != new.get(name)}
        if not changed:
            return "same"
        self._rosters.change(form, opened.key, changed, typed.reason, head=head, actor=actor, at=at)
        return "changed"

    def _end(self, opened: _Opened, typed: _Typed, visitor: Visitor) -> str:
        assert opened.key is not None
        reason = ENDINGS[typed.ending] + (f"：{typed.more}" if typed.more else "")
        last = date.fromisoformat(typed.last) if typed.last else None
        why = Ending(reason, last, typed.into)
        head, at = opened.roster.head, self._services.clock()
        self._rosters.end(opened.form, [opened.key], why, head=head, actor=visitor.account.name, at=at)
        return "ended"

    def _page(self, request: Request, visitor: Visitor, opened: _Opened, typed: _Typed) -> Response:
        form = opened.form
        context = Context(by_pointer(typed.problems))
        view = RowForm(
            roster=RosterName.of(form),
            id=row_id(opened.key) if opened.key else NEW,
            name=name_of(form, opened.values) if opened.key else "",
            head=opened.roster.head,
            body=render_items(context, form.fields, typed.values, (ROW,)),
            reason=typed.reason,
            reason_error=typed.reason_error,
            choices=list(ENDINGS.items()),
            ending=typed.ending,
            more=typed.more,
            into=typed.into,
            last=typed.last,
            end_errors=typed.end_errors,
            wrong=_wrong(typed),
            notice=typed.notice,
        )
        return self._pages.page(request, view, visitor, status=typed.status)


def _taken(opened: _Opened, values: Mapping[str, Any]) -> Sequence[Problem]:
    """That the row would stand where another one is, or was."""
    form, key = opened.form, key_of(opened.form, values)
    other = opened.roster.rows.get(key) if key != opened.key else None
    if other is None or (other.ended is not None and opened.key is None):
        return ()
    at = form.key[-1]
    there = "已经在名册上" if other.ended is None else f"{other.ended} 已经移出过。要恢复的，请另外列入一行"
    names = "、".join(form.label(name) for name in form.key)
    return (Problem(f"/{ROW}/{at}", form.label(at), f"{names}一样的一行{there}。请核对", "unique"),)


def _reason_error(text: str, *, needed: bool) -> str:
    if len(text) > LONGEST_REASON:
        return f"最多 {LONGEST_REASON} 个字。请写短一些"
    return WHY if needed and not text else ""


def _wrong(typed: _Typed) -> list[tuple[str, str]]:
    found = [(id_of(split(each.pointer)), f"{each.label}：{each.message}") for each in typed.problems]
    found += [("reason", typed.reason_error)] if typed.reason_error else []
    return [*found, *typed.end_errors.items()]
