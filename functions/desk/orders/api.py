"""Letters and extensions for programs: read, made and asked for, judged as on the pages; knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.orders.extension_pages import Extending
from functions.desk.orders.issuing import Issuing
from functions.desk.orders.reading import Wrong, line, read_asked, read_kind, read_rows, why_not_words
from functions.desk.sessions import Sessions
from functions.errors import StepRefused
from functions.forms.problem import Problem
from functions.supervision.board import due_of
from functions.supervision.orders.reading import read_extensions, read_letters
from functions.supervision.orders.values import Asked, Letter, Subject, subject_of
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

ORDERS: Final = "/api/desk/orders"
EXTENSIONS: Final = "/api/desk/extensions"


class OrderApi:
    """Calls block: run them in a worker thread.

    No CSRF token: no page of another site can send JSON without asking first.
    """

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions
        self._issuing = Issuing(services)
        self._extending = Extending(services)
        self._audit = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        return [
            Route(ORDERS, reading(self.letters)),
            Route(ORDERS, writing(self.issue), methods=["POST"]),
            Route(EXTENSIONS, reading(self.extensions)),
            Route(EXTENSIONS, writing(self.ask), methods=["POST"]),
        ]

    def letters(self, request: Request) -> Response:
        """All letters by year, kind and number."""
        visitor = self._sessions.admit(request, "read")
        items = [_letter(one) for one in read_letters(self._services.ledger)]
        self._audit.note_soon("listed", visitor.account.name, where="letters")
        return _answer({"items": items})

    def extensions(self, request: Request) -> Response:
        """All extensions, asked for or settled."""
        visitor = self._sessions.admit(request, "read")
        items = [_extension(one) for one in read_extensions(self._services.ledger)]
        self._audit.note_soon("listed", visitor.account.name, where="letters")
        return _answer({"items": items})

    def issue(self, request: Request, body: bytes) -> Response:
        """Number a letter for each item: all or none."""
        visitor = self._sessions.admit(request, "order")
        typed = _texts(request, body)
        letters = self._services.catalogue.letters
        kind = read_kind(typed.get("kind", ""), letters)
        asked, wrong = read_asked(kind, letters, typed, self._issuing.today())
        facts = self._facts(typed["items"])
        _refuse(wrong)
        ids = self._issuing.issue(asked, facts, visitor.account.name)
        self._audit.note("letters_issued", visitor.account.name, change=kind, letters=len(ids))
        made = [_letter(one) for one in read_letters(self._services.ledger) if one.id in ids]
        return _answer({"items": made}, 201)

    def ask(self, request: Request, body: bytes) -> Response:
        """Ask for an extension of one item, granted at once where one officer may."""
        visitor = self._sessions.admit(request, "serve")
        typed = _texts(request, body)
        keys = list(self._facts(typed["items"]))
        if len(keys) != 1:
            raise HttpProblem(400, "延期一次办一件。items 请只写一项")
        one = self._extending.find(keys[0])
        _refuse(self._extending.judge(one, typed))
        if why := self._extending.why_not(one):
            raise StepRefused(why)
        id = self._extending.ask(one, typed, visitor)
        (made,) = (each for each in read_extensions(self._services.ledger) if each.id == id)
        change = "granted" if made.status == "granted" else "asked"
        self._audit.note("extension_changed", visitor.account.name, change=change, extension=id)
        return _answer(_extension(made), 201)

    def _facts(self, items: Any) -> dict[str, str]:
        """The facts to be told of each item, "" for those of the obligation, by the key of the obligation."""
        if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
            raise HttpProblem(400, "items 要写成列表，每项有 form、period、uscc")
        owed = due_of(self._services, on=self._issuing.today())
        keys = {(one.form, one.period, one.uscc, one.project): subject_of(one).key for one in owed}
        found = {}
        for item in items:
            form, period, uscc, project, facts = (
                _text(item, name) for name in ("form", "period", "uscc", "project", "facts")
            )
            key = keys.get((form, period, uscc, project))
            if key is None:
                raise HttpProblem(422, "items 里有一项没有应报：请核对 form、period、uscc、project")
            if facts and (why := why_not_words(line(facts), "事实")):
                raise HttpProblem(422, why)
            found[key] = line(facts)
        return dict.fromkeys(read_rows(list(found)), "") | found


def _texts(request: Request, body: bytes) -> dict[str, Any]:
    """The members of the object that was sent; all but `items` are texts."""
    require_type(request.headers.get("content-type", ""), JSON_TYPE)
    value = parse_json(body)
    if not isinstance(value, dict):
        raise HttpProblem(400, "请求的内容要是一个 JSON 对象")
    names = ("kind", "until", "to", "signed_by", "reason")
    return {name: _text(value, name) for name in names} | {"items": value.get("items")}


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name) or ""
    if not isinstance(found, str):
        raise HttpProblem(400, f"{name} 要写成文字。请改好再发")
    return found


def _refuse(wrong: Wrong) -> None:
    if wrong:
        raise HttpProblem(422, wrong[0][1], errors=[Problem(f"/{name}", name, why, "letter") for name, why in wrong])


def _subject(subject: Subject) -> dict[str, str]:
    return {name: getattr(subject, name) for name in ("form", "period", "uscc", "project")}


def _letter(one: Letter) -> dict[str, Any]:
    draft = one.draft
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "unit_name": draft.unit_name,
        **_subject(draft.subject),
        "issued": one.issued.isoformat(),
        "until": draft.until.isoformat() if draft.until else None,
        "served": one.served[-1].day.isoformat() if one.served else None,
        "answered": one.answer.day.isoformat() if one.answer else None,
        "voided": one.voided.day.isoformat() if one.voided else None,
    }


def _extension(one: Asked) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit_name": one.unit_name,
        **_subject(one.subject),
        "last_day": one.last_day.isoformat(),
        "until": one.until.isoformat(),
        "reason": one.reason,
        "status": one.status,
        "asked_by": one.noted.by,
        "approver": one.settled.noted.by if one.settled and one.status == "granted" else None,
    }


def _answer(told: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(told), status, media_type=JSON_TYPE)
