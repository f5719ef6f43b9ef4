"""Words a letter and its state: fills the bureau's wording with an obligation and dates; no store, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from functions.forms.catalogue import Catalogue
from functions.forms.letters import LetterKind
from functions.records.words import STATUSES, Mark
from functions.supervision.deadlines import is_overdue
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.values import Draft, ExtensionStatus, Letter, subject_of

EXTENSION_MARKS: Final[Mapping[ExtensionStatus, Mark]] = {
    "asked": Mark("待批", "wait"),
    "granted": Mark("已准", "ext"),
    "declined": Mark("不准", "void"),
    "revoked": Mark("已撤销", "void"),
}


def facts_about(catalogue: Catalogue, one: Obligation, today: date) -> str:
    """The facts in whole sentences: what was owed until when, and how long it has been overdue."""
    return catalogue.letters.facts(one.form).format_map(_known(catalogue, one, today))


def draft_letter(
    catalogue: Catalogue,
    kind: LetterKind,
    one: Obligation,
    *,
    today: date,
    facts: str,
    until: date | None,
    to: str,
    signed_by: str,
    order: Letter | None,
) -> Draft:
    """The letter about an obligation that allows it; `order` is the order to correct that it follows."""
    letters = catalogue.letters
    wording, ground = letters.kinds[kind], letters.ground(one.form, kind)
    assert ground is not None
    list_name = f"《{letters.list_name}》{ground.basis}"
    words = {
        **_known(catalogue, one, today),
        "facts": facts.rstrip("。") + "。",
        "bases": "、".join([list_name, *ground.laws]),
        "until": day_words(until) if until else "",
        "order": order.number if order else "",
        "order_day": day_words(order.issued) if order else "",
        "order_until": day_words(order.draft.until) if order and order.draft.until else "",
    }
    return Draft(
        subject=subject_of(one),
        unit_name=one.unit_name,
        title=wording.title,
        matter=matter_of(catalogue, one),
        to=to or wording.to.format_map(words),
        paragraphs=tuple(_filled(text, words) for text in wording.paragraphs),
        basis=ground.basis,
        until=until,
        signed_by=signed_by,
        rests_on=order.id if order else "",
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    return text.format_map(words).replace("。。", "。")


def matter_of(catalogue: Catalogue, one: Obligation) -> str:
    """Return what is owed, with its period: 2025 年度《档案工作情况自查报告》."""
    form = catalogue.get(one.form)
    return f"{form.period_title(one.period)}《{form.title}》"


def day_words(day: date) -> str:
    """2026 年 9 月 30 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _known(catalogue: Catalogue, one: Obligation, today: date) -> dict[str, str]:
    return {
        "unit": one.unit_name,
        "project": one.project,
        "matter": matter_of(catalogue, one),
        "basis": one.basis,
        "due": day_words(one.last_day),
        "days": f" {(today - one.last_day).days} ",
        "today": day_words(today),
    }


def standing_of(letter: Letter, today: date) -> Mark:
    """The state of a letter as every list shows it."""
    if letter.voided:
        return STATUSES["voided"]
    if letter.kind == "recommendation" and letter.served:
        if letter.answer:
            return Mark("已答复", "ok")
        overdue = letter.draft.until is not None and is_overdue(letter.draft.until, today)
        return Mark("逾期未答复", "over") if overdue else Mark("待答复", "wait")
    return Mark("已送达", "ok") if letter.served else Mark("待送达", "open")
