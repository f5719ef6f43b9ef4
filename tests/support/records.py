"""A filing and what happens to it, by the use cases themselves, without a store: as a store would give it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from functions.forms.definition import Definition, write_document
from functions.records.decision import Decision
from functions.records.filing import PaperFiling, prepare
from functions.records.keys import Keys
from functions.records.state import State, fold
from functions.records.store import Append, Record
from functions.records.transitions import Act, OpenRecord, correct, decide, note, reissue_code, withdraw
from functions.supervision.deadlines import counted_day, day_in_shanghai, due_date, timeliness_of_day
from tests.support.filings import valid_self_check
from tests.support.forms import self_check

FIRST = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)


@cache
def four_eyed() -> Definition:
    """The self-check report, for a bureau that wants two officers to agree."""
    raw = json.loads(self_check().document)
    raw["rules"]["review"]["four_eyes"] = True
    return Definition(write_document(raw["id"], raw["schema"], raw["rules"]))


def entropy(size: int) -> bytes:
    return hashlib.shake_256(b"salt").digest(size)


@dataclass
class History:
    """One record; each method takes a step at `at` and keeps what the store would keep."""

    keys: Keys
    definition: Definition = field(default_factory=self_check)
    at: datetime = FIRST
    contested: bool = False
    steps: list[Append] = field(default_factory=list)
    entropy: Callable[[int], bytes] = entropy

    def file(self, data: Any = None, *, contest: bool = False, received_on: date | None = None) -> History:
        held = data or valid_self_check()
        due = due_date(self.definition.filing_for(held), held)
        day = received_on or day_in_shanghai(self.at)
        step = prepare(
            self.definition,
            held,
            at=self.at,
            due=due,
            timeliness=timeliness_of_day(day, due),
            contest=contest,
            idempotency_key=None,
            request_digest="",
            keys=self.keys,
            entropy=self.entropy,
            paper=PaperFiling(received_on, "jia", "officer") if received_on else None,
        )
        self.steps.append(step)
        return self

    @property
    def record(self) -> Record:
        events = tuple(event for step in self.steps for event in step.events)
        return Record(replace(self.steps[-1].summary, contested=self.contested), events)

    @property
    def state(self) -> State:
        return fold(self.record.events)

    @property
    def open_record(self) -> OpenRecord:
        return OpenRecord.of(self.record, lambda digest: self.definition)

    def by(self, actor: str) -> Act:
        return Act(actor, self.at, entropy, role="" if actor == "filer" else "reviewer")

    def take(self, step: Append) -> History:
        self.steps.append(step)
        return self

    def accept(self, actor: str = "jia") -> History:
        return self.take(decide(self.open_record, self.by(actor), Decision("accept")))

    def send_back(self, due: date = date(2026, 9, 25), actor: str = "jia") -> History:
        decision = Decision("return", "示例意见", due, ("/unit/contact_phone",))
        return self.take(decide(self.open_record, self.by(actor), decision))

    def reopen(self) -> History:
        return self.take(decide(self.open_record, self.by("jia"), Decision("reopen", "示例理由")))

    def void(self) -> History:
        return self.take(decide(self.open_record, self.by("jia"), Decision("void", "示例理由")))

    def note(self) -> History:
        return self.take(note(self.open_record, self.by("jia"), "示例备注"))

    def reissue(self) -> History:
        step = reissue_code(self.open_record, self.by("jia"), kid=self.keys.hmac_kid, checked="回拨总机")
        return self.take(step)

    def withdraw(self) -> History:
        return self.take(withdraw(self.open_record, self.by("filer"), "填错了单位"))

    def correct(self, data: Any = None, *, contest: bool = False) -> History:
        held, state = data or valid_self_check(unit_name="示例县第九中学"), self.state
        due = due_date(self.definition.filing_for(held), held)
        asked = date.fromisoformat(state.correction_due) if state.correction_due else None
        counted = counted_day(state.counted_day, day_in_shanghai(self.at), asked)
        step = correct(
            self.open_record,
            self.by("filer"),
            held,
            due=due,
            counted_on=counted,
            timeliness=timeliness_of_day(counted, due),
            contest=contest,
            keys=self.keys,
        )
        return self.take(step)


Move = Callable[[History], History]
