"""A paper filing in an officer's form: the day it came in, the officer, the pages; knows no route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.listing import LIVE
from functions.desk.first_answers import FIELD
from functions.desk.sessions import Visitor
from functions.forms.address import Links
from functions.forms.definition import Definition
from functions.forms.formats import is_date
from functions.forms.normalise import odd_in_date, plain_date
from functions.forms.page.element import EMPTY, Markup, el, join
from functions.forms.page.wording import DATE_HINT, WRONG
from functions.forms.problem import Problem
from functions.records.attachments.named import Attachment
from functions.records.event import canonical
from functions.records.filing import PaperFiling
from functions.records.store import Selection
from functions.web.filing.form_flow import Answer, ShowCheck, Store
from functions.web.filing.form_pages import Checked, Filled, Page, Place, check_page, form_page, local_day
from functions.web.filing.intake import TICK, Filing, file_paper, recall
from functions.web.filing.receipt_pages import receipt_acts, receipt_code, receipt_slip, secret_box

EARLIEST: Final = date(2000, 1, 1)
RECEIVED: Final = "received_on"
LABEL: Final = "收到纸质件的日期"
BEFORE: Final = "请对照纸质件逐项核对。按“确认提交”以后才算录入。"


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper filing during entry: the officer, the typed day, and that day if it is valid.

    `once` is the key of the page that is made for it.
    """

    visitor: Visitor
    once: str
    typed: str
    received: date | None
    problems: tuple[Problem, ...]

    @classmethod
    def read(cls, visitor: Visitor, typed: Any, today: date, once: str) -> Entry:
        """Read the typed day and validate it as of today."""
        typed = plain_date(typed) if isinstance(typed, str) else typed
        message = _wrong_day(typed, today)
        problems = (Problem(f"/{RECEIVED}", LABEL, message, "format" if typed else "required"),) if message else ()
        received = None if message else date.fromisoformat(typed)
        return cls(visitor, once, typed if isinstance(typed, str) else "", received, problems)

    @property
    def paper(self) -> PaperFiling:
        """Return how the filing came; only for an entry without problems."""
        assert self.received is not None
        return PaperFiling(self.received, self.visitor.account.name, self.visitor.account.role)


@dataclass(frozen=True, slots=True)
class PaperForm:
    """The destination of a paper filing: the day on which it came in counts, and every file needs a voucher.

    `root` is the path that the desk is mounted at, `site` the site's whole address, for the QR code on the receipt.
    """

    services: Services
    audit: Audit
    definition: Definition
    entry: Entry
    links: Links
    root: str
    site: str
    known: tuple[Attachment, ...] = ()

    @property
    def day(self) -> date:
        return self.entry.received or local_day(self.services.clock())

    @property
    def problems(self) -> Sequence[Problem]:
        return self.entry.problems

    def filing(self, data: Any, key: str | None, *, contest: bool) -> Filing:
        """Return the filing; a repeat under its key must have this day and this officer too."""
        body = f"paper {self.entry.typed} {self.entry.visitor.account.name} ".encode() + canonical(data)
        return Filing(self.definition, data, key, body, contest)

    def file(self, filing: Filing) -> dict[str, Any]:
        """Store the filing, and log who entered it."""
        told = file_paper(self.services, filing, self.entry.paper)
        self.audit.note_soon("decided", self.entry.visitor.account.name, told["number"], decision="paper")
        return told

    def recall(self, step: Store) -> Mapping[str, Any] | None:
        return recall(self.services, self._filing_of(step))

    def store(self, step: Store) -> Mapping[str, Any]:
        return self.file(self._filing_of(step))

    def _filing_of(self, step: Store) -> Filing:
        return self.filing(step.checked.data, step.checked.key, contest=step.contest)

    def taken_words(self, checked: Checked) -> str:
        return self.say_taken(checked.data, TICK)

    def say_taken(self, data: Any, how: str) -> str:
        """Return the message when another filing holds the place: which one, and the two ways on."""
        selection = Selection(form=self.definition.id, guard=self.definition.guard(data))
        found = self.services.records.page(selection, limit=5).items
        numbers = "、".join(item.number for item in found if item.status in LIVE)
        return f"同一件事已经有一份：{numbers}。是同一份的，不用再录；确实是另一份，{how}，两件都会注明“重复待核”"

    def form(self, filled: Filled) -> Page:
        return form_page(self.links, filled, self.place(filled))

    def place(self, filled: Filled) -> Place:
        """Return the place of the form; a problem with the day stands at its field, like all others."""
        wrong = next((each.message for each in filled.problems if each.pointer == f"/{RECEIVED}"), "")
        return self._place(above=_received_field(self.entry.typed, wrong))

    def check(self, step: ShowCheck) -> Page:
        came = el("p", f"{LABEL}：", el("strong", self.entry.typed), class_="measure")
        place = self._place(hidden={RECEIVED: self.entry.typed})
        return check_page(step.checked, place, stop=step.stop, contest=step.offers_contest, changes=came)

    def _place(self, *, above: Markup = EMPTY, hidden: Mapping[str, str] | None = None) -> Place:
        return Place(
            self.definition.id,
            (),
            hidden={"csrf": self.entry.visitor.session.csrf, FIELD: self.entry.once, **(hidden or {})},
            verb="录入纸质件",
            above=above,
            kept=False,
            before=BEFORE,
            upload_limit=self.services.settings.upload_limit,
        )

    def receipt(self, step: Store, given: Mapping[str, Any]) -> Answer:
        """Return the receipt, to be printed and handed to the unit."""
        done = el("div", el("h1", "已经录入"), el("p", "请把编号和查询码交给填报单位。"), class_="say say--done")
        acts = receipt_acts(f"{self.root}/forms/{self.definition.id}/receipt", given)
        slip = receipt_slip(self.definition, step.checked.data, given)
        told = el("div", slip, secret_box(given["access_code"]))
        kept = el("div", told, receipt_code(self.site, given["receipt"]), class_="keep keep--code")
        main = join(done, kept, _ways_on(self.root, given["number"]), acts)
        return Answer(201, Page(f"已经录入：{given['number']}", main))


def _wrong_day(typed: Any, today: date) -> str:
    """Return the problem with the day, "" when it is valid."""
    if not typed:
        return f"请填{LABEL}"
    if not isinstance(typed, str) or not is_date(typed) or typed.startswith("0000"):
        odd = odd_in_date(typed) if isinstance(typed, str) else ""
        return f"{LABEL}{odd}" if odd else f"{LABEL}应写成 2026-09-25 这样的日期。请改正"
    if date.fromisoformat(typed) > today:
        return f"{LABEL}是 {typed}，还没有到。请填实际收到的日期"
    return f"{LABEL}是 {typed}，早于 {EARLIEST.year} 年。请核对" if date.fromisoformat(typed) < EARLIEST else ""


def _ways_on(root: str, number: str) -> Markup:
    """Return the links to the unit's document and to the filing's page."""
    papers, look = f"{root}/api/desk/submissions/{number}", "btn btn--second"
    links = (
        el("a", "下载回执（PDF）", class_="btn", href=f"{papers}/receipt.pdf"),
        el("a", "下载填报表（PDF）", class_=look, href=f"{papers}/document.pdf"),
        el("a", "看这件填报", class_=look, href=f"{root}/desk/submissions/{number}"),
    )
    return el("p", *links, class_="acts noprint")


def _received_field(typed: str, message: str) -> Markup:
    """Return the field for the day of receipt; it stands above the form that it belongs to."""
    wrong = el("span", el("span", WRONG, class_="vh"), message, class_="err", id=f"{RECEIVED}-e") if message else EMPTY
    hint = f"是否按期照这一天算。{DATE_HINT}"
    control = el(
        "input", class_="w11", id=RECEIVED, name=RECEIVED, form="form", type="date", value=typed or None,
        aria_describedby=f"{RECEIVED}-h {RECEIVED}-e" if message else f"{RECEIVED}-h",
        aria_invalid="true" if message else None,
    )  # fmt: skip
    label, help_ = el("label", LABEL, for_=RECEIVED), el("span", hint, class_="hint", id=f"{RECEIVED}-h")
    return el("div", label, help_, wrong, control, class_="fld bad" if message else "fld")
