"""Event chains beside the filings, for the bureau's own records; knows no store and no kind of chain.

A roster, a year's reminders, the orders of a kind: each is one chain. Its events are linked, digested and sealed like
those of a filing. An event's sequence in its chain has no gaps, so it can serve as an official number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast

from functions.records.event import Event, EventType, make_event
from functions.records.filing import timestamp

# No number of a filing and no account name begins with this character.
MARK: Final = "@"
MOST_STEPS: Final = 40
MOST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Step:
    """An entry before it joins a chain: `at` is aware, `body` a JSON value, `salt` 32 random bytes."""

    type: str
    actor: str
    at: datetime
    body: Any
    salt: bytes


class LedgerStore(Protocol):
    """Stores chains. A chain's name is `MARK`, its kind, "/", and a name: "@roster/key-projects".

    Every method blocks and may raise StoreUnavailable.
    """

    def append(self, chain: str, steps: Sequence[Step], *, expect: int) -> tuple[Event, ...]:
        """Add at most MOST_STEPS steps after the event `expect` (0: the chain is new); durable when this returns.

        SequenceTaken, and nothing stored, when the chain's last event is not `expect`.
        """
        ...

    def read(self, chain: str, *, after: int = 0) -> tuple[Event, ...]:
        """Return the chain's events after that sequence, in order; none when there is no such chain."""
        ...

    def chains(self, kind: str) -> tuple[str, ...]:
        """Return the names of all chains of a kind ("roster"), sorted; "" means every kind."""
        ...


def chain_name(kind: str, name: str) -> str:
    """Make the name of a chain; ValueError for characters that a storage key cannot hold."""
    full = f"{MARK}{kind}/{name}"
    if not kind.isascii() or not name or not full.isascii() or len(full) > MOST_NAME:
        raise ValueError(f"no name of a chain: {kind!r}, {name!r}")
    return full


def kind_of(chain: str) -> str:
    """Return the kind of the named chain, "" when it is not the name of a chain."""
    return chain.removeprefix(MARK).partition("/")[0] if chain.startswith(MARK) else ""


def link_steps(chain: str, steps: Sequence[Step], last: Event | None) -> tuple[Event, ...]:
    """Return the steps as the events that follow `last`, which is None for a new chain."""
    events: list[Event] = []
    for step in steps:
        # Times never fall along the chain, even after a clock was set back.
        at = max(timestamp(step.at), last.at) if last else timestamp(step.at)
        last = make_event(
            number=chain,
            form=kind_of(chain),
            sequence=last.sequence + 1 if last else 1,
            # These events have the structure of a filing's events; the chain defines their types.
            type=cast(EventType, step.type),
            at=at,
            actor=step.actor,
            previous=last.digest if last else "",
            body=step.body,
            salt=step.salt,
        )
        events.append(last)
    return tuple(events)
