"""A selection by guard finds the filings that contest each other, whoever of them holds it."""

from __future__ import annotations

from functions.records.store import RecordStore, Selection
from tests.support.store.steps import first_step, next_step


def test_selecting_a_guard_finds_all_its_filings_and_no_other(store: RecordStore) -> None:
    for step in (
        first_step(1, guard="g"),
        first_step(2),
        first_step(3, guard="g", contest=True),
        first_step(4, guard="g", contest=True, form="key-project-registration"),
    ):
        store.append(step).result(30)
    store.append(next_step(store.read("SC-2026-000003"), "withdrawn", "withdrawn", contest=True)).result(30)
    found = store.page(Selection(guard="g"), limit=10).items
    assert [item.number for item in found] == ["SC-2026-000004", "SC-2026-000003", "SC-2026-000001"]
    of_form = store.page(Selection(form="annual-self-check", guard="g", status="submitted"), limit=10).items
    assert [item.number for item in of_form] == ["SC-2026-000001"]
    assert store.count(Selection(guard="nobody's")) == 0
