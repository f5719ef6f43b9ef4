"""The frame around every page of the desk: templates, stylesheet, the signed-in person; knows no filing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.desk.first_answers import new_key
from functions.desk.sessions import Visitor
from functions.errors import QingdanError
from functions.records.store import RecordStore, Selection
from functions.records.words import WAITING
from functions.staff.permissions import ROLE_TITLES, may
from functions.web.http.problems import HttpProblem
from functions.web.http.site_addresses import path_of
from functions.web.http.site_frame import SiteFrame

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
# Every page of the desk shows this number, so counting must be cheap however many filings wait.
MOST_COUNTED: Final = 99


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of a page.

    `base` is where the service is mounted, `home` the site's root, `once` the key that each of the page's forms sends.
    `flood` says that new addresses must prove their work, "" when they need not.
    """

    bureau: str
    stylesheet: str
    script: str
    form_script: str
    digest_script: str
    home: str
    base: str
    once: str
    flood: str


@dataclass(frozen=True, slots=True)
class Who:
    """The signed-in person, for the header."""

    name: str
    role: str
    csrf: str
    once: str
    manages: bool
    reads_trail: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a message, with its words."""

    href: str
    word: str


@dataclass(frozen=True, slots=True)
class Message:
    """Why an action was not carried out, and what to do instead."""

    template: ClassVar[str] = "message.html"
    title: str
    detail: str
    links: Sequence[Link]


class View(Protocol):
    """The data of one template: a dataclass, whose fields are the names that the template may use."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    template: ClassVar[str]


class Pages:
    """Renders the desk's templates; counts the waiting filings in `records`, makes each page's key from `entropy`.

    `flood` gives the words for the top of each page. Jinja2 is imported for the first page, so that the start does not
    wait for it.
    """

    def __init__(
        self,
        site_frame: SiteFrame,
        records: RecordStore,
        entropy: Callable[[int], bytes],
        flood: Callable[[], str],
    ) -> None:
        self._assets = site_frame.assets
        self._records = records
        self._entropy = entropy
        self._flood = flood
        self.site_frame = site_frame
        self.home = site_frame.base
        self.bureau = site_frame.assets["bureau"]
        self.name = f"{self.bureau}经办台"

    @cached_property
    def _templates(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        return Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: Request, view: View, visitor: Visitor | None, *, status: int = 200) -> HTMLResponse:
        """Return the page of the view as a response; its template escapes the view's text."""
        base = request.scope.get("root_path", "")
        assets = self._assets
        scripts = (assets["site_script"], assets["form_script"], assets["digest_script"])
        once, flood = new_key(self._entropy), self._flood() if visitor else ""
        frame = Frame(assets["bureau"], assets["stylesheet"], *scripts, self.home, base, once, flood)
        ways = nav_items(request, visitor, self._records) if visitor else []
        shown = {field.name: getattr(view, field.name) for field in fields(view)}
        html = self._templates.get_template(view.template).render(
            frame=frame, who=_who(visitor, frame.once), ways=ways, **shown
        )
        return HTMLResponse(html, status)

    def message(
        self, request: Request, visitor: Visitor | None, problem: HttpProblem, links: Sequence[Link] = ()
    ) -> HTMLResponse:
        """Return a page that says what is wrong and how to go on."""
        message = Message(problem.title, problem.detail, links)
        response = self.page(request, message, visitor, status=problem.status)
        response.headers.update(problem.headers)
        return response


def _who(visitor: Visitor | None, once: str) -> Who | None:
    if visitor is None:
        return None
    account = visitor.account
    role = account.role
    return Who(
        name=account.name,
        role=ROLE_TITLES[role],
        csrf=visitor.session.csrf,
        once=once,
        manages=may(role, "manage_accounts"),
        reads_trail=may(role, "read_trail"),
    )


def redirect(request: Request, address: str) -> Response:
    """Redirect with 303 See Other, under the path where the service is mounted."""
    return RedirectResponse(request.scope.get("root_path", "") + address, 303)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link: its word, its address below the mount point, whether it is the current page, and its count ("99+")."""

    word: str
    address: str
    current: bool
    count: str = ""


def nav_items(request: Request, visitor: Visitor, records: RecordStore) -> list[NavItem]:
    """Return the links for this visitor; none before a one-time password has been changed.

    When the store cannot be read, the count is left out, so that the error page can be shown.
    """
    account = visitor.account
    if account.must_change_password:
        return []
    path = path_of(request)
    home = path == "/desk/" and not request.url.query
    among = (path in ("/desk/", "/desk/submissions") and not home) or path.startswith("/desk/submissions/")
    queue = among and request.query_params.get("status") == "waiting"
    due = home or path == "/desk/due" or path.startswith("/desk/units/")
    ways = [
        NavItem("到期看板", "/desk/", due),
        NavItem("全部填报", "/desk/submissions", among and not queue),
        NavItem("电话通知", "/desk/calls", path == "/desk/calls"),
        NavItem("催报", "/desk/reminders", path == "/desk/reminders"),
        NavItem("名册", "/desk/rosters", path.startswith("/desk/rosters")),
        NavItem("文书", "/desk/orders", path.startswith(("/desk/orders", "/desk/extensions"))),
    ]
    if may(account.role, "return"):
        ways.insert(1, NavItem(WAITING, "/desk/submissions?status=waiting", queue, _counted(records, account.name)))
    if may(account.role, "enter_paper"):
        ways.append(NavItem("录入纸质件", "/desk/records/", path.startswith("/desk/records/")))
    return ways


def _counted(records: RecordStore, name: str) -> str:
    try:
        page = records.page(Selection(waiting_for=name), limit=MOST_COUNTED)
    except QingdanError:
        return ""
    return f"{MOST_COUNTED}+" if page.older else str(len(page.items) or "")
