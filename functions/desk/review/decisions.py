"""The steps of officers on a filing, for pages and API: one step each, and the answer to the slower of two officers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.sessions import Visitor
from functions.errors import GuardTaken, StepRefused
from functions.records.decision import Decision
from functions.records.store import Append
from functions.records.transitions import Act, OpenRecord, decide, note, reissue_code
from functions.web.filing.history import since, told_to_officers
from functions.web.filing.stepper import Make, Overtaken, Stepper
from functions.web.http.problems import HttpProblem

NOTE_TRIES = 5
TAKEN = "这件填报的位置已经由另一件占着。请先核实是哪一件，把另一件作废，再来办这一件"

ALONE = "这一件没有和别的重复，没有作废。要作废，请打开这一件单独办"


class Decisions:
    """Calls block: run them in a worker thread. Each raises StepRefused, IdempotencyMismatch or StoreUnavailable."""

    def __init__(self, services: Services, stepper: Stepper) -> None:
        self._services = services
        self._stepper = stepper
        self._trail = Audit(services)

    def decide(
        self,
        visitor: Visitor,
        number: str,
        decision: Decision,
        *,
        sequence: int,
        key: str | None,
        if_contested: bool = False,
    ) -> dict[str, Any]:
        """Take the decision on the filing as it was at this sequence; HttpProblem 412 when it has moved on.

        With `if_contested`, StepRefused when no other filing contests it.
        """
        act = self._act(visitor, key, "decide", sequence, asdict(decision))

        def make(open_record: OpenRecord) -> Append:
            open_record.require_sequence(sequence)
            if if_contested and not open_record.record.summary.contested:
                raise StepRefused(ALONE)
            return decide(open_record, act, decision)

        return self._take(number, act, make, what=decision.kind, seen=sequence)

    def note(self, visitor: Visitor, number: str, text: str, *, key: str | None) -> dict[str, Any]:
        """Leave a note, whatever happens to the filing concurrently."""
        act = self._act(visitor, key, "note", 0, text)
        return self._take(number, act, lambda open_record: note(open_record, act, text), what="note", tries=NOTE_TRIES)

    def reissue(self, visitor: Visitor, number: str, checked: str, *, sequence: int, key: str | None) -> dict[str, Any]:
        """Issue a new access code, returned in the answer. HttpProblem 412 as in `decide`: only one code is issued."""
        act, kid = self._act(visitor, key, "reissue", sequence, checked), self._services.keys.hmac_kid

        def make(open_record: OpenRecord) -> Append:
            open_record.require_sequence(sequence)
            return reissue_code(open_record, act, kid=kid, checked=checked)

        return self._take(number, act, make, what="reissue", seen=sequence)

    def _act(self, visitor: Visitor, key: str | None, what: str, sequence: int, said: Any) -> Act:
        account = visitor.account
        request = json.dumps([what, account.name, sequence, said], default=str)
        return self._stepper.act(account.name, role=account.role, key=key, request=request)

    def _take(self, number: str, act: Act, make: Make, *, what: str, seen: int = 0, tries: int = 1) -> dict[str, Any]:
        """Take the step and log who took it; a repeat under its key is not a second step."""
        made = False

        def making(open_record: OpenRecord) -> Append:
            nonlocal made
            step = make(open_record)
            made = True
            return step

        try:
            told = self._stepper.take(number, act, making, tries=tries)
        except Overtaken as lost:
            raise overtaken(lost.open_record, seen) from None
        except GuardTaken:
            raise HttpProblem(409, TAKEN) from None
        if made:
            self._trail.note_soon("decided", act.actor, number, decision=what)
        return told


def overtaken(open_record: OpenRecord, sequence: int) -> HttpProblem:
    """Return the message to the slower officer: who did what, and when."""
    story = told_to_officers(open_record)
    happened = since(story, sequence)
    words = f"您打开这一页以后，{happened}" if happened else "这件填报和您看到的不一样"
    later = [step for step in reversed(story) if step.sequence > sequence]
    more = {
        "sequence": open_record.state.sequence,
        "state": open_record.state.status,
        "happened": [{"what": step.what, "who": step.who, "at": step.at.machine} for step in later],
    }
    return HttpProblem(412, f"{words}。您的这一步没有存入，请看过再决定", more=more)
