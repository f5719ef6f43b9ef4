"""The page of one filing: facts, warnings, versions, and the decision box; takes no step itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.filters import Filters
from functions.desk.filings.listing import Listing
from functions.desk.filings.views import Facts, facts_of, render_view, tabs_of
from functions.desk.filings.warnings import Warnings
from functions.desk.frame import Pages
from functions.desk.sessions import Visitor
from functions.errors import NotFound
from functions.forms.page.element import Markup
from functions.forms.problem import Problem
from functions.records.decision import Kind
from functions.records.state import Erased
from functions.records.store import Status
from functions.records.transitions import ALLOWED, EVENT_OF, OpenRecord
from functions.records.versions import last_decision
from functions.staff.permissions import Permission, may
from functions.web.filing.attachments import ListedFile, ListedFiles
from functions.web.filing.history import told_to_officers
from functions.web.filing.stepper import Stepper

KEY_BYTES: Final = 16
# The permission that each decision needs.
_NEEDS: Final[Mapping[Kind, Permission]] = {"accept": "accept", "return": "return", "reopen": "reopen", "void": "void"}


@dataclass(frozen=True, slots=True)
class Failed:
    """A form of the page that was not carried out: its name, the typed text, and its problems.

    `stop` says why nothing was done when no field is at fault.
    """

    form: str
    typed: Mapping[str, str]
    fields: Collection[str] = ()
    problems: Sequence[Problem] = ()
    stop: str = ""
    status: int = 422
    headers: Mapping[str, str] = field(default_factory=dict)


class Blank(dict[str, str]):
    """Values by name for a template; a missing value is empty."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class TabLink:
    """The link to one view of the filing."""

    word: str
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Around:
    """Links away from the page: to the list, to the neighbours there, to filings that contest this one."""

    tabs: list[TabLink]
    back: str
    previous: str | None
    next: str | None
    place: int
    total: int
    twins: tuple[str, ...]
    opinion: int | None
    done_words: str


@dataclass(frozen=True, slots=True)
class Box:
    """The actions of an officer: decisions, a note, a new access code."""

    kinds: list[Kind]
    status: Status
    sequence: int
    eyes: str
    why: str
    opinion: str
    correction_due: str
    note: bool
    reissue: bool


@dataclass(frozen=True, slots=True)
class FilingView:
    """The page of one filing; after a failure with the typed text and the problems, by control."""

    template: ClassVar[str] = "filing.html"
    facts: Facts
    around: Around
    body: Markup
    enclosures: Sequence[ListedFile]
    box: Box
    failed: Failed | None
    typed: Blank
    wrong: Blank
    key: str


class FilingPage:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, pages: Pages, stepper: Stepper) -> None:
        self._services = services
        self._pages = pages
        self._stepper = stepper
        self._listing = Listing(services.records, stepper.definition_of)
        self._warnings = Warnings(services.records, stepper)
        self._trail = Audit(services)
        self._enclosures = ListedFiles(services)

    def show(self, request: Request, visitor: Visitor, failed: Failed | None = None) -> Response:
        """Show the filing, with a link back to its list; after a failure, with all typed text."""
        open_record = self._stepper.open(request.path_params["number"])
        self._trail.note("viewed", visitor.account.name, open_record.record.summary.number)
        warnings = self._warnings.of(open_record)
        view = request.query_params.get("view", "")
        allowed = self.allowed(visitor, open_record)
        asked = set(failed.fields if failed else open_record.state.asked) if "return" in allowed else None
        body = render_view(open_record, view, warnings, asked)
        response = self._pages.page(
            request,
            FilingView(
                facts=facts_of(open_record, warnings, body),
                around=self._around(request, visitor, open_record, view),
                body=body,
                enclosures=self._enclosures.of(open_record.record),
                box=self._box(visitor, open_record, allowed),
                failed=failed,
                typed=Blank(failed.typed if failed else {}),
                wrong=Blank({each.pointer[1:]: each.message for each in failed.problems} if failed else {}),
                key=self._services.entropy(KEY_BYTES).hex(),
            ),
            visitor,
            status=failed.status if failed else 200,
        )
        response.headers.update(failed.headers if failed else {})
        return response

    def allowed(self, visitor: Visitor, open_record: OpenRecord) -> list[Kind]:
        """Return the decisions that this officer may take on the filing as it is now."""
        role, status = visitor.account.role, open_record.state.status
        return [kind for kind, needed in _NEEDS.items() if may(role, needed) and status in ALLOWED[EVENT_OF[kind]]]

    def next_after(self, request: Request, visitor: Visitor, number: str) -> str | None:
        """Return number and query string of the next filing in the list from which this one was opened."""
        filters, cursor = self._list_of(request, visitor)
        return self._listing.neighbours(number, filters, cursor).next

    def _around(self, request: Request, visitor: Visitor, open_record: OpenRecord, view: str) -> Around:
        """Return the links away from the page, and to its other views."""
        filters, cursor = self._list_of(request, visitor)
        number = open_record.record.summary.number
        neighbours = self._listing.neighbours(number, filters, cursor)
        total = self._services.records.count(filters.selection()) if filters.waiting and neighbours.place else 0
        tabs = [
            TabLink(tab.word, filters.query(cursor=cursor or "", view=tab.view), tab.current)
            for tab in tabs_of(open_record, view)
        ]
        return Around(
            tabs=tabs,
            back=filters.query(cursor=cursor or ""),
            previous=neighbours.previous,
            next=neighbours.next,
            place=neighbours.place if total else 0,
            total=total,
            twins=self._listing.twins(open_record.record.summary),
            opinion=last_decision(open_record.record.events),
            done_words=self.done(request, visitor),
        )

    def _list_of(self, request: Request, visitor: Visitor) -> tuple[Filters, str | None]:
        query = request.query_params
        return Filters.read(query, visitor.account.name), query.get("cursor") or None

    def _box(self, visitor: Visitor, open_record: OpenRecord, allowed: list[Kind]) -> Box:
        """Return the contents of the box: the decisions, the first and second reviewer, the other actions."""
        state, role = open_record.state, visitor.account.role
        eyes, why = _eyes(visitor, open_record), _why_not(visitor, open_record)
        return Box(
            kinds=[kind for kind in allowed if kind != "accept" or not why],
            status=state.status,
            sequence=state.sequence,
            eyes=eyes,
            why=why if "return" in allowed else "",
            opinion=state.opinion if state.status == "returned" else "",
            correction_due=state.correction_due,
            note=may(role, "note"),
            reissue=may(role, "reissue"),
        )

    def done(self, request: Request, visitor: Visitor) -> str:
        """Return what this officer has just done, for the next page; "" when nothing."""
        try:
            open_record = self._stepper.open(request.query_params.get("done", ""))
        except (NotFound, Erased):
            return ""
        last = open_record.record.events[-1]
        if last.actor != visitor.account.name:
            return ""
        step = told_to_officers(open_record)[0]
        return f"{open_record.record.summary.unit_name}（{open_record.record.summary.number}）：{step.what}"


def _eyes(visitor: Visitor, open_record: OpenRecord) -> str:
    """Return the first and second officer when the form needs two; "" when it does not, or nothing is open."""
    first = open_record.state.approved_by
    if not open_record.definition.rules.four_eyes or open_record.state.status != "submitted":
        return ""
    if not first:
        return "本表须两人审核：一人同意以后，还要另一位审核员同意，才算接受。"
    return "" if first == visitor.account.name else f"本表须两人审核。{first}已同意接受，您是第二人。"


def _why_not(visitor: Visitor, open_record: OpenRecord) -> str:
    """Return why this officer cannot accept a submitted filing; "" when there is no obstacle."""
    if open_record.state.status != "submitted":
        return ""
    if not may(visitor.account.role, "accept"):
        return "接受由审核员决定；有要改的，您可以先退回。"
    if open_record.record.summary.contested:
        return "重复待核，先把另一件作废，才能接受。"
    own = open_record.state.approved_by == visitor.account.name
    return "本表须两人审核。您已同意接受，请等另一位审核员。" if own else ""
