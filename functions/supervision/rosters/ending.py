"""How a row ends by hand: why, on which day, and which unit takes it over; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from functions.errors import QingdanError
from functions.forms.formats import day_of, is_uscc
from functions.forms.roster_form import RosterForm
from functions.supervision.rosters.state import Row, begins

MERGED: Final = "merged"
ENDINGS: Final[Mapping[str, str]] = {
    "dissolved": "撤销",
    MERGED: "并入别的单位",
    "unfit": "不再符合条件",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Why rows end, on which day (that of the event without one), and the code of the unit that takes them over."""

    reason: str
    last: date | None = None
    into: str = ""

    @property
    def body(self) -> dict[str, str]:
        """Return what the event says of it."""
        body = {"reason": said(self.reason), "on": self.last.isoformat() if self.last else "", "into": self.into}
        return {name: value for name, value in body.items() if value}


def said(reason: str) -> str:
    """The reason; QingdanError where there is none."""
    if not reason.strip():
        raise QingdanError("没有写理由。请写为什么改，以后查得到")
    return reason.strip()


def into_error(row: Row, ending: str, into: str) -> str:
    """Return what is wrong with the code of the unit that takes the row over, "" for nothing; it may be left out."""
    if not into:
        return ""
    if ending != MERGED:
        return f"只有“{ENDINGS[MERGED]}”的才填。请清空，或者改选原因"
    if not is_uscc(into):
        return "不是统一社会信用代码。请对照证书核对 18 位"
    return "是它自己的代码。请填并入的那个单位的" if into == row.values.get("uscc") else ""


def last_error(form: RosterForm, row: Row, last: str, today: date) -> str:
    """Return what is wrong with the last day on the roster, "" for nothing; without one it is today."""
    if not last:
        return ""
    day = day_of(last)
    if day is None:
        return "不是日期。请写成 2026-09-30 这样"
    if day > today:
        return f"还没有到。到那天再移出，或者填“{form.label(form.until)}”" if form.until else "还没有到。请到那天再移出"
    return f"比列入的 {begins(form, row)} 还早。请核对" if day < begins(form, row) else ""
