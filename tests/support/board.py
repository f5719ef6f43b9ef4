"""Puts units on rosters and files for them in a real store, at an instant in Shanghai, for tests of who owes what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from functions.bootstrap import Services
from functions.records.filing import PaperFiling, answer, prepare
from functions.supervision.deadlines import due_date, timeliness_of_day
from functions.supervision.rosters.ledger import Rosters

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
CHECK: Final = "annual-self-check"
PROJECT: Final = "key-project-registration"
PROFESSIONAL: Final = "professional-archives"


def moment(text: str) -> datetime:
    """The instant of a time in Shanghai: "2026-09-30 23:59:59"; of a day alone, its noon."""
    return datetime.fromisoformat(text if " " in text else f"{text} 12:00").replace(tzinfo=SHANGHAI)


def list_units(services: Services, *rows: dict[str, Any], roster: str = PROFESSIONAL, at: str = "2026-01-05") -> None:
    """Put rows on a roster by hand."""
    form, rosters = services.catalogue.roster(roster), Rosters(services.ledger, services.entropy)
    for row in rows:
        rosters.add(form, row, head=rosters.read(form).head, actor="主管", at=moment(at))


def file_at(services: Services, at: str, data: dict[str, Any], *, form: str = CHECK, received: str = "") -> str:
    """File valid data at that time, on paper where it was `received` on a day; gives the number."""
    definition = services.catalogue.get(form)
    due = due_date(definition.filing_for(data), data)
    day = date.fromisoformat(received) if received else moment(at).date()
    step = prepare(
        definition,
        data,
        at=moment(at),
        due=due,
        timeliness=timeliness_of_day(day, due),
        contest=False,
        idempotency_key=None,
        request_digest="0" * 64,
        keys=services.keys,
        entropy=services.entropy,
        paper=PaperFiling(day, "主管", "officer") if received else None,
    )
    return str(answer(services.records.append(step).result(), services.keys)["number"])
