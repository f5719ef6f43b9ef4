"""The pages of filing without JavaScript: the form again, check your answers, the receipt; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from functions.forms.definition import Definition
from functions.forms.html import render_check, render_form, render_summary
from functions.forms.problem import Problem
from functions.web.shell import Shell

SHANGHAI = ZoneInfo("Asia/Shanghai")
FORMS = "forms/"


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as one visitor has filled it in: what was typed, what is wrong with it, what is to be said."""

    definition: Definition
    typed: Mapping[str, Any]
    problems: Sequence[Problem] = ()
    focus: str | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """Valid answers before they are filed.

    `typed` is what was typed, `data` what of it will be filed, `dropped` the pointers of the rest; `key` is the
    idempotency key that the page carries.
    """

    definition: Definition
    typed: Mapping[str, Any]
    data: Mapping[str, Any]
    dropped: Sequence[str]
    warnings: Sequence[Problem]
    key: str


def form_page(shell: Shell, filled: Filled) -> str:
    """The form, filled in as it was typed, with the summary of what to change."""
    definition, problems = filled.definition, filled.problems
    form = render_form(
        definition,
        values=filled.typed,
        problems=problems,
        action=definition.id,
        focus=filled.focus,
        link=lambda path: shell.base + path,
    )
    main = f"<h1>{escape(definition.title)}</h1>{_notice(filled.notice)}{render_summary(problems)}{form}"
    title = f"有 {len(problems)} 处要改：{definition.title}" if problems else definition.title
    return shell.page(title, main, _crumbs(definition))


def check_page(shell: Shell, checked: Checked, *, stop: str = "", contest: bool = False) -> str:
    """The answers as they would be filed, and one button.

    `stop` says what kept them from being filed just now; `contest` offers to file all the same.
    """
    definition = checked.definition
    body = render_check(
        definition,
        data=checked.data,
        typed=checked.typed,
        dropped=checked.dropped,
        warnings=checked.warnings,
        action=definition.id,
        hidden={"key": checked.key},
    )
    main = f"<h1>核对后提交：{escape(definition.title)}</h1>{_stop(stop, contest)}{body}"
    title = f"还没有提交：{definition.title}" if stop else f"核对后提交：{definition.title}"
    return shell.page(title, main, _crumbs(definition))


def receipt_page(shell: Shell, definition: Definition, data: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """The receipt of a stored filing; `given` is the answer of `records.filing.answer`."""
    period = definition.period_title(given["period"])
    code = escape(given["access_code"])
    done = (
        f'<div class="say say--done" data-filed="{escape(definition.id)}"><h1>已收到您的{escape(definition.short)}</h1>'
        f"<p>{escape(period)}《{escape(definition.title)}》已经保存，正在等本局审核。</p></div>"
    )
    secret = (
        '<div class="say say--warn"><b>请现在记下查询码，它只显示这一次</b>'
        f'<p class="secret">{code}</p><p>以后要问进度、要补正或者撤回，都要凭编号和它。不要发到工作群里。'
        "丢了可以打电话给本局，核对身份后换新的。</p></div>"
    )
    slip, acts = _receipt_slip(definition, data, given), _receipt_acts(definition, given)
    main = f'{done}<div class="keep"><div>{slip}{secret}{acts}</div></div>{_what_next(given)}'
    return shell.page(f"已收到：{given['number']}", main, _crumbs(definition))


def _receipt_slip(definition: Definition, data: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    at = local_time(given["submitted_at"])
    unit = value_at(data, definition.rules.unit_name_at)
    late = given["timeliness"] == "late"
    state = '<span class="st st--late">延报</span>' if late else '<span class="st st--ok">按期</span>'
    due = date.fromisoformat(given["due"])
    return (
        '<dl class="slip">'
        f'<div class="w3"><dt>编号</dt><dd><strong class="code">{escape(given["number"])}</strong></dd></div>'
        f'<div class="w3"><dt>单位</dt><dd>{escape(str(unit))}</dd></div>'
        f'<div><dt>收到时间</dt><dd><time datetime="{at.isoformat(timespec="seconds")}">{long_date(at.date())}<br>'
        f"{at:%H:%M:%S}</time></dd></div>"
        f"<div><dt>截止日期</dt><dd>{long_date(due)}</dd></div>"
        f"<div><dt>是否按期</dt><dd>{state}<br><small>{distance(at.date(), due)}</small></dd></div>"
        f'<div class="w6"><dt>内容指纹（SHA-256）</dt><dd><code>{grouped(given["digest"])}</code></dd></div></dl>'
    )


def _receipt_acts(definition: Definition, given: Mapping[str, Any]) -> str:
    return (
        f'<form class="acts noprint" action="{escape(definition.id)}/receipt" method="post">'
        f'<input type="hidden" name="receipt" value="{escape(given["receipt"])}">'
        '<button class="btn">下载回执文件（可核验）</button>'
        '<button class="btn btn--second" type="button" data-print hidden>打印</button></form>'
    )


def _what_next(given: Mapping[str, Any]) -> str:
    at = local_time(given["submitted_at"])
    stamp = f'<time datetime="{at.isoformat(timespec="seconds")}">{long_date(at.date())} {at:%H:%M}</time>'
    return (
        '<h2>接下来</h2><ol class="time measure">'
        f'<li class="now"><strong>已提交</strong>{stamp}</li>'
        "<li><strong>本局审核</strong><br>要补充情况的，按您填的联系电话找您。</li>"
        "<li><strong>接受，或者退回补正</strong><br>退回时会写明意见和补正期限。按期补正的，仍按第一次提交的时间计算。</li></ol>"
        '<p class="measure">填错了？请带上编号和查询码联系本局。</p>'
    )


def _stop(words: str, contest: bool) -> str:
    if not words:
        return ""
    # The tick box stands beside its reason, outside the form that it belongs to.
    box = '<p><label class="pick"><input type="checkbox" name="contest" value="true" form="form">仍要提交</label></p>'
    return (
        '<div class="errors" role="alert" tabindex="-1" autofocus aria-labelledby="err-h">'
        f'<h2 id="err-h">还没有提交</h2><p>{escape(words)}。</p>{box if contest else ""}</div>'
    )


def _notice(words: str) -> str:
    return f'<div class="say say--warn" role="status"><p>{escape(words)}</p></div>' if words else ""


def _crumbs(definition: Definition) -> tuple[tuple[str, str], ...]:
    return ("我要填报", FORMS), (definition.title, "#")


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
