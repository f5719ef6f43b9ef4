"""The page on which a filer checks the answers before anything is filed; knows no validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.page.answers import change_button, render_answers, value_words
from functions.forms.page.element import EMPTY, Markup, el, hidden_input, join
from functions.forms.page.encode import encode
from functions.forms.problem import Problem

NOT_YET = "请逐项核对。按“确认提交”以后，本局才收到。"


def render_check(
    definition: Definition,
    *,
    data: Mapping[str, Any],
    typed: Mapping[str, Any] | None = None,
    dropped: Sequence[str] = (),
    warnings: Sequence[Problem] = (),
    action: str,
    hidden: Mapping[str, str] | None = None,
    before: str = NOT_YET,
    vouchers: Sequence[str] = (),
    task: str = "",
) -> Markup:
    """The answers that will be filed, those that will not be, the declaration, and one button 确认提交.

    `data` is what will be filed, `typed` what was typed before answers that do not apply were dropped: it goes along
    unseen, so that 修改 loses nothing. `dropped` are the pointers of the answers left out. `hidden` carries the key,
    `before` says what the button will do; `vouchers` go along for the files that were sent. `task` is where the
    script gets the task to solve before it files.
    """
    answers = render_answers(definition, data, warnings, beside=change_button)
    form = el(
        "form",
        _carried(definition, data if typed is None else typed, hidden or {}),
        *(hidden_input("voucher", voucher) for voucher in vouchers),
        answers,
        _closing(definition, data),
        id="form", action=action, method="post", accept_charset="utf-8", data_check=definition.id,
        data_task=task or None,
    )  # fmt: skip
    return join(_not_yet(before), _left_out(definition, data if typed is None else typed, dropped), form)


def _not_yet(words: str) -> Markup:
    return el("div", el("b", "现在还没有提交"), el("p", words), class_="say")


def _left_out(definition: Definition, typed: Mapping[str, Any], dropped: Sequence[str]) -> Markup:
    """Return the answers that the present choices make superfluous, each as it was typed."""
    if not dropped:
        return EMPTY
    heading = el("b", "下面填了的内容不会提交")
    reason = el("p", "按您现在的选择，这几项不用填。要一起提交，请返回修改前面的选择。")
    entries = [el("li", f"{definition.label_at(at)}：", _dropped_words(definition, typed, at)) for at in dropped]
    return el("div", heading, reason, el("ul", *entries, class_="plainlist"), class_="say say--warn")


def _dropped_words(definition: Definition, typed: Mapping[str, Any], at: str) -> Markup:
    part, value = definition.field_at(at), pointer.read(typed, pointer.split(at))
    if isinstance(part, Field) and value is not None:
        return value_words(part, value)
    return join(f"{len(value)} 项" if isinstance(value, list | Mapping) else "已填的内容")


def _carried(definition: Definition, typed: Mapping[str, Any], extra: Mapping[str, str]) -> Markup:
    pairs = [("form_digest", definition.digest), *encode(definition, typed)]
    known = dict(extra)
    digest = known.pop("form_digest", definition.digest)
    return join(*(hidden_input(name, value) for name, value in (("form_digest", digest), *pairs[1:], *known.items())))


def _closing(definition: Definition, data: Mapping[str, Any]) -> Markup:
    """Return the declarations that were made, and the buttons."""
    made = [
        el("p", el("span", item.label, class_="st st--ok"))
        for section in definition.sections
        if section.closing
        for item in section.items
        if isinstance(item, Field) and pointer.read(data, item.path) is True
    ]
    buttons = el(
        "div",
        el("button", "确认提交", class_="btn", name="action", value="file"),
        el("button", "返回修改", class_="btn btn--second", name="action", value="edit"),
        class_="acts",
    )
    return el("div", *made, buttons, class_="sect last")
