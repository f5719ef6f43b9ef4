"""Letters and extensions folded from the events of their chains, as they stood on a day; knows no store, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, cast

import orjson

from functions.forms.letters import LetterKind
from functions.records.event import Event
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.orders.values import Asked, Draft, ExtensionStatus, Letter, Noted, Said, Served, Subject

# The letters of a kind and year, where each event's sequence is the letter's number; what is done to them later; the
# extensions of a year.
ORDER: Final = "order"
ORDER_STEP: Final = "order-step"
EXTENSION: Final = "extension"

ISSUED: Final = "issued"
SERVED: Final = "served"
VOIDED: Final = "voided"
ANSWERED: Final = "answered"
ASKED: Final = "asked"
GRANTED: Final = "granted"


def body_of_draft(draft: Draft, number: str) -> dict[str, Any]:
    """Return what the event says that gives the draft its number."""
    return {
        "number": number,
        "subject": draft.subject._asdict(),
        "unit_name": draft.unit_name,
        "title": draft.title,
        "matter": draft.matter,
        "to": draft.to,
        "paragraphs": list(draft.paragraphs),
        "basis": draft.basis,
        "until": draft.until.isoformat() if draft.until else "",
        "signed_by": draft.signed_by,
        "rests_on": draft.rests_on,
    }


def letters_on(
    kind: LetterKind, year: int, issued: Iterable[Event], steps: Sequence[Event], on: date | None = None
) -> Iterator[Letter]:
    """The letters of one chain, by number, after the events up to the end of the day `on`, or after all of them."""
    later: dict[int, list[Event]] = {}
    for step in _until(steps, on):
        later.setdefault(_body(step)["order"], []).append(step)
    for event in _until(issued, on):
        letter = _letter(kind, year, event)
        for step in later.get(event.sequence, ()):
            letter = _after(letter, step)
        yield letter


def extensions_on(year: int, events: Iterable[Event], on: date | None = None) -> list[Asked]:
    """The extensions of one year's chain, in the order in which they were asked for."""
    found: dict[int, Asked] = {}
    for event in _until(events, on):
        body = _body(event)
        if (type := str(event.type)) == ASKED:
            found[event.sequence] = _asked(year, event, body)
        else:
            said = Said(_day(event), body.get("reason", ""), _noted(event))
            before = found[body["asked"]]
            found[before.sequence] = replace(before, status=cast(ExtensionStatus, type), settled=said)
    return list(found.values())


def _until(events: Iterable[Event], on: date | None) -> Iterator[Event]:
    return (event for event in events if on is None or _day(event) <= on)


def _letter(kind: LetterKind, year: int, event: Event) -> Letter:
    body = _body(event)
    draft = Draft(
        subject=Subject(**body["subject"]),
        unit_name=body["unit_name"],
        title=body["title"],
        matter=body["matter"],
        to=body["to"],
        paragraphs=tuple(body["paragraphs"]),
        basis=body["basis"],
        until=date.fromisoformat(body["until"]) if body["until"] else None,
        signed_by=body["signed_by"],
        rests_on=body["rests_on"],
    )
    return Letter(kind, year, event.sequence, body["number"], _day(event), draft, _noted(event))


def _after(letter: Letter, step: Event) -> Letter:
    body, noted, type = _body(step), _noted(step), str(step.type)
    if type == SERVED:
        served = Served(date.fromisoformat(body["day"]), body["how"], body["who"], noted)
        return replace(letter, served=(*letter.served, served))
    if type == ANSWERED:
        return replace(letter, answer=Said(date.fromisoformat(body["day"]), body["words"], noted))
    return replace(letter, voided=Said(_day(step), body["reason"], noted))


def _asked(year: int, event: Event, body: Mapping[str, Any]) -> Asked:
    return Asked(
        year=year,
        sequence=event.sequence,
        subject=Subject(**body["subject"]),
        unit_name=body["unit_name"],
        matter=body["matter"],
        last_day=date.fromisoformat(body["last_day"]),
        until=date.fromisoformat(body["until"]),
        reason=body["reason"],
        asked=_day(event),
        noted=_noted(event),
    )


def _body(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(event.body or b"{}")
    return found


def _day(event: Event) -> date:
    return day_in_shanghai(datetime.fromisoformat(event.at))


def _noted(event: Event) -> Noted:
    return Noted(event.actor, event.at)
