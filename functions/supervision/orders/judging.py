"""Which letter or extension an obligation allows, and why not: one place for pages, API and ledger; no store, no clock.

Domain.md K1 and K8: first an order to correct; once its date has passed and nothing is in, a circular or the
recommendation of a sanction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from functions.forms.letters import LetterKind, Letters
from functions.supervision.deadlines import is_overdue
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.values import Asked, Letter, subject_of

NOT_DUE: Final = "没到期，不能{}"
# A slip of the year would let an obligation wait for ever.
LONGEST: Final = timedelta(days=366)


def standing_for(one: Obligation, letters: Iterable[Letter]) -> list[Letter]:
    """The letters about the obligation that count, oldest first."""
    key = subject_of(one).key
    return [letter for letter in letters if letter.voided is None and letter.draft.subject.key == key]


def why_no_letter(kind: LetterKind, one: Obligation, standing: Iterable[Letter], wording: Letters) -> str:
    """Why no such letter can be made about the obligation today; "" when it can."""
    short = wording.kinds[kind].short
    if wording.ground(one.form, kind) is None:
        return f"责任清单没有规定这种填报可以{short}"
    if one.filed is not None:
        return f"已经收到（{one.number}），不用{short}"
    if one.state in ("upcoming", "extended"):
        return NOT_DUE.format(short)
    same = next((letter for letter in standing if letter.kind == kind), None)
    if kind == "correction":
        if one.state == "refused":
            return "责令改正的期限已经过了，不用再责令"
        if same is not None:
            return f"已经责令改正：{same.number}，改正期限 {same.draft.until} 还没有过"
        return ""
    if one.state != "refused":
        return f"责令改正的期限过了仍没有报的，才可以{short}"
    return f"已经有{short}：{same.number}" if same is not None else ""


def allowed_letters(one: Obligation, standing: Iterable[Letter], wording: Letters) -> list[LetterKind]:
    """The kinds of letters that can be made about the obligation today."""
    held = list(standing)
    return [kind for kind in wording.kinds if not why_no_letter(kind, one, held, wording)]


def why_no_extension(one: Obligation, standing: Iterable[Letter], asked: Iterable[Asked]) -> str:
    """Why the obligation cannot be extended today; "" when it can."""
    if one.filed is not None:
        return f"已经收到（{one.number}），不用延期"
    order = next((letter for letter in standing if letter.kind == "correction"), None)
    if order is not None:
        return f"已经责令改正（{order.number}）。确要延期的，先作废那份文书"
    key = subject_of(one).key
    if any(each.status == "asked" and each.subject.key == key for each in asked):
        return "已经申请过延期，还没有批"
    return ""


def why_not_until(until: date | None, after: date, what: str) -> str:
    """Why this is no date for something to be done, which must lie after a day; "" when it is one (domain.md T8)."""
    if until is None:
        return f"请填{what}，写成 2026-10-20 这样"
    if not is_overdue(after, until):
        return f"{what}要在 {after} 以后。请核对日期"
    if until > after + LONGEST:
        return f"{what}最晚是 {after + LONGEST}。请核对年份"
    return ""


def why_void(letter: Letter) -> str:
    """That the letter is void, so that nothing can be added to it."""
    return "这份文书已经作废" if letter.voided else ""


def why_not_answered(letter: Letter) -> str:
    """Why no answer can be recorded: none is owed, the letter is void, or there is one."""
    if letter.kind != "recommendation":
        return f"{letter.draft.title}不用答复"
    return why_void(letter) or ("已经记过答复" if letter.answer else "")


def why_not_void(letter: Letter, letters: Iterable[Letter]) -> str:
    """Why the letter cannot be voided: it is already, or another one rests on it."""
    if void := why_void(letter):
        return void
    follows = (each for each in letters if each.voided is None and each.draft.rests_on == letter.id)
    after = next(follows, None)
    return f"{after.number} 是依据这份文书开的。请先作废那一份" if after else ""


def why_not_on(day: date | None, letter: Letter, today: date) -> str:
    """Why nothing can have been done to the letter on this day; "" when it can."""
    if day is None:
        return "请填日期，写成 2026-10-20 这样"
    if not letter.issued <= day <= today:
        return f"日期要在 {letter.issued} 和 {today} 之间。请核对"
    return ""
