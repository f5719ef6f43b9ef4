"""Why each row that a file leaves out ends, as it was chosen on the preview; knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.desk.rosters.drafts import Draft, ends_many
from functions.desk.rosters.words import KEPT, name_of
from functions.forms.characters import plain_code
from functions.supervision.rosters.ending import ENDINGS
from functions.supervision.rosters.plan import Plan
from functions.supervision.rosters.state import RowKey

ALL: Final = "why-all"
COUNT: Final = "ends"
# Beyond them, rows are not listed one by one: they end for the reason that is chosen for all.
MOST_LISTED: Final = 200
MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: the plan without the rows that are kept, each other one's reason, and what is still to be done.

    `wrong` leads to controls by their ids.
    """

    plan: Plan
    reasons: Mapping[RowKey, str]
    wrong: tuple[tuple[str, str], ...]


def control(index: int) -> str:
    """The name of the control for the row that ends, by its place in the plan."""
    return f"why-{index}"


def choose(draft: Draft, answers: Mapping[str, str]) -> Chosen:
    """Read what was chosen for this draft."""
    picked = [answers.get(control(index)) or answers.get(ALL, "") for index in range(len(draft.plan.gone))]
    kept = {key for (key, _), choice in zip(draft.plan.gone, picked, strict=True) if choice == KEPT}
    reasons = {
        key: ENDINGS[choice] for (key, _), choice in zip(draft.plan.gone, picked, strict=True) if choice in ENDINGS
    }
    plan = draft.plan.keeping(kept)
    open_ = [index for index, choice in enumerate(picked) if choice not in ENDINGS and choice != KEPT]
    wrong = [_missing(draft, index) for index in open_[:MOST_NAMED]]
    if len(open_) > MOST_NAMED:
        wrong.append((ALL, f"还有 {len(open_) - MOST_NAMED} 个也没有选。原因都一样的，在“没有单独选的”里选"))
    ends = len(plan.gone)
    if not open_ and ends_many(draft.roster, ends) and plain_code(answers.get(COUNT, "")) != str(ends):
        wrong.append((COUNT, f"要结束的超过名册的十分之一。请核对，再填要结束几个（现在选的是 {ends} 个）"))
    return Chosen(plan, reasons, tuple(wrong))


def _missing(draft: Draft, index: int) -> tuple[str, str]:
    where = control(index) if index < MOST_LISTED else ALL
    return where, f"{name_of(draft.form, draft.plan.gone[index][1])}：请选为什么结束"
