"""The receipt of a filing as a page: its facts, the access code, what happens next; signs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

from functions.forms.definition import Definition
from functions.web.filing.form_pages import TRACK, Page, distance, grouped, local_time, long_date, value_at
from functions.web.http.qr import qr_code
from functions.web.http.site_addresses import verify_address


def receipt_page(
    base: str,
    site: str,
    definition: Definition,
    data: Mapping[str, Any],
    given: Mapping[str, Any],
    *,
    contest: bool = False,
) -> Page:
    """The receipt of a stored filing; `given` is the answer of `records.filing.answer`.

    `contest`: it was filed although another one holds its place.

    `base` is the site's root path, `site` its whole address for the code to scan. Takes some 20 ms, for that code.
    """
    period = definition.period_title(given["period"])
    waits = "。您选了“仍要提交”，本局先核实哪一份是您单位报的，再审核" if contest else "，正在等本局审核"
    done = (
        f'<div class="say say--done" data-filed="{escape(definition.id)}"><h1>已收到您的{escape(definition.short)}</h1>'
        f"<p>{escape(period)}《{escape(definition.title)}》已经保存{waits}。</p></div>"
    )
    slip, acts = receipt_slip(definition, data, given), receipt_acts(f"{definition.id}/receipt", given)
    code, figure = given["access_code"], receipt_code(site, given["receipt"])
    papers = receipt_papers(f"../{TRACK}{given['number']}/document", code)
    kept = f'<div class="keep keep--code"><div>{slip}{secret_box(code)}{papers}{acts}</div>{figure}</div>'
    main = f"{done}{kept}{_what_next(base, given)}"
    return Page(f"已收到：{given['number']}", main)


def secret_box(code: str) -> str:
    """The access code, for the only time that it is shown."""
    return (
        '<div class="say say--warn"><b>请现在记下查询码，它只显示这一次</b>'
        f'<p class="secret">{escape(code)}</p><p>查进度、补正、撤回都要用它。不要发到工作群里。'
        "丢了可以打电话给本局，核对身份后换新的。</p></div>"
    )


def receipt_slip(definition: Definition, data: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """The facts of a receipt; of a paper filing the day on which it came in."""
    received = given.get("received_on")
    at = local_time(given["submitted_at"])
    day = date.fromisoformat(received) if received else at.date()
    unit = value_at(data, definition.rules.unit_name_at)
    late = given["timeliness"] == "late"
    state = '<span class="st st--late">延报</span>' if late else '<span class="st st--ok">按期</span>'
    due = date.fromisoformat(given["due"])
    came = (
        f'<time datetime="{received}">{long_date(day)}</time><br><small>纸质件</small>'
        if received
        else f'<time datetime="{at.isoformat(timespec="seconds")}">{long_date(day)}<br>{at:%H:%M:%S}</time>'
    )
    return (
        '<dl class="slip">'
        f'<div class="w3"><dt>编号</dt><dd><strong class="code">{escape(given["number"])}</strong></dd></div>'
        f'<div class="w3"><dt>单位</dt><dd>{escape(str(unit))}</dd></div>'
        f"<div><dt>收到{'日期' if received else '时间'}</dt><dd>{came}</dd></div>"
        f"<div><dt>截止日期</dt><dd>{long_date(due)}</dd></div>"
        f"<div><dt>是否按期</dt><dd>{state}<br><small>{distance(day, due)}</small></dd></div>"
        f'<div class="w6"><dt>内容指纹（SHA-256）</dt><dd><code>{grouped(given["digest"])}</code></dd></div></dl>'
    )


def receipt_code(site: str, receipt: str) -> str:
    """The code that leads to the page where the receipt is verified, and a link to the same; "" without an address."""
    if not site:
        return ""
    address = verify_address(site, receipt)
    code = qr_code(address, label="核验回执的二维码", error="l")
    return (
        f'<figure>{code}<figcaption class="note quiet">扫码或者'
        f'<a href="{escape(address)}">点这里核验回执</a></figcaption></figure>'
    )


def receipt_papers(action: str, code: str) -> str:
    """The buttons for what can be kept on paper, from `action`; the code must not stand in an address."""
    papers = (("receipt", "下载回执（PDF）", "btn"), ("filing", "下载填报表（PDF）", "btn btn--second"))
    forms = (
        f'<form action="{escape(action)}" method="post"><input type="hidden" name="code" value="{escape(code)}">'
        f'<input type="hidden" name="paper" value="{paper}"><button class="{look}">{words}</button></form>'
        for paper, words, look in papers
    )
    return f'<div class="acts noprint">{"".join(forms)}</div>'


def receipt_acts(action: str, given: Mapping[str, Any]) -> str:
    """The buttons below a receipt: the file that can be checked, from `action`, and paper."""
    return (
        f'<form class="acts noprint" action="{escape(action)}" method="post">'
        f'<input type="hidden" name="receipt" value="{escape(given["receipt"])}">'
        '<button class="btn btn--second">下载回执文件（可核验）</button>'
        '<button class="btn btn--second" type="button" data-print hidden>打印</button></form>'
    )


def _what_next(base: str, given: Mapping[str, Any]) -> str:
    at = local_time(given["submitted_at"])
    stamp = f'<time datetime="{at.isoformat(timespec="seconds")}">{long_date(at.date())} {at:%H:%M}</time>'
    track = escape(base + TRACK)
    progress = f'<a href="{track}">查进度</a>'
    return (
        '<h2>接下来</h2><ol class="time measure">'
        f'<li class="now"><strong>已提交</strong>{stamp}</li>'
        f"<li><strong>本局审核</strong><br>结果在{progress}里看。要补正的，本局也会联系您。</li>"
        "<li><strong>接受，或者退回补正</strong><br>退回时会写明意见和补正期限。按期补正的，仍按第一次提交的时间计算。</li></ol>"
        f'<p class="measure">填错了？接受之前可以<a href="{track}">补正或者撤回</a>。</p>'
    )
