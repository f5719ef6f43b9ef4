"""Writes letters and extensions to the ledger; words nothing, and judges only what a step's own chain decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from functions.errors import SequenceTaken, StepRefused
from functions.forms.letters import LetterKind
from functions.records.event import SALT_BYTES, Event
from functions.records.ledger import LedgerStore, Step
from functions.supervision.orders.judging import why_not_answered, why_not_void, why_void
from functions.supervision.orders.reading import (
    chain_of,
    extensions_of,
    read_extension,
    read_letter,
    read_letters,
    steps_of,
)
from functions.supervision.orders.state import ANSWERED, ASKED, GRANTED, ISSUED, SERVED, VOIDED, body_of_draft
from functions.supervision.orders.values import Asked, Draft, ExtensionStatus, Letter

# How often a step is tried again because another officer was faster.
TRIES: Final = 8
BUSY: Final = "别人也正在办文书，这次没有办成。请过一会儿再按一次"
# From which state each decision leads.
_BEFORE: Final[Mapping[ExtensionStatus, ExtensionStatus]] = {
    "granted": "asked",
    "declined": "asked",
    "revoked": "granted",
}


class Orders:
    """The letters and extensions of one bureau. Calls block and may raise StoreUnavailable."""

    def __init__(self, ledger: LedgerStore, entropy: Callable[[int], bytes]) -> None:
        self._ledger = ledger
        self._entropy = entropy

    def head(self, kind: LetterKind, year: int) -> int:
        """The last number that was given out."""
        return len(self._ledger.read(chain_of(kind, year)))

    def issue(
        self,
        kind: LetterKind,
        year: int,
        drafts: Sequence[Draft],
        number: Callable[[int], str],
        *,
        head: int,
        actor: str,
        at: datetime,
    ) -> tuple[Event, ...]:
        """Number the drafts, at most `records.ledger.MOST_STEPS`: all of them, or none.

        A letter's number is its place in the chain, so a try that fails leaves no gap. SequenceTaken when another
        letter was numbered after `head`.
        """
        places = enumerate(drafts, head + 1)
        steps = [self._step(ISSUED, body_of_draft(draft, number(place)), actor, at) for place, draft in places]
        return self._ledger.append(chain_of(kind, year), steps, expect=head)

    def serve(self, letter: Letter, day: date, how: str, who: str, *, actor: str, at: datetime) -> None:
        """Record how the letter reached the unit; StepRefused when it is void."""
        self._add(letter, SERVED, {"day": day.isoformat(), "how": how, "who": who}, why_void, actor, at)

    def answered(self, letter: Letter, day: date, words: str, *, actor: str, at: datetime) -> None:
        """Record the written answer; StepRefused when the letter is void, or answered already."""
        self._add(letter, ANSWERED, {"day": day.isoformat(), "words": words}, why_not_answered, actor, at)

    def void(self, letter: Letter, reason: str, *, actor: str, at: datetime) -> None:
        """Void the letter, which keeps its number; StepRefused when it is void, or another one rests on it."""

        def why_not(now: Letter) -> str:
            return why_not_void(now, read_letters(self._ledger))

        self._add(letter, VOIDED, {"reason": reason}, why_not, actor, at)

    def ask(self, asked: Asked, *, grant: bool, actor: str, at: datetime) -> str:
        """Ask for an extension, and grant it at once where one officer may; returns its id."""
        chain, body = extensions_of(asked.year), asked.body

        def add(head: int) -> str:
            steps = [self._step(ASKED, body, actor, at)]
            if grant:
                steps.append(self._step(GRANTED, {"asked": head + 1}, actor, at))
            self._ledger.append(chain, steps, expect=head)
            return f"{asked.year}-{head + 1}"

        return self._persist(chain, add)

    def settle(self, asked: Asked, status: ExtensionStatus, reason: str, *, actor: str, at: datetime) -> None:
        """Grant or decline what was asked, or revoke what was granted; StepRefused when it is not in that state."""
        chain = extensions_of(asked.year)
        step = self._step(status, {"asked": asked.sequence, "reason": reason}, actor, at)

        def add(head: int) -> str:
            if read_extension(self._ledger, asked.id).status != _BEFORE[status]:
                raise StepRefused("这份延期申请刚才已经有人办了。请刷新后再看")
            self._ledger.append(chain, [step], expect=head)
            return asked.id

        self._persist(chain, add)

    def _add(
        self,
        letter: Letter,
        type: str,
        body: Mapping[str, Any],
        why_not: Callable[[Letter], str],
        actor: str,
        at: datetime,
    ) -> None:
        """Add a step to the letter as it is by then: another officer may have voided it."""
        chain = steps_of(letter.kind, letter.year)
        step = self._step(type, {"order": letter.sequence, **body}, actor, at)

        def add(head: int) -> str:
            if why := why_not(read_letter(self._ledger, letter.id)):
                raise StepRefused(why)
            self._ledger.append(chain, [step], expect=head)
            return letter.id

        self._persist(chain, add)

    def _persist(self, chain: str, add: Callable[[int], str]) -> str:
        """Try again with the chain's new head as long as others are faster."""
        for _ in range(TRIES):
            try:
                return add(len(self._ledger.read(chain)))
            except SequenceTaken:
                continue
        raise SequenceTaken(BUSY)

    def _step(self, type: str, body: Mapping[str, Any], actor: str, at: datetime) -> Step:
        return Step(type, actor, at, dict(body), self._entropy(SALT_BYTES))
