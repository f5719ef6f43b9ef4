"""One reminder: what it is about, by which step and through which channel; reads no store and no clock."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from functions.forms.filing_rules import folded
from functions.supervision.obligations.values import Obligation

Channel = Literal["email", "sms", "call"]
# What became of one: handed in, refused for good, failed for now, not sent because the unit had filed by then.
Result = Literal["sent", "refused", "failed", "filed"]

ID_DIGITS: Final = 24
_fold = lru_cache(maxsize=4096)(folded)


class Matter(NamedTuple):
    """The identity of an obligation among all others; `unit` is the unit's code, its name where it has none."""

    form: str
    filing: str
    period: str
    unit: str
    project: str


@dataclass(frozen=True, slots=True)
class Reminder:
    """One step for one obligation with one last day: "2026-03-31", 30 days before it; -1 is the day after.

    `source` says where its contact was found, "" where there is none. Holds no contact: what is in a chain stays.
    """

    form: str
    filing: str
    period: str
    uscc: str
    unit_name: str
    project: str
    last_day: str
    step: int
    channel: Channel
    source: str = ""

    @property
    def matter(self) -> Matter:
        return Matter(self.form, self.filing, self.period, self.uscc or self.unit_name, _fold(self.project))

    @property
    def id(self) -> str:
        """Return the id of this step of this obligation, whenever and through whatever channel it is sent."""
        about = json.dumps([*self.matter, self.last_day, self.step], ensure_ascii=False)
        return hashlib.sha256(about.encode()).hexdigest()[:ID_DIGITS]

    @property
    def year(self) -> int:
        """The year whose chain holds it: that of the day of the step, even when it is made up for later."""
        return step_day(date.fromisoformat(self.last_day), self.step).year

    def facts(self) -> dict[str, Any]:
        """Return what the chain records of it."""
        return {"id": self.id, **{name: value for name, value in asdict(self).items() if value != ""}}

    @classmethod
    def of(cls, facts: dict[str, Any]) -> Reminder:
        texts = {name: facts.get(name, "") for name in cls.__dataclass_fields__}
        return cls(**texts)


def matter_of(one: Obligation) -> Matter:
    """Return what tells this obligation from all others."""
    return Matter(one.form, one.rule.id, one.period, one.uscc or one.unit_name, _fold(one.project))


def step_day(last_day: date, step: int) -> date:
    """The day of a step: so many days before the last day, or after it where the step is negative."""
    return last_day - timedelta(days=step)
