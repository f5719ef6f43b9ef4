"""The pages of filling in a form without JavaScript: the form again, check your answers; decides nothing."""

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
    """What goes into a frame: title (text), main (HTML), and the way here as (label, address under the root)."""

    title: str
    main: Markup
    crumbs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form is filled in.

    `action` is what its pages post to, `hidden` goes along unseen. `verb` stands before the form's title, `above`
    before the form. `asked` are the pointers of what the bureau wants changed. `kept`: the browser may keep a
    draft. `before` is said on the page to check. `upload_limit` is how many bytes of files a page can bring at once
    without a script.
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
    """A form as one visitor has filled it in: what was typed, what is wrong with it, what is to be said.

    `vouchers` stand for the files that were sent so far.
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

    `typed` is what was typed, `data` what of it will be filed, `dropped` the pointers of the rest; `key` is the
    idempotency key that the page carries, `vouchers` stand for the files that the answers name.
    """

    definition: Definition
    typed: Mapping[str, Any]
    data: Mapping[str, Any]
    dropped: Sequence[str]
    warnings: Sequence[Problem]
    key: str
    vouchers: Sequence[str] = ()


def public_place(definition: Definition, upload_limit: int = MOST_BYTES) -> Place:
    """Where everybody files this form; `upload_limit` as in Place."""
    return Place(definition.id, (("我要填报", FORMS), (definition.title, "#")), upload_limit=upload_limit)


def below(place: Place) -> Place:
    """The place as seen from one step further down, where its files are sent to."""
    return replace(place, action=f"../{place.action}")


def form_page(links: Links, filled: Filled, place: Place) -> Page:
    """The form, filled in as it was typed, with the summary of what to change."""
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
    checked: Checked, place: Place, *, stop: str = "", contest: bool = False, changes: Markup = EMPTY
) -> Page:
    """The answers as they would be filed, and one button.

    `stop` says what kept them from being filed just now; `contest` offers to file all the same; `changes` is what
    they change in an earlier version.
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
    """The tick box stands beside its reason, outside the form that it belongs to."""
    box = el("input", type="checkbox", name="contest", value="true", form="form")
    return el("p", el("label", box, "仍要提交", class_="pick"))


def _notice(words: str) -> Markup:
    return el("div", el("p", words), class_="say say--warn", role="status") if words else EMPTY


def value_at(data: Any, pointer: str) -> Any:
    """What a JSON pointer without row indexes finds in the data, or ""."""
    for key in pointer.split("/")[1:]:
        data = data.get(key, "") if isinstance(data, Mapping) else ""
    return data


def local_time(at: str) -> datetime:
    """A stored UTC time in Asia/Shanghai."""
    return datetime.fromisoformat(at).astimezone(SHANGHAI)


def local_day(at: datetime) -> date:
    """The day in Asia/Shanghai of an aware time."""
    return at.astimezone(SHANGHAI).date()


def long_date(day: date) -> str:
    """The date as it stands in text: 2026年9月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


def distance(filed: date, due: date) -> str:
    """How far the day of filing lies from the due date, in words."""
    days = (due - filed).days
    if days == 0:
        return "截止当天"
    return f"早 {days} 天" if days > 0 else f"晚 {-days} 天"


def grouped(digest: str) -> str:
    """A digest in groups of eight, as people compare them."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
