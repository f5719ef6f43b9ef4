"""The two fields with which a filer finds a filing again, for the site's page and for the answer to a wrong pair."""

from __future__ import annotations

from functions.forms.page.element import EMPTY, Markup, el, join
from functions.forms.page.wording import WRONG

_NUMBER = "在回执上，如 SC-2026-7F3K9QXW。"
_CODE = "16 位数字和字母，只在提交时显示过一次。大小写、横线、空格都没有关系。"


def render_lookup(action: str, *, number: str = "", error: str = "") -> Markup:
    """The form that posts `number` and `code` to `action`; with `error`, filled in and saying so at the code."""
    fields = (_field("number", "编号", _NUMBER, value=number), _field("code", "查询码", _CODE, error=error))
    button = el("div", el("button", "查看", class_="btn"), class_="acts")
    return join(_summary(error), el("form", *fields, button, class_="measure", action=action, method="post"))


def _summary(error: str) -> Markup:
    if not error:
        return EMPTY
    heading, entry = el("h2", "还没有找到", id="err-h"), el("li", el("a", error, href="#code"))
    return el(
        "div", heading, el("ol", entry),
        class_="errors", role="alert", tabindex=-1, autofocus=True, aria_labelledby="err-h",
    )  # fmt: skip


def _field(name: str, label: str, hint: str, *, value: str = "", error: str = "") -> Markup:
    wrong = el("span", el("span", WRONG, class_="vh"), error, class_="err", id=f"{name}-e") if error else EMPTY
    control = el(
        "input", class_="w20 code", id=name, name=name, value=value or None, autocomplete="off",
        autocapitalize="characters", spellcheck="false", maxlength=40, required=True,
        aria_invalid="true" if error else None, aria_describedby=f"{name}-h {name}-e" if error else f"{name}-h",
    )  # fmt: skip
    return el(
        "div", el("label", label, for_=name), el("span", hint, class_="hint", id=f"{name}-h"), wrong, control,
        class_="fld bad" if error else "fld",
    )  # fmt: skip
