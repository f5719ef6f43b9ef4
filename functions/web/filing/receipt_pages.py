"""The receipt page of a filing: its facts, the access code, what happens next; signs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from functions.forms.definition import Definition
from functions.forms.page.element import EMPTY, Markup, above, el, hidden_input, join
from functions.records.words import TIMELINESS
from functions.web.filing.form_pages import TRACK, Page, distance, grouped, local_time, long_date, value_at
from functions.web.filing.page_parts import fact, minute_of, paper_day, post_form, shape, time_of
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
    """Return the receipt of a stored filing; `given` is the answer of `records.filing.answer`.

    With `contest`, it was filed although another filing holds its place.

        `base` is the site's root path, `site` its whole address for the QR code. Takes some 20 ms, for that code.
    """
    waits = "。您选了“仍要提交”，本局先核实哪一份是您单位报的，再审核" if contest else "，正在等本局审核"
    done = el(
        "div",
        el("h1", f"已收到您的{definition.short}"),
        el("p", f"{definition.period_title(given['period'])}《{definition.title}》已经保存{waits}。"),
        class_="say say--done",
        data_filed=definition.id,
    )
    code = given["access_code"]
    told = el(
        "div",
        receipt_slip(definition, data, given),
        secret_box(code),
        receipt_papers(f"../{TRACK}{given['number']}/document", code),
        receipt_acts(f"{definition.id}/receipt", given),
    )
    kept = el("div", told, receipt_code(site, given["receipt"]), class_="keep keep--code")
    return Page(f"已收到：{given['number']}", join(done, kept, _what_next(base, given)))


def secret_box(code: str) -> Markup:
    """Return the box with the access code, the only time that it is shown."""
    words = "查进度、补正、撤回都要用它。不要发到工作群里。丢了可以打电话给本局，核对身份后换新的。"
    return el(
        "div",
        el("b", "请现在记下查询码，它只显示这一次"),
        el("p", code, class_="secret"),
        el("p", words),
        class_="say say--warn",
    )


def receipt_slip(definition: Definition, data: Mapping[str, Any], given: Mapping[str, Any]) -> Markup:
    """Return the facts of a receipt; for a paper filing with the day on which it came in."""
    received, at, due = given.get("received_on"), given["submitted_at"], date.fromisoformat(given["due"])
    day = date.fromisoformat(received) if received else local_time(at).date()
    came = fact("收到日期", paper_day(received)) if received else fact("收到时间", time_of(at))
    judged = above((shape(TIMELINESS[given["timeliness"]]), el("small", distance(day, due))))
    return el(
        "dl",
        fact("编号", el("strong", given["number"], class_="code"), "w3"),
        fact("单位", str(value_at(data, definition.rules.unit_name_at)), "w3"),
        came,
        fact("截止日期", long_date(due)),
        fact("是否按期", judged),
        fact("内容指纹（SHA-256）", el("code", grouped(given["digest"])), "w6"),
        class_="slip",
    )


def receipt_code(site: str, receipt: str) -> Markup:
    """Return the QR code and a link to the page that verifies the receipt; "" without an address of the site."""
    if not site:
        return EMPTY
    address = verify_address(site, receipt)
    code = qr_code(address, label="核验回执的二维码", error="l")
    words = el("figcaption", "扫码或者", el("a", "点这里核验回执", href=address), class_="note quiet")
    return el("figure", code, words)


def receipt_papers(action: str, code: str) -> Markup:
    """Return the buttons for printable documents, posted to `action`; the code must not stand in an address."""
    papers = (("receipt", "下载回执（PDF）", "btn"), ("filing", "下载填报表（PDF）", "btn btn--second"))
    forms = (post_form(action, words, look, code=code, paper=paper) for paper, words, look in papers)
    return el("div", *forms, class_="acts noprint")


def receipt_acts(action: str, given: Mapping[str, Any]) -> Markup:
    """Return the buttons below a receipt: the verifiable file, posted to `action`, and the printable documents."""
    return el(
        "form",
        hidden_input("receipt", given["receipt"]),
        el("button", "下载回执文件（可核验）", class_="btn btn--second"),
        el("button", "打印", class_="btn btn--second", type="button", data_print=True, hidden=True),
        class_="acts noprint",
        action=action,
        method="post",
    )


def _what_next(base: str, given: Mapping[str, Any]) -> Markup:
    track = base + TRACK
    progress = join("结果在", el("a", "查进度", href=track), "里看。要补正的，本局也会联系您。")
    returned = "退回时会写明意见和补正期限。按期补正的，仍按第一次提交的时间计算。"
    steps = (
        el("li", el("strong", "已提交"), minute_of(given["submitted_at"]), class_="now"),
        el("li", above((el("strong", "本局审核"), progress))),
        el("li", above((el("strong", "接受，或者退回补正"), returned))),
    )
    wrong = ("填错了？接受之前可以", el("a", "补正或者撤回", href=track), "。")
    return join(el("h2", "接下来"), el("ol", *steps, class_="time measure"), el("p", *wrong, class_="measure"))
