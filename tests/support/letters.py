"""Letters about who has not filed, in one line each, over any ledger; dates are ISO texts in Shanghai."""

from __future__ import annotations

from datetime import date

from functions.forms.catalogue import Catalogue
from functions.forms.letters import LetterKind
from functions.records.ledger import LedgerStore
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.ledger import Orders
from functions.supervision.orders.reading import read_letter
from functions.supervision.orders.values import Asked, Draft, Letter, Noted, Subject, subject_of
from functions.supervision.orders.words import draft_letter, facts_about, matter_of
from tests.support.board import moment

ACTOR = "审核甲"


def salt(count: int) -> bytes:
    """Salt that is the same every time."""
    return b"s" * count


def plain_draft(unit: int = 1, until: str = "2026-10-20", rests_on: str = "") -> Draft:
    """A letter about the n-th unit's self-check of 2025."""
    subject = Subject("annual-self-check", "yearly", "2025", f"CODE{unit}", "")
    return Draft(
        subject=subject,
        unit_name=f"示例单位{unit}",
        title="责令限期改正通知书",
        matter="2025 年度",
        to="",
        paragraphs=("经查。",),
        basis="丙六3",
        until=date.fromisoformat(until),
        signed_by="示例局长",
        rests_on=rests_on,
    )


def number_drafts(
    ledger: LedgerStore, *drafts: Draft, kind: LetterKind = "correction", at: str = "2026-10-08"
) -> list[Letter]:
    """Number the drafts after those that there are."""
    orders, year = Orders(ledger, salt), moment(at).year
    head = orders.head(kind, year)
    orders.issue(kind, year, drafts, lambda place: f"涉〔{year}〕{place}号", head=head, actor=ACTOR, at=moment(at))
    return [read_letter(ledger, f"{year}-{kind}-{head + place}") for place in range(1, len(drafts) + 1)]


def write_letter(
    ledger: LedgerStore,
    catalogue: Catalogue,
    one: Obligation,
    *,
    at: str,
    until: str = "",
    kind: LetterKind = "correction",
    order: Letter | None = None,
    to: str = "",
) -> Letter:
    """Number a letter about the obligation, in the bureau's words."""
    today = moment(at).date()
    draft = draft_letter(
        catalogue, kind, one, today=today, facts=facts_about(catalogue, one, today), to=to, signed_by="示例局长",
        until=date.fromisoformat(until) if until else None, order=order,
    )  # fmt: skip
    return number_drafts(ledger, draft, kind=kind, at=at)[0]


def grant(ledger: LedgerStore, catalogue: Catalogue, one: Obligation, *, at: str, until: str) -> str:
    """Grant the obligation a later day; gives the extension's id."""
    day = moment(at).date()
    asked = Asked(
        day.year, 0, subject_of(one), one.unit_name, matter_of(catalogue, one), one.last_day,
        date.fromisoformat(until), "搬迁库房", day, Noted("", ""),
    )  # fmt: skip
    return Orders(ledger, salt).ask(asked, grant=True, actor=ACTOR, at=moment(at))
