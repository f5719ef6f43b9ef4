"""Tells what became of each reminder by the events of the yearly chains; knows no store and reads no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

import orjson

from functions.records.event import Event
from functions.records.words import Mark
from functions.supervision.reminders.values import Matter, Reminder, Result

KIND: Final = "reminder"
# Recorded before anything is sent: whoever stores it sends, and nobody else does.
INTENDED: Final = "reminders_intended"
ENDED: Final = "reminders_ended"
CALLED: Final = "reminder_called"
BOUNCED: Final = "reminder_bounced"

Outcome = Literal["call", "unknown", "sent", "refused", "failed", "filed", "bounced", "called"]

WORDS: Final[dict[Outcome, Mark]] = {
    "call": Mark("要打电话", "wait"),
    "unknown": Mark("不知道发出没有", "gap"),
    "refused": Mark("地址不收", "back"),
    "failed": Mark("没有发出去", "back"),
    "bounced": Mark("退信", "back"),
    "sent": Mark("已发出", "ok"),
    "called": Mark("已联系", "ok"),
    "filed": Mark("已经报了，没有发", "ok"),
}
TO_CALL: Final[frozenset[Outcome]] = frozenset({"call", "unknown", "refused", "failed", "bounced"})


@dataclass(frozen=True, slots=True)
class Note:
    """An officer's note of a call: by which account, when (as in Event.at), and what was said."""

    by: str
    at: str
    said: str = ""


@dataclass(slots=True)
class Entry:
    """A reminder and what became of it. `at` is when it was recorded; `result` is None until there is one."""

    reminder: Reminder
    at: str
    result: Result | None = None
    bounced: Note | None = None
    calls: list[Note] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        """Where it stands. One that was begun and has no result may have been sent: nobody sends it again."""
        if self.calls:
            return "called"
        if self.bounced is not None:
            return "bounced"
        if self.reminder.channel == "call":
            return "call"
        return self.result or "unknown"

    @property
    def to_call(self) -> bool:
        """Whether somebody has to be called because of it."""
        return self.outcome in TO_CALL


class History:
    """All reminders by their ids, in the order in which they were recorded."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def apply(self, events: Iterable[Event]) -> None:
        """Take in what happened next in a chain."""
        for event in events:
            self._apply(event)

    def is_taken(self, id: str) -> bool:
        """Whether nobody may begin it again: it was begun, and has not certainly failed."""
        entry = self.entries.get(id)
        return entry is not None and entry.outcome != "failed"

    def last(self) -> dict[Matter, Entry]:
        """The last reminder of each obligation."""
        return {entry.reminder.matter: entry for entry in self.entries.values()}

    def _apply(self, event: Event) -> None:
        body, kind = orjson.loads(event.body or b"{}"), str(event.type)
        if kind == INTENDED:
            for facts in body["reminders"]:
                # One that is tried again comes after those that were recorded meanwhile.
                before = self.entries.pop(facts["id"], None)
                calls = before.calls if before else []
                self.entries[facts["id"]] = Entry(Reminder.of(facts), event.at, calls=calls)
        elif kind == ENDED:
            for id, result in body["results"].items():
                if id in self.entries:
                    self.entries[id].result = result
        elif (entry := self.entries.get(body.get("id", ""))) is not None:
            note = Note(event.actor, event.at, body.get("said", ""))
            if kind == CALLED:
                entry.calls.append(note)
            elif kind == BOUNCED:
                entry.bounced = note
