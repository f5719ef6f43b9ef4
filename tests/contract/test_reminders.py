"""The year's chain of reminders on each store: of several that begin one, the chain lets one send it."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from functions.records.ledger import LedgerStore
from functions.supervision.reminders.ledger import Chain, chain_with, history_of, reminders_of
from functions.supervision.reminders.values import Reminder

NOW = datetime(2026, 9, 29, 1, tzinfo=UTC)


def reminder(number: int, step: int = 1) -> Reminder:
    return Reminder("annual-self-check", "yearly", "2025", f"{number:018}", "示例单位", "", "2026-09-30", step, "email")


def chain(ledger: LedgerStore) -> Chain:
    return Chain(ledger, 2026, lambda: NOW, secrets.token_bytes)


def test_of_three_that_begin_the_same_each_is_begun_by_one(ledger: LedgerStore) -> None:
    wanted = [reminder(number) for number in range(40)]
    chains = [chain(ledger) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        begun = [one for those in pool.map(lambda each: each.begin(wanted, {}, "(console)"), chains) for one in those]
    assert sorted(one.id for one in begun) == sorted(one.id for one in wanted)


def test_what_was_begun_and_has_no_result_is_not_begun_again(ledger: LedgerStore) -> None:
    chain(ledger).begin([reminder(1), reminder(2)], {}, "(console)")
    later = chain(ledger)
    assert later.begin([reminder(1), reminder(3)], {reminder(2).id: "failed"}, "(console)") == [reminder(3)]
    assert later.begin([reminder(2)], {}, "(console)") == [reminder(2)], "it certainly failed"
    assert [entry.outcome for entry in history_of(ledger).entries.values()] == ["unknown"] * 3


def test_the_last_reminder_of_each_obligation_is_found_with_its_chain(ledger: LedgerStore) -> None:
    chain(ledger).begin([reminder(1, step=30)], {}, "(console)")
    chain(ledger).begin([reminder(1, step=7)], {reminder(1, step=30).id: "sent"}, "(console)")
    (last,) = reminders_of(ledger).values()
    assert last.reminder.step == 7
    found = chain_with(ledger, reminder(1, step=30).id, lambda: NOW, secrets.token_bytes)
    assert found.history.entries[reminder(1, step=30).id].outcome == "sent"
