"""Takes a step on a filing: opens it, makes the step, and stores it once however often it is asked; knows no page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from functions.bootstrap import Services
from functions.errors import SequenceTaken
from functions.records.filing import answer, remember_for
from functions.records.pinned import PinnedForms
from functions.records.store import Append
from functions.records.transitions import Act, OpenRecord

Make = Callable[[OpenRecord], Append]


class Overtaken(SequenceTaken):
    """Somebody else was faster; nothing was stored. `open_record` is the filing as it is now."""

    def __init__(self, open_record: OpenRecord) -> None:
        super().__init__("这份填报刚刚有了新的变动，您的这一步没有存入。请看过现在的情况再决定")
        self.open_record = open_record


class Stepper:
    """Every call blocks: run it in a worker thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.definition_of = PinnedForms(services.records, services.catalogue)

    def open(self, number: str) -> OpenRecord:
        """Open the filing as it is now; NotFound, or Erased when its content is gone."""
        return OpenRecord.of(self._services.records.read(number), self.definition_of)

    def act(self, actor: str, *, role: str = "", key: str | None = None, request: str = "") -> Act:
        """Make an act of now; `request` holds everything that tells this request from another under its `key`."""
        digest = hashlib.sha256(request.encode()).hexdigest()
        return Act(actor, self._services.clock(), self._services.entropy, role, key, digest)

    def take(self, number: str, act: Act, make: Make, *, tries: int = 1) -> dict[str, Any]:
        """Store the step that `make` makes for the filing, and return the answer.

        Repeating the act with its key returns that answer again, whatever has happened since. `make` may raise
        SequenceTaken when the filing is not what its reader saw. Raises Overtaken after so many `tries`, StepRefused,
        GuardTaken, IdempotencyMismatch or StoreUnavailable; nothing is stored then, except perhaps after
        OutcomeUnknown.
        """
        known = self.recall(number, act)
        if known is not None:
            return known
        for _ in range(tries):
            try:
                stored = self._services.records.append(make(self.open(number))).result()
            except SequenceTaken:
                continue
            return answer(stored, self._services.keys)
        raise Overtaken(self.open(number))

    def recall(self, number: str, act: Act) -> dict[str, Any] | None:
        """Return the earlier answer to this very act, or None; IdempotencyMismatch for another act under its key."""
        if act.idempotency_key is None:
            return None
        known = self._services.records.recall(remember_for(number, act.idempotency_key, act.request_digest))
        return answer(known, self._services.keys) if known else None
