"""What obligations see of filings: noted with each step, made anew from the events, gone with an erasure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.errors import StepRefused, StoreUnavailable
from functions.forms.definition import Definition
from functions.records.erasing import erase
from functions.records.filed import Filed, without_answers
from functions.records.keys import Keys
from functions.records.sealing import seal_new
from functions.records.state import day_in_shanghai
from functions.records.store import RecordStore
from functions.storage.aws.items import key
from functions.storage.aws.records.filed import SNAPSHOT
from functions.storage.aws.records.rebuild import rebuild as rebuild_cloud
from functions.storage.aws.records.store import AwsStore
from functions.storage.keys import load_keys
from functions.storage.sqlite import SqliteStore
from functions.storage.sqlite.rebuild import rebuild as rebuild_folder
from functions.supervision.inputs import Filings
from tests.contract.conftest import Adapter
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.forms import registration, self_check
from tests.support.plain_fold import FORMS, plain_fold
from tests.support.records import History, entropy

# Stores live through all examples of a test: no two filings may have the same number or unit.
_units = count(1)
LATER: dict[str, Callable[[History], object]] = {
    "accept": lambda one: one.accept(),
    "return": lambda one: one.send_back((one.at + timedelta(days=9)).date()),
    "correct": lambda one: one.correct(valid_self_check(uscc=make_uscc(next(_units)))),
    "withdraw": lambda one: one.withdraw(),
    "void": lambda one: one.void(),
    "reopen": lambda one: one.reopen(),
    "note": lambda one: one.note(),
}
A_WALK = st.lists(st.tuples(st.sampled_from(sorted(LATER)), st.integers(0, 20)), max_size=6)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return load_keys(tmp_path, entropy)


def filing(keys: Keys, form: Definition, data: Any, **more: Any) -> History:
    salt = b"%d" % next(_units)
    own = History(keys, form, entropy=lambda size: hashlib.shake_256(salt).digest(size))
    return own.file(data, **more)


def a_history(keys: Keys, walk: list[tuple[str, int]]) -> History:
    history = filing(keys, self_check(), valid_self_check(uscc=make_uscc(next(_units))))
    for name, days in walk:
        history.at += timedelta(days=days)
        with suppress(StepRefused):
            LATER[name](history)
    return history


def seen(filings: Filings, day: date) -> list[Filed]:
    """What is kept in memory, without what only the store needs."""
    plain = Filed("", "", "", "", "", day, "")._asdict()
    dropped = {name: plain[name] for name in ("guard", "version", "sequence", "day", "contested")}
    return sorted(one._replace(**dropped, dates=dict(one.dates)) for one in filings.on(day))


def noted(store: RecordStore) -> dict[tuple[str, int], Filed]:
    """What a new reader is told; it may be told some twice."""
    return {(one.number, one.sequence): one for one in store.filed().found}


def keep(store: RecordStore, history: History) -> None:
    for step in history.steps:
        store.append(step).result(30)


def rebuilt(store: Adapter) -> None:
    def form(digest: str) -> Definition:
        return FORMS[digest]

    if isinstance(store, SqliteStore):
        rebuild_folder(store, form)
    else:
        assert isinstance(store, AwsStore)
        rebuild_cloud(store, form)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(walks=st.lists(A_WALK, min_size=1, max_size=3), seal_after=st.integers(0, 3), again=st.booleans())
def test_what_is_kept_in_memory_is_the_fold_of_all_events_on_any_day(
    reopen: Callable[[], Adapter], keys: Keys, walks: list[list[tuple[str, int]]], seal_after: int, again: bool
) -> None:
    store, filings = reopen(), Filings()
    try:
        days = {date(2026, 9, 1), date(2027, 6, 1)}
        for place, walk in enumerate(walks):
            history = a_history(keys, walk)
            keep(store, history)
            days |= {day_in_shanghai(step.events[0].at) for step in history.steps}
            if place == seal_after:
                seal_new(store.seals, keys.signer, history.at)
            if again:
                rebuilt(store)
            filings.catch_up(store)
        for other in (filings, Filings()):
            other.catch_up(store)
            for day in days:
                assert seen(other, day) == plain_fold(store, day)
    finally:
        store.close()


@pytest.mark.parametrize("sealed", [False, True])
def test_an_erasure_takes_project_and_dates_out_and_nothing_else(opened: Adapter, keys: Keys, sealed: bool) -> None:
    first = filing(keys, registration(), valid_registration()).accept()
    keep(opened, first)
    keep(opened, filing(keys, self_check(), valid_self_check(uscc=make_uscc(next(_units)))))
    if sealed:
        seal_new(opened.seals, keys.signer, first.at)
    filings, before = Filings(), noted(opened)
    filings.catch_up(opened)
    number = first.record.summary.number
    at = first.at + timedelta(days=1)
    erasure = erase(opened.read(number), version=1, reason="示例决定", actor="主管", at=at, entropy=entropy)
    opened.erase(erasure.step, erasure.sequence)
    expected = {at: without_answers(one) if one.number == number else one for at, one in before.items()}
    assert noted(opened) == expected
    assert expected != before
    for other in (filings, Filings()):
        other.catch_up(opened)
        assert seen(other, date(2027, 1, 1)) == plain_fold(opened, date(2027, 1, 1))
    rebuilt(opened)
    assert noted(opened) == expected


def test_two_that_claim_the_same_are_marked_on_the_days_on_which_both_count(opened: Adapter, keys: Keys) -> None:
    code = make_uscc(next(_units))
    first = filing(keys, self_check(), valid_self_check(uscc=code))
    second = History(keys, self_check(), first.at + timedelta(days=2), entropy=lambda size: b"2" * size)
    second.file(valid_self_check(uscc=code), contest=True)
    second.at += timedelta(days=2)
    keep(opened, first)
    keep(opened, second.void())
    filings = Filings()
    filings.catch_up(opened)
    marks = [sum(one.contested for one in filings.on(date(2026, 9, day))) for day in (19, 20, 21, 22)]
    assert marks == [0, 2, 2, 0]


def test_a_reader_that_has_all_is_told_nothing_new(opened: Adapter, keys: Keys) -> None:
    filings = Filings()
    keep(opened, filing(keys, self_check(), valid_self_check(uscc=make_uscc(next(_units)))))
    version = filings.catch_up(opened)
    assert filings.catch_up(opened) == version
    keep(opened, filing(keys, self_check(), valid_self_check(uscc=make_uscc(next(_units)))))
    assert filings.catch_up(opened) != version


def test_what_an_earlier_release_took_in_is_noted_when_it_is_asked_for(opened: Adapter, keys: Keys) -> None:
    form = self_check()
    opened.keep_document(form.digest, form.document)
    history = filing(keys, form, valid_self_check(uscc=make_uscc(next(_units)))).accept()
    keep(opened, history)
    wanted = noted(opened)
    if isinstance(opened, SqliteStore):
        opened.writer.submit(lambda connection: connection.execute("DELETE FROM filed")).result()
        assert noted(opened) == wanted
    else:
        assert isinstance(opened, AwsStore)
        seal_new(opened.seals, keys.signer, history.at)
        opened.reader.client.delete_item(TableName=opened.table, Key=key(SNAPSHOT, SNAPSHOT))
        with pytest.raises(StoreUnavailable, match="qingdan rebuild"):
            opened.filed()
        rebuilt(opened)
        assert noted(opened) == wanted
