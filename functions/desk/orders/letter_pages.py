"""One letter: what it says, as PDF/A and DOCX; how it was served, its answer, its voiding; numbers nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages, redirect
from functions.desk.orders.reading import Wrong, line, read_date, why_not_words
from functions.desk.orders.views import LetterRow, LetterView, services_of
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import SequenceTaken, StepRefused
from functions.exports.docx import MEDIA_TYPE as DOCX
from functions.exports.docx import letter_docx
from functions.exports.letter_text import letter_text
from functions.exports.pdf import Press
from functions.staff.permissions import Permission, may
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.orders.judging import why_not_answered, why_not_on, why_not_void, why_void
from functions.supervision.orders.ledger import Orders
from functions.supervision.orders.reading import read_letter, read_letters
from functions.supervision.orders.values import Letter, Said
from functions.web.filing.documents import MEDIA_TYPE as PDF
from functions.web.filing.documents import letterhead_of
from functions.web.filing.moments import moment_of
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import disposition

# Each act by the name of its button: who may do it, and what the page says once it is done.
ACTS: Final[Mapping[str, Permission]] = {"served": "serve", "answered": "serve", "void": "order"}
DONE: Final = {
    "issued": "文书已经编号。请下载打印，盖章后送达，再回到这里记送达",
    "served": "已经记下送达",
    "answered": "已经记下答复",
    "void": "文书已经作废，字号保留",
}


class LetterPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._orders = Orders(services.ledger, services.entropy)
        self._audit = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/desk/orders/{order}"
        return [
            Route(f"{one}/document.{{format}}", reading(self.document)),
            Route(one, reading(self.show)),
            Route(one, writing(self.act), methods=["POST"], step="办文书 {order}", back=one),
        ]

    def show(self, request: Request) -> Response:
        """The letter and what may be done to it."""
        visitor = self._sessions.admit(request, "read")
        letter = read_letter(self._services.ledger, request.path_params["order"])
        page = self._page(request, visitor, letter, notice=DONE.get(request.query_params.get("done", ""), ""))
        self._audit.note_soon("listed", visitor.account.name, where="letter", letter=letter.id)
        return page

    def act(self, request: Request, body: bytes) -> Response:
        """Record that it was served or answered, or void it."""
        typed = read_form(request, body)
        act = typed.get("do", "")
        visitor = self._sessions.admit(request, ACTS.get(act, "serve"))
        require_csrf(visitor, typed.get("csrf", ""))
        letter = read_letter(self._services.ledger, request.path_params["order"])
        if act not in ACTS:
            raise HttpProblem(400, "没有认出按的是哪个按钮。请回到文书再选一次")
        if wrong := self._judge(act, letter, typed):
            return self._page(request, visitor, letter, typed=typed, wrong=wrong, status=422)
        try:
            carry_out(self._orders, act, letter, typed, actor=visitor.account.name, at=self._services.clock())
        except (StepRefused, SequenceTaken) as refusal:
            letter = read_letter(self._services.ledger, letter.id)
            return self._page(request, visitor, letter, typed=typed, notice=f"没有照办：{refusal}", status=409)
        self._audit.note("letter_changed", visitor.account.name, change=act, letter=letter.id)
        return redirect(request, f"/desk/orders/{letter.id}?done={act}")

    def document(self, request: Request) -> Response:
        """The letter as PDF/A, or as DOCX to be edited and stamped."""
        visitor = self._sessions.admit(request, "export")
        makers = {"pdf": (self._pdf, PDF), "docx": (self._docx, DOCX)}
        format = request.path_params["format"]
        if format not in makers:
            raise HttpProblem(404, "没有这种格式。可以下载 PDF、DOCX")
        letter = read_letter(self._services.ledger, request.path_params["order"])
        make, media_type = makers[format]
        content = make(letter)
        self._audit.note("exported", visitor.account.name, format=format, document="letter", letter=letter.id)
        name = f"{letter.number} {letter.draft.unit_name}.{format}"
        return Response(content, media_type=media_type, headers={"Content-Disposition": disposition(name)})

    def _pdf(self, letter: Letter) -> bytes:
        press = Press(letterhead_of(self._services.settings), self._services.keys)
        return press.letter(letter, official=self._services.catalogue.letters.official)

    def _docx(self, letter: Letter) -> bytes:
        official = self._services.catalogue.letters.official
        return letter_docx(letter_text(letter, self._pages.bureau, official=official))

    def _judge(self, act: str, letter: Letter, typed: Mapping[str, str]) -> Wrong:
        return judge(
            act, letter, typed, day_in_shanghai(self._services.clock()), self._services.catalogue.letters.service
        )

    def _page(
        self,
        request: Request,
        visitor: Visitor,
        letter: Letter,
        *,
        typed: Mapping[str, str] | None = None,
        wrong: Wrong | None = None,
        notice: str = "",
        status: int = 200,
    ) -> Response:
        letters, wordings = read_letters(self._services.ledger), self._services.catalogue.letters
        today, role, draft = day_in_shanghai(self._services.clock()), visitor.account.role, letter.draft
        follows = [each for each in letters if each.draft.rests_on == letter.id]
        open_ = {
            "served": why_void(letter),
            "answered": why_not_answered(letter),
            "void": why_not_void(letter, letters),
        }
        view = LetterView(
            letter=LetterRow.of(letter, today),
            to=draft.to,
            paragraphs=draft.paragraphs,
            basis=draft.basis,
            until_label=wordings.kinds[letter.kind].until,
            signed_by=draft.signed_by,
            by=letter.noted.by,
            at=moment_of(letter.noted.at),
            before=next((LetterRow.of(each, today) for each in letters if each.id == draft.rests_on), None),
            after=[LetterRow.of(each, today) for each in follows],
            services=services_of(letter),
            void=_said(letter.voided),
            answer=_said(letter.answer),
            hows=wordings.service,
            acts=frozenset(act for act, why in open_.items() if not why and may(role, ACTS[act])),
            today=today.isoformat(),
            official=wordings.official,
            exports=may(role, "export"),
            typed=typed or {},
            wrong=dict(wrong or ()),
            notice=notice,
        )
        return self._pages.page(request, view, visitor, status=status)


def judge(act: str, letter: Letter, typed: Mapping[str, str], today: date, ways: tuple[str, ...]) -> Wrong:
    """Return what is wrong with what was sent for this act, by the names of its controls."""
    if act == "void":
        why = why_not_words(line(typed.get("reason", "")), "作废的原因")
        return [("reason", why)] if why else []
    wrong: Wrong = []
    prefix = f"{act}_"
    if why := why_not_on(read_date(typed.get(prefix + "day", "")), letter, today):
        wrong.append((prefix + "day", why))
    if act == "served" and typed.get("how") not in ways:
        wrong.append(("how", f"请选送达方式：{'、'.join(ways)}"))
    name, what = ("who", "签收人，或者拒收、退回的情况") if act == "served" else ("words", "答复的内容")
    if why := why_not_words(line(typed.get(name, "")), what):
        wrong.append((name, why))
    return wrong


def carry_out(orders: Orders, act: str, letter: Letter, typed: Mapping[str, str], *, actor: str, at: datetime) -> None:
    """Record what was sent for this act, which `judge` found right; StepRefused when the letter does not allow it."""
    if act == "void":
        orders.void(letter, line(typed["reason"]), actor=actor, at=at)
        return
    day = read_date(typed[f"{act}_day"])
    assert day is not None
    if act == "served":
        orders.serve(letter, day, typed["how"], line(typed["who"]), actor=actor, at=at)
    else:
        orders.answered(letter, day, line(typed["words"]), actor=actor, at=at)


def _said(said: Said | None) -> tuple[str, str, str] | None:
    return (said.day.isoformat(), said.words, said.noted.by) if said else None
