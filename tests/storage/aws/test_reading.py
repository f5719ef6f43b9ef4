"""Cursors cannot be forged, pages end even when they find little, records are never read in part."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from functions.errors import NotFound, StoreUnavailable
from functions.records.store import Selection
from functions.storage.aws.items import event_key, key, record_key
from functions.storage.aws.records import listing
from functions.storage.aws.records.cursor import Cursor, read_cursor
from functions.storage.aws.records.store import AwsStore
from tests.support.cloud import CURSOR_KEY
from tests.support.store import bulk
from tests.support.store.steps import first_step, next_step

AT = "2026-09-18T02:24:00.000001Z#SC-2026-000001"


def test_a_cursor_comes_back_as_it_was_written() -> None:
    for cursor in (Cursor("older", AT), Cursor("newer", AT)):
        assert read_cursor(cursor.written(CURSOR_KEY), CURSOR_KEY) == cursor


def test_a_cursor_shows_nothing_readable_at_its_beginning_and_fits_into_a_link() -> None:
    written = Cursor("older", AT).written(CURSOR_KEY)
    assert len(written) < 120
    assert all(char.isalnum() or char in "-_" for char in written)


def test_a_cursor_with_any_bit_changed_is_not_found() -> None:
    written = Cursor("older", AT).written(CURSOR_KEY)
    raw = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NotFound):
            read_cursor(base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode(), CURSOR_KEY)


def test_a_cursor_signed_with_another_key_is_not_found() -> None:
    with pytest.raises(NotFound):
        read_cursor(Cursor("older", AT).written(bytes(32)), CURSOR_KEY)


@pytest.fixture
def filled(healthy: AwsStore, monkeypatch: pytest.MonkeyPatch) -> AwsStore:
    """Six hundred filings, of which every hundredth is late, and a budget that does not read them all."""
    monkeypatch.setattr(listing, "MOST_READ", 20)
    monkeypatch.setattr(listing, "FILTERED_LOT", 3)
    steps = (first_step(n, timeliness="on_time" if n % 100 else "late", text=f"第 {n} 件") for n in range(600))
    bulk.fill(healthy, steps)
    return healthy


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(timeliness="late"), [500, 400, 300, 200, 100, 0]),
        (Selection(words=("第 7 件",)), [7]),
        (Selection(words=("没有",)), []),
        (Selection(status="returned"), []),
        (Selection(timeliness="late", words=("第 400 件",)), [400]),
    ],
)
def test_a_page_that_read_enough_stops_and_says_how_to_go_on(
    filled: AwsStore, selection: Selection, found: list[int]
) -> None:
    page = filled.page(selection, limit=4)
    numbers, cursors, pages = [item.number for item in page.items], {page.older}, 1
    while page.older is not None:
        page = filled.page(selection, limit=4, cursor=page.older)
        assert page.older not in cursors, "each page comes further"
        cursors.add(page.older)
        numbers += [item.number for item in page.items]
        pages += 1
    assert numbers == [f"SC-2026-{n:06d}" for n in found]
    assert pages > 3, "the budget held"
    while page.newer is not None:
        page = filled.page(selection, limit=4, cursor=page.newer)
        numbers += [item.number for item in page.items]
    assert sorted(set(numbers)) == sorted(f"SC-2026-{n:06d}" for n in found)


class Racing:
    """A client between two of whose answers another step lands."""

    def __init__(self, client: Any, step: Iterator[Any]) -> None:
        self._client, self._step = client, step

    def query(self, **arguments: Any) -> Any:
        answer = self._client.query(**arguments)
        for step in self._step:
            # The summary is of after the step, the events of before: as when a page of the answer ends between them.
            step()
            answer["Items"][-1] = self._client.query(**arguments)["Items"][-1]
            break
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def test_a_record_is_read_again_when_a_step_landed_in_between(
    healthy: AwsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy.append(first_step(1)).result(60)
    record = healthy.read("SC-2026-000001")
    step = next_step(record, "accepted", "accepted")
    reader = healthy.reader
    monkeypatch.setattr(reader, "client", Racing(reader.client, iter([lambda: healthy.append(step).result(60)])))
    after = healthy.read("SC-2026-000001")
    assert (after.summary.status, [event.sequence for event in after.events]) == ("accepted", [1, 2])


def test_a_record_whose_events_are_missing_is_never_shown_half(healthy: AwsStore) -> None:
    healthy.append(first_step(1)).result(60)
    healthy._client.delete_item(TableName=healthy.table, Key=key(record_key("SC-2026-000001"), event_key(1)))
    with pytest.raises(StoreUnavailable):
        healthy.read("SC-2026-000001")
