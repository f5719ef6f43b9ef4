"""The letters and extensions that one unit received, as rows; knows no store and no page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from functions.desk.due.view import Received
from functions.supervision.orders.values import Asked, Letter
from functions.supervision.orders.words import EXTENSION_MARKS, standing_of


def received_by(uscc: str, letters: Iterable[Letter], extensions: Iterable[Asked], on: date) -> list[Received]:
    """Return what the unit of this code received, newest first."""
    found = [(one.noted.at, _letter(one, on)) for one in letters if one.draft.subject.uscc == uscc]
    found += [(one.noted.at, _extension(one)) for one in extensions if one.subject.uscc == uscc]
    return [row for _, row in sorted(found, key=lambda each: each[0], reverse=True)]


def _letter(one: Letter, on: date) -> Received:
    return Received(
        address=f"/desk/orders/{one.id}",
        title=one.draft.title,
        number=one.number,
        matter=one.draft.matter,
        day=one.issued.isoformat(),
        until=one.draft.until.isoformat() if one.draft.until else "",
        mark=standing_of(one, on),
    )


def _extension(one: Asked) -> Received:
    return Received(
        address=f"/desk/extensions/{one.id}",
        title="延期",
        number=one.reason,
        matter=one.matter,
        day=one.asked.isoformat(),
        until=one.until.isoformat(),
        mark=EXTENSION_MARKS[one.status],
    )
