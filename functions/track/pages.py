"""The page on which a unit tracks its filing: status, opinion, every version; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from functions.forms.definition import Definition
from functions.forms.difference import compare
from functions.forms.page.answers import render_answers, render_closing
from functions.forms.page.diff_table import render_differences
from functions.forms.page.element import BREAK, EMPTY, Markup, el, hidden_input, join, lines
from functions.forms.page.lookup_form import render_lookup
from functions.records.state import State
from functions.records.store import Status
from functions.records.transitions import ALLOWED, OpenRecord
from functions.records.versions import Version, last_decision, shown_versions, versions_of
from functions.records.words import CORRECTIONS, STATUSES, TIMELINESS
from functions.web.filing.attachments import ListedFile
from functions.web.filing.form_pages import TRACK, Page, grouped, local_time, long_date
from functions.web.filing.history import Step, asked_labels, told_to_unit
from functions.web.filing.page_parts import fact, paper_day, post_form, shape, time_of

Crumbs = tuple[tuple[str, str], ...]

TITLE: Final = "查进度"
ERASED: Final = "这一版的内容已经依法删除，只留下了指纹。"
_NEXT: Final[Mapping[Status, str]] = {
    "submitted": "正在等本局审核。接受之前可以补正，也可以撤回。",
    "returned": "请照意见改好，再提交一次。按期补正的，仍按第一次提交的时间计算。",
    "accepted": "本局已经接受，不用再做什么。确实要改的，请打电话给本局。",
    "withdrawn": "这份填报已经撤回，不再算数。还要报的，请重新填报。",
    "voided": "本局已经把这份填报作废。有疑问的，请打电话给本局。",
}


def lookup_page(number: str, error: str) -> Page:
    """Return the two fields again, after a wrong pair."""
    form = render_lookup("track", number=number, error=error)
    return Page(f"有 1 处要改：{TITLE}", join(el("h1", TITLE), form), ((TITLE, "#"),))


def crumbs_to(number: str) -> Crumbs:
    """Return the breadcrumbs of a tracked filing."""
    return ((TITLE, TRACK), (number, "#"))


def status_page(
    open_record: OpenRecord, code: str, enclosures: Sequence[ListedFile], *, until: int | None = None
) -> Page:
    """How the filing stands, what the bureau says, what can be done, its files, what has happened, its last versions.

    Of many, those up to `until`.
    """
    summary, definition = open_record.record.summary, open_record.definition
    name = f"{definition.period_title(summary.period)}{definition.short}"
    main = join(
        el("h1", el("span", f"{summary.unit_name}　", class_="ib"), el("span", name, class_="ib")),
        _slip(open_record),
        opinion_box(open_record),
        el("p", _NEXT[summary.status], class_="measure"),
        _acts(open_record, code),
        _papers(open_record, code),
        _files(open_record.record.summary.number, code, enclosures),
        el("h2", "经过", id="log"),
        _story(told_to_unit(open_record)),
        _versions(open_record, code, until),
    )
    return Page(f"{STATUSES[summary.status].word}：{summary.number}", main, crumbs_to(summary.number))


def opinion_box(open_record: OpenRecord) -> Markup:
    """Return the bureau's last opinion, and the fields to correct in a returned filing; nothing when there is none."""
    state = open_record.state
    if state.status != "returned":
        said = el("div", el("b", "本局的意见"), el("p", lines(state.opinion)), class_="say")
        return said if state.opinion else EMPTY
    asked = f"要改的栏：{asked_labels(open_record.definition, state.asked)}。"
    return el(
        "div",
        el("b", "本局退回了这份填报，请补正"),
        el("p", lines(state.opinion)),
        el("p", asked) if state.asked else EMPTY,
        el("p", "补正期限：", el("strong", _day(state.correction_due))),
        class_="say say--warn",
    )


def back_form(number: str, code: str, words: str) -> Markup:
    """Return the button back to the filing, from an address below its own: the code is posted, never in the address."""
    form = post_form("../../track", words, "btn btn--second", number=number, code=code)
    return el("div", form, class_="acts noprint")


def first_time(open_record: OpenRecord) -> Markup:
    """Return when the filing first came in, online or on paper."""
    received = open_record.state.received_on
    if received:
        return paper_day(received)
    return time_of(open_record.state.submitted_at)


def _slip(open_record: OpenRecord) -> Markup:
    summary, state = open_record.record.summary, open_record.state
    judged = join(first_time(open_record), BREAK, shape(TIMELINESS[summary.timeliness]))
    corrected = _corrected(state) if state.corrected_at else join("没有补正过")
    until = [fact("补正期限", el("strong", _day(state.correction_due)), "w6")] if state.correction_due else []
    return el(
        "dl",
        fact("编号", el("strong", summary.number, class_="code")),
        fact("状态", shape(STATUSES[summary.status])),
        fact("版本", f"第 {summary.version} 版"),
        fact("第一次提交", judged),
        fact("补正提交", corrected),
        fact("截止日期", _day(summary.due)),
        *until,
        class_="slip",
    )


def _corrected(state: State) -> Markup:
    """Return when the filing was last corrected, and whether that met the deadline."""
    at, until = time_of(state.corrected_at), state.corrected_until
    if not until:
        return at
    kept = CORRECTIONS[state.version_day.isoformat() <= until]
    return join(at, BREAK, shape(kept), BREAK, el("small", f"期限 {_day(until)}"))


def _acts(open_record: OpenRecord, code: str) -> Markup:
    """Return the unit's actions, each a form, since the code must not stand in an address."""
    number, status = open_record.record.summary.number, open_record.state.status
    acts = []
    if status in ALLOWED["corrected"]:
        acts.append(post_form(f"track/{number}/correct", "补正", "btn", code=code))
    if status in ALLOWED["withdrawn"]:
        acts.append(post_form(f"track/{number}/withdraw", "撤回", "btn btn--warn", code=code))
    return el("div", *acts, class_="acts noprint") if acts else EMPTY


def _papers(open_record: OpenRecord, code: str) -> Markup:
    """Return the printable documents: the filing, its receipt, the last opinion."""
    papers = [("filing", "填报表（PDF）"), ("receipt", "回执（PDF）")]
    if last_decision(open_record.record.events) is not None:
        papers.append(("opinion", "意见（PDF）"))
    action = f"track/{open_record.record.summary.number}/document"
    forms = (post_form(action, words, "btn btn--second btn--small", code=code, paper=paper) for paper, words in papers)
    return el("div", *forms, class_="acts noprint")


def _files(number: str, code: str, enclosures: Sequence[ListedFile]) -> Markup:
    """Return the files of the filing; each available one with its button."""
    if not enclosures:
        return EMPTY
    return join(
        el("h2", "附件", id="files"), el("ul", *(_file(number, code, one) for one in enclosures), class_="plainlist")
    )


def _file(number: str, code: str, one: ListedFile) -> Markup:
    size = el("small", one.size)
    if one.shut:
        return el("li", one.name, "　", size, "　", shape(one.shut))
    button = el("button", "下载", el("span", f"：{one.name}", class_="vh"), class_="btn btn--second btn--small")
    hidden = (hidden_input("code", code), hidden_input("sha256", one.digest))
    form = el("form", *hidden, button, action=f"track/{number}/attachments", method="post", class_="noprint")
    return el("li", one.name, "　", size, form)


def _story(steps: list[Step]) -> Markup:
    return el("ol", *(_told(step, latest=index == 0) for index, step in enumerate(steps)), class_="time measure")


def _told(step: Step, *, latest: bool) -> Markup:
    words = [lines(step.words)] if step.words else []
    more = [BREAK + each for each in (*words, *(f"{line}。" for line in step.lines))]
    at = el("time", step.at.minute, datetime=step.at.machine)
    return el("li", el("strong", step.what), f"　{step.who}", *more, at, class_="now" if latest else None)


def _versions(open_record: OpenRecord, code: str, until: int | None) -> Markup:
    versions, definition = versions_of(open_record.record.events), open_record.definition
    shown = shown_versions(versions, until)
    parts = [el("h2", f"内容（共 {len(versions)} 版）", id="versions")]
    for place in reversed([number - 1 for number in shown]):
        before, after = versions[place - 1].data, versions[place].data
        if place and before and after:
            found = compare(definition, before, after)
            parts.append(render_differences(found, before=place, after=place + 1, level=3))
        parts.append(_version(definition, versions[place]))
    return join(*parts, _other_versions(open_record.record.summary.number, code, shown, len(versions)))


def _other_versions(number: str, code: str, shown: range, last: int) -> Markup:
    """The ways to the versions that are not shown, each a form, since the code must not stand in an address."""
    ways = []
    if shown.start > 1:
        ways.append((f"看第 {shown.start - 1} 版和更早的", shown.start - 1))
    if shown.stop <= last:
        ways.append(("看最后几版", last))
    forms = (
        post_form("track", words, "btn btn--second btn--small", number=number, code=code, until=str(until))
        for words, until in ways
    )
    return el("div", *forms, class_="acts noprint") if ways else EMPTY


def _version(definition: Definition, version: Version) -> Markup:
    """Return one whole version, collapsed; opening it needs no script."""
    at = local_time(version.event.at)
    answers = render_version(definition, version) or el("p", ERASED)
    return el(
        "details",
        el("summary", f"第 {version.number} 版全文，{long_date(at.date())} {at:%H:%M} 提交"),
        answers,
        el("p", "内容指纹（SHA-256）", BREAK, el("code", grouped(version.event.digest)), class_="note"),
    )


def render_version(definition: Definition, version: Version) -> Markup:
    """Return all answers of one version; nothing after an erasure."""
    if version.data is None:
        return EMPTY
    prefix = f"v{version.number}"
    answers = render_answers(definition, version.data, prefix=prefix)
    return join(answers, render_closing(definition, version.data, prefix))


def _day(day: str) -> str:
    return long_date(date.fromisoformat(day)) if day else ""
