"""The pages around a unit's step: before and after a withdrawal, the receipt of a correction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from functions.forms.page.element import BREAK, EMPTY, Markup, el, hidden_input, join
from functions.forms.page.wording import OPTIONAL
from functions.records.transitions import OpenRecord
from functions.records.words import TIMELINESS
from functions.track.pages import back_form, crumbs_to, first_time
from functions.web.filing.form_pages import Page, distance, grouped, long_date
from functions.web.filing.page_parts import fact, shape, time_of
from functions.web.filing.receipt_pages import receipt_acts, receipt_code, receipt_papers

BACK = "回到这份填报"


def withdraw_page(number: str, code: str, key: str, *, reason: str = "", stop: str = "") -> Page:
    """Return the page before a withdrawal: its meaning, an optional reason, and the button."""
    errors = el(
        "div", el("h2", "还没有撤回", id="err-h"), el("p", f"{stop}。"),
        class_="errors", role="alert", tabindex=-1, autofocus=True, aria_labelledby="err-h",
    )  # fmt: skip
    label = el("label", "为什么撤回 ", el("span", OPTIONAL, class_="opt"), for_="reason")
    area = el("textarea", reason, id="reason", name="reason", rows=3, maxlength=2000)
    form = el(
        "form",
        *(hidden_input(name, value) for name, value in (("code", code), ("key", key), ("action", "withdraw"))),
        el("div", label, area, class_="fld"),
        el("div", el("button", "撤回这份填报", class_="btn btn--warn"), class_="acts"),
        class_="measure", action="withdraw", method="post",
    )  # fmt: skip
    words = "撤回以后，这份填报不再算数，也不能恢复；它的内容和经过仍然保存。只是要改内容的，不用撤回，请补正。"
    title = f"撤回 {number}"
    explained = el("p", words, class_="measure")
    main = join(errors if stop else EMPTY, el("h1", title), explained, form, back_form(number, code, BACK))
    return Page(f"还没有撤回：{number}" if stop else title, main, crumbs_to(number))


def withdrawn_page(number: str, code: str) -> Page:
    """Return the page after a withdrawal."""
    words = el("p", f"{number} 不再算数。还要报的，请重新填报。")
    done = el("div", el("h1", "已经撤回"), words, class_="say say--done")
    return Page(f"已经撤回：{number}", join(done, back_form(number, code, BACK)), crumbs_to(number))


def corrected_page(open_record: OpenRecord, given: Mapping[str, Any], code: str, site: str) -> Page:
    """Return the receipt of a correction; `given` is the answer to the step, `site` the site's whole address."""
    definition, number = open_record.definition, given["number"]
    name = f"{definition.period_title(given['period'])}《{definition.title}》"
    done = el(
        "div",
        el("h1", f"已收到您的补正（第 {given['version']} 版）"),
        el("p", f"{name}已经保存，正在等本局审核。"),
        class_="say say--done",
    )
    kept = el("p", "查询码没有变，还是原来的那个。", class_="note")
    acts = receipt_acts(f"../../forms/{definition.id}/receipt", given)
    papers = receipt_papers("document", code)
    told = el("div", _slip(open_record, given), kept, papers, acts, back_form(number, code, BACK))
    main = join(done, el("div", told, receipt_code(site, given["receipt"]), class_="keep keep--code"))
    return Page(f"已收到补正：{number}", main, crumbs_to(number))


def _slip(open_record: OpenRecord, given: Mapping[str, Any]) -> Markup:
    due, judged = date.fromisoformat(given["due"]), shape(TIMELINESS[given["timeliness"]])
    early = el("small", distance(open_record.state.counted_day, due))
    return el(
        "dl",
        fact("编号", el("strong", given["number"], class_="code"), "w3"),
        fact("单位", open_record.record.summary.unit_name, "w3"),
        fact("第一次提交", first_time(open_record)),
        fact("补正提交", time_of(given["corrected_at"])),
        fact("截止日期", join(long_date(due), BREAK, judged, " ", early)),
        fact("内容指纹（SHA-256）", el("code", grouped(given["digest"])), "w6"),
        class_="slip",
    )
