"""Ledger chains are linked, without gaps, sealed and audited as filings are, under concurrent writers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import SequenceTaken
from functions.records.event import Event, event_is_whole
from functions.records.ledger import MOST_STEPS, LedgerStore, Step, chain_name
from functions.records.receipt import Signer
from functions.records.sealing import prove_event, seal_new
from functions.records.seals.seal import proves
from tests.contract.conftest import Adapter

NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
ROSTER = chain_name("roster", "key-projects")


def step(body: Any = None, *, minutes: int = 0, type: str = "imported") -> Step:
    return Step(type, "示例甲", NOW + timedelta(minutes=minutes), body, b"s" * 32)


def is_chain(events: tuple[Event, ...]) -> bool:
    previous = ["", *(event.digest for event in events)]
    linked = all(event.previous == before for event, before in zip(events, previous, strict=False))
    return linked and all(map(event_is_whole, events))


def test_steps_follow_each_other_and_come_back_as_they_were_stored(ledger: LedgerStore) -> None:
    first = ledger.append(ROSTER, [step({"rows": 1}), step({"rows": 2}, minutes=1)], expect=0)
    second = ledger.append(ROSTER, [step({"rows": 3}, minutes=2)], expect=2)
    assert ledger.read(ROSTER) == (*first, *second)
    assert [event.sequence for event in ledger.read(ROSTER)] == [1, 2, 3]
    assert {(event.number, event.form) for event in first} == {(ROSTER, "roster")}
    assert is_chain(ledger.read(ROSTER))
    assert ledger.read(ROSTER, after=2) == second
    assert ledger.read(ROSTER, after=3) == ()


def test_an_unwritten_chain_is_empty(ledger: LedgerStore) -> None:
    assert ledger.read(ROSTER) == ()
    assert ledger.chains("") == ()


def test_an_append_with_a_wrong_expected_sequence_changes_nothing(ledger: LedgerStore) -> None:
    stored = ledger.append(ROSTER, [step("a"), step("b")], expect=0)
    for wrong in (0, 1, 3):
        with pytest.raises(SequenceTaken):
            ledger.append(ROSTER, [step("c")], expect=wrong)
    assert ledger.read(ROSTER) == stored


def test_chains_are_found_by_their_kind(ledger: LedgerStore) -> None:
    names = [chain_name("roster", "units"), ROSTER, chain_name("order", "2026-correction"), chain_name("rosters", "x")]
    for name in names:
        ledger.append(name, [step()], expect=0)
    assert ledger.chains("roster") == (ROSTER, names[0])
    assert ledger.chains("") == tuple(sorted(names))
    assert ledger.chains("draw") == ()


def test_one_of_many_concurrent_appends_succeeds(ledger: LedgerStore) -> None:
    def try_once(racer: int) -> bool:
        try:
            ledger.append(ROSTER, [step(racer)], expect=0)
        except SequenceTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        took = list(pool.map(try_once, range(8)))
    (event,) = ledger.read(ROSTER)
    assert sum(took) == 1
    assert event.body == str(took.index(True)).encode()


def test_a_step_may_be_large_and_there_may_be_many_at_once(ledger: LedgerStore) -> None:
    rows = [{"project_name": f"示例项目{place}", "uscc": "91130426MA00000000"} for place in range(10_000)]
    ledger.append(ROSTER, [step(rows)], expect=0)
    ledger.append(ROSTER, [step(place) for place in range(MOST_STEPS)], expect=1)
    events = ledger.read(ROSTER)
    assert len(events) == 1 + MOST_STEPS
    assert len(events[0].body or b"") > 500_000
    assert is_chain(events)


def test_a_clock_set_back_does_not_reverse_the_order(ledger: LedgerStore) -> None:
    (first,) = ledger.append(ROSTER, [step(minutes=5)], expect=0)
    (second,) = ledger.append(ROSTER, [step(minutes=-60)], expect=1)
    assert second.at == first.at


def test_ledger_steps_are_sealed_with_the_filings(opened: Adapter) -> None:
    (event,) = opened.ledger.append(ROSTER, [step()], expect=0)
    signer = Signer("0001-test", ec.derive_private_key(7, ec.SECP256R1()))
    seal_new(opened.seals, signer, NOW)
    assert proves(prove_event(opened.seals, event.digest))
    assert list(opened.seals.unsealed().leaves) == []


@pytest.mark.parametrize(("kind", "name"), [("roster", ""), ("名册", "a"), ("roster", "名"), ("roster", "a" * 60)])
def test_a_chain_name_that_cannot_be_a_key_is_refused(kind: str, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a chain"):
        chain_name(kind, name)
