"""An append is atomic, answers once, and lets one of many concurrent ones through (design.md §4)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from functions.errors import GuardTaken, IdempotencyMismatch, NotFound, SequenceTaken, StoreUnavailable
from functions.records.event import event_is_whole
from functions.records.store import Append, Idempotency, RecordStore, Selection, Stored
from functions.storage.aws.records.appending import answer_key
from functions.storage.aws.records.store import AwsStore
from functions.storage.aws.table import TTL_ATTRIBUTE
from tests.support.store.steps import first_step, next_step

EVERYTHING = Selection()
# Ancient, rare and composed characters, as they occur in names: none may change on its way.
ASTRAL = "𠮷野家𪚥 é é ﬁ 👩‍🏫 ㊣ \u200b|\t\n\"\\' ' OR 1=1 --"


def append(store: RecordStore, step: Append) -> Stored:
    return store.append(step).result(30)


def race(store: RecordStore, steps: list[Append]) -> list[Stored | Exception]:
    """Append all at the same moment, each from its own thread."""
    start = Barrier(len(steps))

    def one(step: Append) -> Stored | Exception:
        start.wait(30)
        future = store.append(step)
        return future.exception(30) or future.result()  # type: ignore[return-value]

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(one, steps))


def test_an_appended_step_is_read_back_byte_for_byte(store: RecordStore) -> None:
    step = first_step(1, text=ASTRAL, unit_name=f"示例县{ASTRAL}", warnings=("记录数为 0", ASTRAL))
    assert append(store, step) == Stored(step.answer, replayed=False)
    record = store.read(step.summary.number)
    assert record.summary == step.summary
    assert record.events == step.events
    assert event_is_whole(record.events[0])


def test_an_unknown_number_is_not_found(store: RecordStore) -> None:
    with pytest.raises(NotFound):
        store.read("SC-2026-000001")


def test_the_same_key_and_request_answer_as_the_first_time(store: RecordStore) -> None:
    first = first_step(1, key="k", guard="g")
    again = first_step(2, key="k", guard="g")
    append(store, first)
    assert append(store, again) == Stored(first.answer, replayed=True)
    assert store.count(EVERYTHING) == 1


def test_the_same_key_with_another_request_is_refused(store: RecordStore) -> None:
    append(store, first_step(1, key="k"))
    with pytest.raises(IdempotencyMismatch):
        append(store, first_step(2, key="k", request="b" * 64))
    assert store.count(EVERYTHING) == 1


def test_recall_answers_a_key_for_the_same_request_only(store: RecordStore) -> None:
    step = first_step(1, key="k")
    assert step.idempotency is not None
    assert store.recall(step.idempotency) is None
    append(store, step)
    assert store.recall(step.idempotency) == Stored(step.answer, replayed=True)
    with pytest.raises(IdempotencyMismatch):
        store.recall(replace(step.idempotency, request="b" * 64))


def test_one_refused_step_does_not_affect_concurrent_ones(store: RecordStore) -> None:
    append(store, first_step(1, guard="g", key="k"))
    waiting = [store.append(first_step(n, guard="g" if n == 20 else f"g{n}")) for n in range(2, 40)]
    refused = [n for n, future in enumerate(waiting, 2) if future.exception(10) is not None]
    assert refused == [20]
    assert isinstance(waiting[18].exception(), GuardTaken)
    assert store.count(EVERYTHING) == 38
    assert store.read("SC-2026-000039").events == first_step(39, guard="g39").events


def test_a_step_without_a_key_is_answered_and_never_repeated(store: RecordStore) -> None:
    assert append(store, first_step(1)).replayed is False
    assert append(store, first_step(2)).replayed is False
    assert store.count(EVERYTHING) == 2


def test_a_taken_guard_refuses_and_stores_nothing(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    with pytest.raises(GuardTaken):
        append(store, first_step(2, guard="g", key="k"))
    with pytest.raises(NotFound):
        store.read("SC-2026-000002")
    # The key was not used up by the refusal: the filer may contest under it.
    assert append(store, first_step(2, guard="g", key="k", contest=True)).replayed is False


def test_a_taken_number_and_sequence_refuses_and_changes_nothing(store: RecordStore) -> None:
    first = first_step(1)
    append(store, first)
    with pytest.raises(SequenceTaken):
        append(store, first_step(2, number=first.summary.number, key="k"))
    record = store.read(first.summary.number)
    assert (record.summary, record.events) == (first.summary, first.events)
    append(store, first_step(3, key="k"))


def test_the_key_is_checked_before_the_guard_and_the_guard_before_the_number(store: RecordStore) -> None:
    append(store, first_step(1, guard="g", key="k"))
    append(store, first_step(2))
    taken = first_step(3, number="SC-2026-000002", guard="g")
    with pytest.raises(GuardTaken):
        append(store, taken)
    with pytest.raises(IdempotencyMismatch):
        append(store, replace(taken, idempotency=first_step(3, key="k", request="b" * 64).idempotency))


def test_a_lost_race_for_the_next_sequence_is_refused(store: RecordStore) -> None:
    append(store, first_step(1))
    record = store.read("SC-2026-000001")
    append(store, next_step(record, "withdrawn", "withdrawn"))
    with pytest.raises(SequenceTaken):
        append(store, next_step(record, "accepted", "accepted"))
    after = store.read("SC-2026-000001")
    assert after.summary.status == "withdrawn"
    assert [event.type for event in after.events] == ["submitted", "withdrawn"]
    assert after.events[1].previous == after.events[0].digest


def test_withdrawing_and_voiding_free_the_guard(store: RecordStore) -> None:
    for n, status in ((1, "withdrawn"), (2, "voided")):
        append(store, first_step(n, guard="g"))
        append(store, next_step(store.read(f"SC-2026-{n:06d}"), status, status))  # type: ignore[arg-type]
    append(store, first_step(3, guard="g"))
    with pytest.raises(GuardTaken):
        append(store, first_step(4, guard="g"))


def test_a_live_record_keeps_its_guard_through_later_events(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, next_step(store.read("SC-2026-000001"), "accepted", "accepted"))
    with pytest.raises(GuardTaken):
        append(store, first_step(2, guard="g"))


def test_a_contested_filing_marks_both_until_one_is_gone(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, first_step(2, guard="g", contest=True))
    append(store, first_step(3))
    numbers = [f"SC-2026-{n:06d}" for n in (1, 2, 3)]
    assert [store.read(number).summary.contested for number in numbers] == [True, True, False]
    found = store.page(Selection(status="contested"), limit=10).items
    assert [summary.number for summary in found] == [numbers[1], numbers[0]]
    assert store.count(Selection(status="contested")) == 2
    append(store, next_step(store.read(numbers[0]), "voided", "voided"))
    assert [store.read(number).summary.contested for number in numbers] == [False, False, False]
    assert store.count(Selection(status="contested")) == 0


def test_two_contested_filings_without_a_holder_are_both_marked(store: RecordStore) -> None:
    for n in (1, 2):
        append(store, first_step(n, guard="g", contest=True))
    assert store.count(Selection(status="contested")) == 2


def test_twenty_with_one_key_at_once_make_one_record_and_twenty_same_answers(store: RecordStore) -> None:
    outcomes = race(store, [first_step(n, key="k", guard="g") for n in range(20)])
    answers = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
    assert len(answers) == 20
    assert len({stored.answer for stored in answers}) == 1
    assert sorted(stored.replayed for stored in answers) == [False] + [True] * 19
    assert store.count(EVERYTHING) == 1


def test_one_of_sixteen_concurrent_steps_takes_the_guard(store: RecordStore) -> None:
    outcomes = race(store, [first_step(n, guard="g") for n in range(16)])
    assert sum(isinstance(outcome, Stored) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, GuardTaken) for outcome in outcomes) == 15
    assert store.count(EVERYTHING) == 1


def test_one_of_sixteen_concurrent_steps_takes_the_sequence(store: RecordStore) -> None:
    append(store, first_step(1))
    record = store.read("SC-2026-000001")
    outcomes = race(store, [next_step(record, "noted", "submitted") for _ in range(16)])
    assert sum(isinstance(outcome, Stored) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SequenceTaken) for outcome in outcomes) == 15
    assert len(store.read("SC-2026-000001").events) == 2


def test_sixteen_writers_at_once_lose_nothing(store: RecordStore) -> None:
    def write(writer: int) -> None:
        futures = [store.append(first_step(writer * 100 + n)) for n in range(50)]
        for future in futures:
            future.result(30)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    expected = {f"SC-2026-{writer * 100 + n:06d}" for writer in range(16) for n in range(50)}
    assert {record.summary.number for record in store.stream(EVERYTHING)} == expected


def test_many_refused_steps_do_not_affect_the_accepted_ones(store: RecordStore) -> None:
    futures = [store.append(first_step(n, guard="g" if n % 2 else None)) for n in range(40)]
    refused = [future.exception(30) for future in futures]
    assert sum(isinstance(error, GuardTaken) for error in refused) == 19
    assert store.count(EVERYTHING) == 21


def test_closing_stores_the_waiting_steps(reopen: Callable[[], RecordStore]) -> None:
    store = reopen()
    futures = [store.append(first_step(n)) for n in range(200)]
    store.close()
    assert all(future.done() and future.exception() is None for future in futures)
    with pytest.raises(StoreUnavailable):
        store.append(first_step(200))
    again = reopen()
    assert again.count(EVERYTHING) == 200
    again.close()


def test_a_healthy_store_is_writable(store: RecordStore) -> None:
    store.check_writable()
    assert store.count(EVERYTHING) == 0


def test_an_answer_of_any_bytes_is_given_again(store: RecordStore) -> None:
    step = replace(first_step(1, key="钥匙 \x00 𠮷"), answer=bytes(range(256)) * 8)
    append(store, step)
    assert append(store, step) == Stored(step.answer, replayed=True)


def test_a_filing_as_long_as_a_body_may_be_is_kept_whole_and_found(store: RecordStore) -> None:
    text = "长" * 300_000 + ASTRAL + "结尾"
    step = first_step(1, text=text)
    append(store, step)
    append(store, first_step(2))
    record = store.read(step.summary.number)
    assert (record.summary, record.events) == (step.summary, step.events)
    assert event_is_whole(record.events[0])
    assert [summary.number for summary in store.page(Selection(words=("结尾",)), limit=10).items] == ["SC-2026-000001"]
    assert [one.summary.number for one in store.stream(EVERYTHING)] == ["SC-2026-000001", "SC-2026-000002"]


def test_a_correction_may_move_a_filing_to_another_guard_and_period(store: RecordStore) -> None:
    append(store, first_step(1, guard="old"))
    record = store.read("SC-2026-000001")
    moved = replace(record.summary, guard="new", period="2024", version=2)
    append(store, next_step(replace(record, summary=moved), "corrected", "submitted"))
    append(store, first_step(2, guard="old"))
    with pytest.raises(GuardTaken):
        append(store, first_step(3, guard="new"))
    assert [each.number for each in store.page(Selection(guard="new"), limit=9).items] == ["SC-2026-000001"]
    assert [each.number for each in store.page(Selection(guard="old"), limit=9).items] == ["SC-2026-000002"]
    assert [each.number for each in store.page(Selection(period="2024"), limit=9).items] == ["SC-2026-000001"]


def test_a_correction_to_a_guard_that_another_holds_is_refused(store: RecordStore) -> None:
    append(store, first_step(1, guard="one"))
    append(store, first_step(2, guard="other"))
    record = store.read("SC-2026-000001")
    moved = replace(record, summary=replace(record.summary, guard="other"))
    with pytest.raises(GuardTaken):
        append(store, next_step(moved, "corrected", "submitted"))
    assert store.read("SC-2026-000001") == record


def test_a_contested_filing_takes_the_guard_once_it_is_free(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, first_step(2, guard="g", contest=True))
    record = store.read("SC-2026-000002")
    with pytest.raises(GuardTaken):
        append(store, next_step(record, "noted", "submitted"))
    append(store, next_step(store.read("SC-2026-000001"), "voided", "voided"))
    append(store, next_step(record, "noted", "submitted"))
    assert store.read("SC-2026-000002").summary.contested is False
    with pytest.raises(GuardTaken):
        append(store, first_step(3, guard="g"))


def test_a_withdrawn_filing_that_is_reopened_takes_its_guard_again(store: RecordStore) -> None:
    append(store, first_step(1, guard="g"))
    append(store, next_step(store.read("SC-2026-000001"), "withdrawn", "withdrawn"))
    append(store, next_step(store.read("SC-2026-000001"), "reopened", "submitted"))
    with pytest.raises(GuardTaken):
        append(store, first_step(2, guard="g"))


def test_a_refused_filing_adds_no_period(store: RecordStore) -> None:
    append(store, first_step(1, key="k"))
    with pytest.raises(IdempotencyMismatch):
        append(store, first_step(2, key="k", request="b" * 64, period="2031"))
    assert store.periods() == (("annual-self-check", "2025"),)


def test_sixteen_filers_who_repeat_their_request_make_sixteen_records(store: RecordStore) -> None:
    outcomes = race(store, [first_step(n % 16, key=f"k{n % 16}", guard=f"g{n % 16}") for n in range(48)])
    assert all(isinstance(outcome, Stored) for outcome in outcomes), outcomes
    assert sorted(outcome.replayed for outcome in outcomes if isinstance(outcome, Stored)).count(False) == 16
    assert store.count(EVERYTHING) == 16
    assert store.count(Selection(status="contested")) == 0


def test_sixteen_concurrent_contested_filings_are_all_stored_and_marked(store: RecordStore) -> None:
    outcomes = race(store, [first_step(n, guard="g", contest=n > 0) for n in range(16)])
    assert all(isinstance(outcome, Stored) for outcome in outcomes), outcomes
    assert store.count(Selection(status="contested")) == 16


@pytest.mark.parametrize("number", ["", "x" * 3000, "编号", "SC-2026-000001\n", "%00"])
def test_a_malformed_number_is_not_found(store: RecordStore, number: str) -> None:
    append(store, first_step(1))
    with pytest.raises(NotFound):
        store.read(number)
    assert store.count(Selection(numbers=(number,))) == 0


def moment(step: Append, *, later: timedelta) -> datetime:
    return datetime.fromisoformat(step.events[-1].at) + later


def pass_time(store: RecordStore, key: str, now: datetime) -> None:
    """Do the work that is due by `now`: the nightly task, and what DynamoDB expires by itself."""
    store.forget_answers(now)
    if isinstance(store, AwsStore):
        appender, place = store.appender, answer_key(Idempotency(key, ""))
        item = appender.client.get_item(TableName=appender.table, Key=place)["Item"]
        if TTL_ATTRIBUTE in item and int(item[TTL_ATTRIBUTE]["N"]) <= now.timestamp():
            appender.client.delete_item(TableName=appender.table, Key=place)


def test_an_answer_expires_after_thirty_days_and_a_repeat_meets_the_guard(store: RecordStore) -> None:
    """Repeated after that, a filing is refused as the second of its kind, and never stored twice."""
    first = first_step(1, key="k", guard="g")
    append(store, first)
    pass_time(store, "k", moment(first, later=timedelta(days=30, seconds=-1)))
    assert append(store, first_step(2, key="k", guard="g")).replayed
    pass_time(store, "k", moment(first, later=timedelta(days=30)))
    assert store.recall(Idempotency("k", "a" * 64)) is None
    with pytest.raises(GuardTaken):
        append(store, first_step(2, key="k", guard="g"))
    assert store.count(EVERYTHING) == 1


def test_the_answer_of_a_contested_filing_never_expires(store: RecordStore) -> None:
    """No guard keeps it from being stored twice: its key does."""
    append(store, first_step(1, guard="g"))
    contested = first_step(2, key="k", guard="g", contest=True)
    append(store, contested)
    pass_time(store, "k", moment(contested, later=timedelta(days=4000)))
    again = first_step(3, key="k", guard="g", contest=True)
    assert append(store, again) == Stored(contested.answer, replayed=True)
