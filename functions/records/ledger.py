"""Chains of events beside the filings, for what the bureau itself records; knows no store and no kind of chain.

A roster, the reminders of a year, the orders of a kind: each is one chain. Its events are linked, digested and sealed
as those of a filing are. An event's place in its chain never has a gap, so that it can serve as an official number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast

from functions.records.event import Event, EventType, make_event
from functions.records.filing import timestamp

# No filing's number and no account begins like this.
MARK: Final = "@"
MOST_STEPS: Final = 40
MOST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be recorded, before it is chained: `at` is aware, `body` a JSON value, `salt` 32 random bytes."""

    type: str
    actor: str
    at: datetime
    body: Any
    salt: bytes


class LedgerStore(Protocol):
    """Where chains are kept. A chain's name is `MARK`, its kind, "/", and a name: "@roster/key-projects".

    Every method blocks and may raise StoreUnavailable.
    """

    def append(self, chain: str, steps: Sequence[Step], *, expect: int) -> tuple[Event, ...]:
        """Add at most MOST_STEPS steps after the event `expect` (0: the chain is new); durable when this returns.

        SequenceTaken, and nothing stored, when the chain has another last event than `expect`.
        """
        ...

    def read(self, chain: str, *, after: int = 0) -> tuple[Event, ...]:
        """The chain's events after that sequence, in order; none when there is no such chain."""
        ...

    def chains(self, kind: str) -> tuple[str, ...]:
        """The names of all chains of a kind ("roster"), sorted; "" for every kind."""
        ...


def chain_name(kind: str, name: str) -> str:
    """The name of a chain; ValueError for what a key could not hold."""
    full = f"{MARK}{kind}/{name}"
    if not kind.isascii() or not name or not full.isascii() or len(full) > MOST_NAME:
        raise ValueError(f"no name of a chain: {kind!r}, {name!r}")
    return full


def kind_of(chain: str) -> str:
    """The kind of chain that a name stands for, "" when it names none."""
    return chain.removeprefix(MARK).partition("/")[0] if chain.startswith(MARK) else ""


def link_steps(chain: str, steps: Sequence[Step], last: Event | None) -> tuple[Event, ...]:
    """The steps as the events that follow `last`; the first one of a chain follows None."""
    events: list[Event] = []
    for step in steps:
        # A clock that was set back does not turn the order round: times never fall along the chain.
        at = max(timestamp(step.at), last.at) if last else timestamp(step.at)
        last = make_event(
            number=chain,
            form=kind_of(chain),
            sequence=last.sequence + 1 if last else 1,
            # The form of event is that of a filing, the types are the chain's own.
            type=cast(EventType, step.type),
            at=at,
            actor=step.actor,
            previous=last.digest if last else "",
            body=step.body,
            salt=step.salt,
        )
        events.append(last)
    return tuple(events)
