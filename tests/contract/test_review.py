"""What review asks of a store: the queue, what a projection keeps of it, and places that move between filings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.errors import GuardTaken
from functions.records.store import Append, RecordStore, Selection, Stored, Summary
from tests.contract.test_append import append, race
from tests.support.store.steps import first_step, next_step


def number(n: int) -> str:
    return f"SC-2026-{n:06d}"


def changed(step: Append, **fields: str) -> Append:
    """The step with another projection; its claim is that of the new guard."""
    summary = replace(step.summary, **fields)  # type: ignore[arg-type]
    return replace(step, summary=summary, claim=summary.guard if step.claim else None)


def waiting(store: RecordStore, officer: str, **more: str) -> list[str]:
    selection = Selection(waiting_for=officer, **more)  # type: ignore[arg-type]
    found = [item.number for item in store.page(selection, limit=20).items]
    assert store.count(selection) == len(found)
    return found


def test_the_projection_keeps_what_review_adds_to_it(store: RecordStore) -> None:
    append(store, first_step(1))
    step = changed(
        next_step(store.read(number(1)), "returned", "returned"), correction_due="2026-10-09", approved_by="示例甲"
    )
    append(store, changed(step, received_on="2026-09-17"))
    summary = store.read(number(1)).summary
    assert (summary.correction_due, summary.approved_by, summary.received_on) == ("2026-10-09", "示例甲", "2026-09-17")
    [listed] = store.page(Selection(), limit=5).items
    [streamed] = [record.summary for record in store.stream(Selection())]
    assert summary == listed == streamed


def test_the_queue_leaves_out_filings_the_officer_already_approved(store: RecordStore) -> None:
    for n in range(1, 6):
        append(store, first_step(n, period="2024" if n == 1 else "2025"))
    append(store, next_step(store.read(number(2)), "returned", "returned"))
    append(store, next_step(store.read(number(3)), "accepted", "accepted"))
    append(store, changed(next_step(store.read(number(4)), "accepted", "submitted"), approved_by="jia"))
    assert waiting(store, "jia") == [number(5), number(1)]
    assert waiting(store, "yi") == [number(5), number(4), number(1)]
    assert waiting(store, "yi", period="2025") == [number(5), number(4)]
    assert waiting(store, "yi", status="returned") == []


def test_the_queue_is_read_page_by_page(store: RecordStore) -> None:
    for n in range(1, 8):
        append(store, first_step(n))
    append(store, next_step(store.read(number(4)), "withdrawn", "withdrawn"))
    seen, cursor = [], None
    while True:
        page = store.page(Selection(waiting_for="jia"), limit=2, cursor=cursor)
        seen += [item.number for item in page.items]
        cursor = page.older
        if cursor is None:
            break
    assert seen == [number(n) for n in (7, 6, 5, 3, 2, 1)]


def test_a_correction_releases_the_old_guard_and_takes_the_new_one(store: RecordStore) -> None:
    append(store, first_step(1, guard="wrong"))
    append(store, changed(next_step(store.read(number(1)), "corrected", "submitted"), guard="right"))
    append(store, first_step(2, guard="wrong"))
    with pytest.raises(GuardTaken):
        append(store, first_step(3, guard="right"))
    assert [item.number for item in store.page(Selection(guard="right"), limit=5).items] == [number(1)]


def test_a_correction_to_a_taken_guard_is_refused(store: RecordStore) -> None:
    append(store, first_step(1, guard="mine"))
    append(store, first_step(2, guard="theirs"))
    step = changed(next_step(store.read(number(1)), "corrected", "submitted"), guard="theirs")
    with pytest.raises(GuardTaken):
        append(store, step)
    assert len(store.read(number(1)).events) == 1
    with pytest.raises(GuardTaken):
        append(store, first_step(3, guard="mine"))
    append(store, replace(step, claim=None))
    assert [store.read(number(n)).summary.contested for n in (1, 2)] == [True, True]
    append(store, first_step(4, guard="mine"))


def test_a_contested_filing_is_accepted_once_its_guard_is_free(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, first_step(2, guard="g", contest=True))
    with pytest.raises(GuardTaken):
        append(store, next_step(store.read(number(2)), "accepted", "accepted"))
    append(store, next_step(store.read(number(1)), "voided", "voided"))
    append(store, next_step(store.read(number(2)), "accepted", "accepted"))
    with pytest.raises(GuardTaken):
        append(store, first_step(3, guard="g"))


def test_a_reopened_filing_takes_its_place_back_unless_it_is_taken(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, next_step(store.read(number(1)), "voided", "voided"))
    append(store, next_step(store.read(number(1)), "reopened", "submitted"))
    with pytest.raises(GuardTaken):
        append(store, first_step(2, guard="g"))
    append(store, next_step(store.read(number(1)), "voided", "voided"))
    append(store, first_step(2, guard="g"))
    with pytest.raises(GuardTaken):
        append(store, next_step(store.read(number(1)), "reopened", "submitted"))
    assert store.read(number(1)).summary.status == "voided"
    # A note on it asks for no place.
    append(store, next_step(store.read(number(1)), "noted", "voided"))


def test_one_of_eight_concurrent_filings_and_corrections_takes_the_guard(store: RecordStore) -> None:
    for n in range(1, 5):
        append(store, first_step(n, guard=f"g{n}"))
    corrections = [changed(next_step(store.read(number(n)), "corrected", "submitted"), guard="g") for n in range(1, 5)]
    outcomes = race(store, [*corrections, *(first_step(n, guard="g") for n in range(5, 9))])
    assert sum(isinstance(outcome, Stored) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, GuardTaken) for outcome in outcomes) == 7
    assert store.count(Selection(guard="g")) == 1


def test_a_decision_and_a_correction_at_once_leave_one_of_them(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    record = store.read(number(1))
    decision = next_step(record, "accepted", "accepted")
    correction = changed(next_step(record, "corrected", "submitted"), guard="other")
    outcomes = race(store, [decision, correction] * 4)
    assert sum(isinstance(outcome, Stored) for outcome in outcomes) == 1
    after: Summary = store.read(number(1)).summary
    assert len(store.read(number(1)).events) == 2
    assert (after.status, after.guard) in (("accepted", "g"), ("submitted", "other"))
    # Whoever won, the other place is free.
    append(store, first_step(2, guard="other" if after.guard == "g" else "g"))
