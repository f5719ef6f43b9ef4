"""The last decision that a unit is told of."""

from __future__ import annotations

from dataclasses import replace

from functions.records.keys import Keys
from functions.records.versions import last_decision
from tests.support.records import History, four_eyed


def test_last_decision_ignores_later_events(keys: Keys) -> None:
    history = History(keys).file()
    assert last_decision(history.record.events) is None
    assert last_decision(history.send_back().note().record.events) == 2
    assert last_decision(history.correct().accept().record.events) == 5
    assert last_decision(history.reopen().record.events) == 6


def test_the_first_of_two_agreements_is_not_a_decision(keys: Keys) -> None:
    history = History(keys, four_eyed()).file().accept("jia")
    assert last_decision(history.record.events) is None
    assert last_decision(history.accept("yi").record.events) == 3


def test_an_erased_decision_is_skipped(keys: Keys) -> None:
    events = History(keys).file().send_back().record.events
    assert last_decision([events[0], replace(events[1], salt=None, body=None)]) is None
