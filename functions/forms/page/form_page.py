"""The page part of a form: what it is for, what is forbidden, how far one is, the form, and what is wrong with it.

It knows the form and what was typed; title, heading and frame of the page are the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from functions.forms import pointer
from functions.forms.address import Links, numeral
from functions.forms.attachment_field import MOST_BYTES
from functions.forms.checking.messages import first_clause
from functions.forms.definition import Definition, Section
from functions.forms.page.answers import render_answers
from functions.forms.page.check_page import render_check
from functions.forms.page.context import Context, basis_link, by_pointer, errors_at
from functions.forms.page.element import BREAK, EMPTY, Markup, el, hidden_input, join
from functions.forms.page.field_names import id_of
from functions.forms.page.focus import control_at
from functions.forms.page.progress import render_progress
from functions.forms.page.script_data import script_data
from functions.forms.page.widgets import render_items
from functions.forms.problem import Problem

__all__ = ["render_answers", "render_check", "render_form", "render_summary"]

UNOFFICIAL = "本系统拟定，非官方格式"
KEPT = "您填的内容都还在。"
# More are named once these are mended; each stands beside its control all the same.
MOST_NAMED = 100


def render_form(
    definition: Definition,
    *,
    values: Mapping[str, Any] | None,
    problems: Sequence[Problem] = (),
    action: str,
    hidden: Mapping[str, str] | None = None,
    focus: str | None = None,
    links: Links | None = None,
    asked: Collection[str] = (),
    kept: bool = True,
    vouchers: Sequence[str] = (),
    upload_limit: int = MOST_BYTES,
) -> Markup:
    """A form, ready to fill in or filled in with `values` as they were typed, each problem beside its control.

    `action` is the URL it posts to, `hidden` goes along unseen (the form's digest always does). `focus` is the pointer
    of the part that takes the focus. `links` lead to other pages of the site; without
    them addresses are plain text. `asked` are the pointers of what the bureau wants changed. `kept`
    lets the page's script keep a draft in the browser. `vouchers` go along for the files that were sent; without
    a script the page brings `upload_limit` bytes of them at once, to the address called files below `action`.
    """
    sheet = Context(
        by_pointer(problems), links, asked=frozenset(asked), action=action, upload_limit=upload_limit,
        focus=control_at(definition, values, focus) if focus else None,
    )  # fmt: skip
    body = join(
        *(_section(sheet, section, index, values) for index, section in enumerate(definition.sections, 1)),
        *(hidden_input(*pair) for pair in {"form_digest": definition.digest, **(hidden or {})}.items()),
        *(hidden_input("voucher", voucher) for voucher in vouchers),
    )
    form = el(
        "form", body, id="form", action=action, method="post", novalidate=True, lang="zh-CN",
        accept_charset="utf-8", data_form=definition.id, data_fresh=values is None, data_unkept=not kept,
    )  # fmt: skip
    progress = render_progress(definition, values or {}, problems)
    return join(render_intro(definition, links), el("div", progress, form, class_="formcols"), script_data(definition))


def render_intro(definition: Definition, links: Links | None = None) -> Markup:
    """Who must file, when, on what basis; that secrets are forbidden here; what happens to personal data."""
    rules = definition.rules
    places = Markup("、").join(basis_link(links, basis) for basis in rules.basis)
    facts = (
        ("谁要填", rules.obliged_words, ""),
        ("什么时候", el("strong", rules.when_words), rules.when_note),
        ("依据", places, rules.basis_note),
    )
    slip = el("dl", *(_fact(term, words, note) for term, words, note in facts), class_="slip")
    return join(slip, _warning(), _privacy(definition, links))


def render_summary(problems: Sequence[Problem]) -> Markup:
    """The box that names every problem and leads to its control, and takes the focus; empty without problems."""
    if not problems:
        return EMPTY
    heading = el("h2", f"还没有提交：有 {len(problems)} 处要改", id="err-h")
    entries = el("ol", *(el("li", _leading_to(problem)) for problem in problems[:MOST_NAMED]))
    kept = el("p", KEPT, class_="note")
    return el(
        "div", heading, entries, kept,
        class_="errors", role="alert", tabindex=-1, autofocus=True, aria_labelledby="err-h",
    )  # fmt: skip


def _leading_to(problem: Problem) -> Markup:
    """The first clause of the message, linked to its control; the label goes before it where the message lacks it."""
    words = first_clause(problem.message)
    named = not problem.label or any(part in words for part in re.split("[ ）]", problem.label))
    text = words if named else f"{problem.label}：{words}"
    return el("a", text, href=f"#{id_of(pointer.split(problem.pointer)) or 'form'}")


def _fact(term: str, words: str, note: str) -> Markup:
    below = BREAK + el("small", note) if note else EMPTY
    return el("div", el("dt", term), el("dd", words, below))


def _warning() -> Markup:
    words = "国家秘密、工作秘密都不能写在这里。拿不准的，先问本单位保密员。"
    return el("div", el("b", "严禁填报涉密信息"), el("p", words), class_="say say--stop")


def _privacy(definition: Definition, links: Links | None) -> Markup:
    words = "收集的姓名和电话只用于核对本次填报，不公开。"
    more = el("a", "个人信息怎样使用和保存", href=links.to("privacy/")) if links else EMPTY
    origin = EMPTY if definition.rules.official else el("p", f"这张表的栏目由{UNOFFICIAL}。", class_="note")
    return join(el("p", words, more, class_="note"), origin)


def _section(sheet: Context, section: Section, number: int, values: Mapping[str, Any] | None) -> Markup:
    path, inner = section.path, replace(sheet, basis=section.basis)
    items = join(errors_at(sheet, path), render_items(inner, section.items, (values or {}).get(section.key), path))
    if section.closing:
        return el("div", items, _last(), class_="sect last", id=section.key, data_section=section.key)
    heading = el("h2", f"{numeral(number)}、{section.title}", id=f"s{number}")
    words = [_on_enter(), heading] if number == 1 else [heading]
    if section.hint:
        words.append(el("p", section.hint, class_="measure"))
    if section.basis:
        words.append(el("p", "依据", basis_link(sheet.links, section.basis), class_="note"))
    return el(
        "section", *words, items,
        class_="sect", id=section.key, aria_labelledby=f"s{number}", data_section=section.key,
    )  # fmt: skip


def _on_enter() -> Markup:
    """The first button of the form, which the Enter key presses: unseen, so that Enter never removes a row."""
    return el("button", "下一步：核对", class_="vh", name="action", value="review", tabindex=-1, aria_hidden="true")


def _last() -> Markup:
    """Return what ends the form: what happens next, and the buttons."""
    buttons = el(
        "div",
        el("button", "下一步：核对", class_="btn", name="action", value="review"),
        el("button", "把草稿存成文件", class_="btn btn--second", type="button", data_draft="save", hidden=True),
        el("button", "载入草稿文件", class_="btn btn--second", type="button", data_draft="load", hidden=True),
        el("button", "清除草稿", class_="btn btn--warn", type="button", data_draft="clear", hidden=True),
        class_="acts",
    )
    note = el("p", "下一步是核对页，核对之后才算提交。", class_="note quiet")
    return join(note, buttons)
