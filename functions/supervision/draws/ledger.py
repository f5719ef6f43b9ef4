"""Publishes pools, draws and replaces on the ledger, in this order alone; draws nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from functions.errors import NotFound, QingdanError, SequenceTaken, StepRefused
from functions.records.event import SALT_BYTES, Event
from functions.records.ledger import LedgerStore, Step, chain_name
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.draws.chain import (
    DRAWN,
    DROPPED,
    KIND,
    LOTS,
    PUBLISHED,
    DrawState,
    Lot,
    LotName,
    Witness,
    bounds_for,
    heir_of,
    state_of,
)
from functions.supervision.draws.ranks import read_seed
from functions.supervision.draws.replacing import Drop
from functions.supervision.draws.sizes import Kind
from functions.supervision.draws.words import impossible_text

WITNESSES: Final = 2


class Draws:
    """The draws of one bureau, each a chain "@draw/2026-1". Calls block and may raise StoreUnavailable."""

    def __init__(self, ledger: LedgerStore, entropy: Callable[[int], bytes]) -> None:
        self._ledger = ledger
        self._entropy = entropy

    def read(self, name: str) -> DrawState:
        """The draw as it stands; NotFound."""
        return state_of(self.events(name))

    def events(self, name: str) -> tuple[Event, ...]:
        """Return what was done, oldest first; NotFound for a draw that does not exist."""
        found = self._ledger.read(chain_name(KIND, name))
        if not found:
            raise NotFound("没有这次抽查。请从抽查的列表里进入")
        return found

    def publish(
        self,
        lots: Mapping[LotName, Lot],
        *,
        title: str,
        kind: Kind,
        source: str,
        decision: str = "",
        actor: str,
        at: datetime,
    ) -> str:
        """Fix both pools before there is a seed; returns the draw's name, the next number of its year.

        QingdanError when a rule could be kept and is not, or none can and `decision` does not say what the bureau
        decided. SequenceTaken when somebody else published at this moment: nothing is stored then.
        """
        if not source.strip():
            raise QingdanError("没有写种子从哪里来。请写明，例如一枚骰子当众掷 20 次")
        for bound in bounds_for(kind, lots):
            if not bound.is_met and (bound.is_possible or not decision.strip()):
                raise QingdanError(f"抽不成。{impossible_text(bound)}")
        year = day_in_shanghai(at).year
        number = sum(name.startswith(chain_name(KIND, f"{year}-")) for name in self._ledger.chains(KIND)) + 1
        facts: dict[str, Any] = {"title": title, "kind": kind, "source": source.strip(), "decision": decision.strip()}
        body: dict[str, Any] = facts | {lot: lots[lot].body() for lot in LOTS}
        name = f"{year}-{number}"
        self._append(name, PUBLISHED, body, 0, actor, at)
        return name

    def draw(
        self, name: str, first: str, second: str, witnesses: Sequence[Witness], *, actor: str, at: datetime
    ) -> DrawState:
        """Draw units and officers by a seed that was typed twice; StepRefused when this draw was made already."""
        state = self.read(name)
        if state.seed:
            raise StepRefused("已经抽过了。不重抽；有谁不能查的，按名次递补")
        seed = _typed_twice(first, second)
        _require_witnesses(witnesses)
        result: dict[str, Any] = {lot: [one.member.id for one in state.lots[lot].drawn(seed)] for lot in LOTS}
        body = {"seed": seed, "witnesses": [asdict(one) for one in witnesses]} | result
        self._step(name, DRAWN, body, state.head, actor, at)
        return self.read(name)

    def drop(self, name: str, id: str, reason: str, *, actor: str, at: datetime) -> str:
        """Replace who drops out by the next in rank; returns who stands in, "" when nobody is left."""
        state = self.read(name)
        if not state.seed:
            raise StepRefused("还没有抽。抽了以后才能换下")
        if not reason.strip():
            raise QingdanError("没有写理由。请写为什么换下，例如回避、停办；理由要公示")
        heir = heir_of(state, Drop(id, reason.strip()))
        self._step(name, DROPPED, {"id": id, "reason": reason.strip(), "heir": heir}, state.head, actor, at)
        return heir

    def _step(self, name: str, type: str, body: Any, head: int, actor: str, at: datetime) -> None:
        try:
            self._append(name, type, body, head, actor, at)
        except SequenceTaken:
            raise StepRefused("这次抽查刚才被别人办过一步，没有存下来。请刷新后再看") from None

    def _append(self, name: str, type: str, body: Any, head: int, actor: str, at: datetime) -> None:
        step = Step(type, actor, at, body, self._entropy(SALT_BYTES))
        self._ledger.append(chain_name(KIND, name), [step], expect=head)


def _typed_twice(first: str, second: str) -> str:
    one, two = read_seed(first), read_seed(second)
    if one == two:
        return one
    place = next((place for place, (a, b) in enumerate(zip(one, two, strict=False), 1) if a != b), 0)
    where = f"第 {place} 位" if place else f"一次 {len(one)} 位，一次 {len(two)} 位"
    raise QingdanError(f"两次录入不一样，{where}。没有存下来，请照记录再录")


def _require_witnesses(witnesses: Sequence[Witness]) -> None:
    named = [one for one in witnesses if one.name.strip() and one.organ.strip()]
    if len({one.name.strip() for one in named}) < WITNESSES:
        raise QingdanError("要有两名见证人，姓名和单位都要写")
    if not any(one.outside for one in named):
        raise QingdanError("见证人里至少有一名不是本科室的。请换一名，或者勾选")
