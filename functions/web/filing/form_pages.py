"""The pages for filling in a form without JavaScript: the form again, check your answers; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from functions.forms.address import Links
from functions.forms.attachment_field import MOST_BYTES
from functions.forms.definition import Definition
from functions.forms.page.check_page import NOT_YET
from functions.forms.page.element import EMPTY, Markup, el, join
from functions.forms.page.form_page import render_check, render_form, render_summary
from functions.forms.problem import Problem

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORMS = "forms/"
TRACK = "track/"


class Page(NamedTuple):
    """The contents of a frame: title (text), main (HTML), and breadcrumbs as (label, address under the root)."""

    title: str
    main: Markup
    crumbs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form is filled in.

    `action` is the address that its pages post to; `hidden` are invisible fields. `verb` stands before the form's
    title, `above` before the form. `asked` are the pointers of fields that the bureau wants changed. With `kept` the
    browser may keep a draft. `before` is shown on the page to check. `upload_limit` is how many bytes of files a page
    can bring at once without a script.
    """

    action: str
    crumbs: tuple[tuple[str, str], ...]
    hidden: Mapping[str, str] = field(default_factory=dict)
    verb: str = ""
    above: Markup = EMPTY
    asked: frozenset[str] = frozenset()
    kept: bool = True
    before: str = NOT_YET
    upload_limit: int = MOST_BYTES

    def title(self, definition: Definition) -> str:
        return f"{self.verb}：{definition.title}" if self.verb else definition.title


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as one visitor filled it in: the typed text, its problems, and notices.

    `vouchers` stand for the files sent so far.
    """

    definition: Definition
    typed: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    focus: str | None = None
    notice: str = ""
    vouchers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """Valid answers before they are filed.

    `typed` is the typed text, `data` the part of it that will be filed, `dropped` the pointers of the rest; `key` is
    the idempotency key that the page carries, `vouchers` stand for the files that the answers name.
    """

    definition: Definition
    typed: Mapping[str, Any]
    data: Mapping[str, Any]
    dropped: Sequence[str]
    warnings: Sequence[Problem]
    key: str
    vouchers: Sequence[str] = ()


def public_place(definition: Definition, upload_limit: int = MOST_BYTES) -> Place:
    """Return the place where everyone files this form; `upload_limit` as in Place."""
    return Place(definition.id, (("我要填报", FORMS), (definition.title, "#")), upload_limit=upload_limit)


def below(place: Place) -> Place:
    """Return the place with links for an address one level deeper, where its files are sent."""
    return replace(place, action=f"../{place.action}")


def form_page(links: Links, filled: Filled, place: Place) -> Page:
    """Return the form as it was filled in, with the summary of what to change."""
    definition, problems = filled.definition, filled.problems
    title = place.title(definition)
    form = render_form(
        definition,
        values=filled.typed,
        problems=problems,
        action=place.action,
        hidden=place.hidden,
        focus=filled.focus,
        links=links,
        asked=place.asked,
        kept=place.kept,
        vouchers=filled.vouchers,
        upload_limit=place.upload_limit,
    )
    main = join(el("h1", title), _notice(filled.notice), render_summary(problems), place.above, form)
    return Page(f"有 {len(problems)} 处要改：{title}" if problems else title, main, place.crumbs)


def check_page(
    checked: Checked, place: Place, *, stop: str = "", contest: bool = False, changes: Markup = EMPTY, task: str = ""
) -> Page:
    """Return the answers as they would be filed, and one button.

    `stop` says why they were not filed just now; `contest` offers to file all the same; `changes` is the comparison
    with an earlier version; `task` is where a browser gets the task that it is to solve before it files, "" for none.
    """
    definition = checked.definition
    body = render_check(
        definition,
        data=checked.data,
        typed=checked.typed,
        dropped=checked.dropped,
        warnings=checked.warnings,
        action=place.action,
        hidden={**place.hidden, "key": checked.key},
        before=place.before,
        vouchers=checked.vouchers,
        task=task,
    )
    main = join(el("h1", f"核对后提交{place.verb}：{definition.title}"), _stop(stop, contest), changes, body)
    return Page(f"{'还没有提交' if stop else '核对后提交'}{place.verb}：{definition.title}", main, place.crumbs)


def _stop(words: str, contest: bool) -> Markup:
    if not words:
        return EMPTY
    return el(
        "div",
        el("h2", "还没有提交", id="err-h"),
        el("p", f"{words}。"),
        _contest_box() if contest else EMPTY,
        class_="errors", role="alert", tabindex=-1, autofocus=True, aria_labelledby="err-h",
    )  # fmt: skip


def _contest_box() -> Markup:
    """The tick box stands beside its reason, outside its form."""
    box = el("input", type="checkbox", name="contest", value="true", form="form")
    return el("p", el("label", box, "仍要提交", class_="pick"))


def _notice(words: str) -> Markup:
    return el("div", el("p", words), class_="say say--warn", role="status") if words else EMPTY


def value_at(data: Any, pointer: str) -> Any:
    """Return the value at a JSON pointer without row indexes, or ""."""
    for key in pointer.split("/")[1:]:
        data = data.get(key, "") if isinstance(data, Mapping) else ""
    return data


def local_time(at: str) -> datetime:
    """Return a stored UTC time in Asia/Shanghai."""
    return datetime.fromisoformat(at).astimezone(SHANGHAI)


def local_day(at: datetime) -> date:
    """Return the day in Asia/Shanghai of an aware time."""
    return at.astimezone(SHANGHAI).date()


def long_date(day: date) -> str:
    """Format the date for running text: 2026年9月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def distance(filed: date, due: date) -> str:
    """Say how far the day of filing is from the due date."""
    days = (due - filed).days
    if days == 0:
        return "截止当天"
    return f"早 {days} 天" if days > 0 else f"晚 {-days} 天"


def grouped(digest: str) -> str:
    """Format a digest in groups of eight, for people to compare."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
