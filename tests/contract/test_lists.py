"""Lists, counts and streams show each filing once, in order, whatever is filtered."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable

import pytest

from functions.errors import NotFound
from functions.records.store import Append, RecordStore, Selection
from functions.records.versions import answers_of
from tests.support.store import bulk
from tests.support.store.steps import first_step, next_step


def fill(store: RecordStore, steps: Iterable[Append]) -> None:
    for future in [store.append(step) for step in steps]:
        future.result(60)


def numbers(store: RecordStore, selection: Selection) -> list[str]:
    return [summary.number for summary in store.page(selection, limit=100).items]


def number(n: int) -> str:
    return f"SC-2026-{n:06d}"


def test_paging_both_ways_shows_every_filing_once(store: RecordStore) -> None:
    page_through(store, many=600, limit=37)


@pytest.mark.large
def test_paging_through_25_000_shows_every_filing_once(store: RecordStore) -> None:
    page_through(store, many=25_000, limit=7_001)


def page_through(store: RecordStore, *, many: int, limit: int) -> None:
    """Down to the oldest and up again, having seen every filing once each time, in order."""
    # Every ten share one moment, so that the order must come from time and number together.
    bulk.fill(store, (first_step(n, submitted_at=_moment(n)) for n in range(many)))
    expected = [number(n) for n in reversed(range(many))]
    page = store.page(Selection(), limit=limit)
    assert page.newer is None
    down = [summary.number for summary in page.items]
    while page.older is not None:
        page = store.page(Selection(), limit=limit, cursor=page.older)
        down += [summary.number for summary in page.items]
    assert down == expected
    up = [summary.number for summary in page.items]
    while page.newer is not None:
        page = store.page(Selection(), limit=limit, cursor=page.newer)
        up = [summary.number for summary in page.items] + up
    assert up == expected
    assert store.count(Selection(form="annual-self-check")) == many


def _moment(n: int) -> str:
    return f"2026-09-18T02:24:00.{n // 10:06d}Z"


def test_a_new_filing_does_not_shift_the_pages(store: RecordStore) -> None:
    fill(store, (first_step(n) for n in range(10)))
    older = store.page(Selection(), limit=4).older
    fill(store, [first_step(10)])
    page = store.page(Selection(), limit=4, cursor=older)
    assert [summary.number for summary in page.items] == [number(n) for n in (5, 4, 3, 2)]
    newer = store.page(Selection(), limit=100, cursor=page.newer)
    assert [summary.number for summary in newer.items] == [number(n) for n in (10, 9, 8, 7, 6)]
    assert newer.newer is None


def test_an_empty_store_has_one_empty_page(store: RecordStore) -> None:
    page = store.page(Selection(), limit=10)
    assert (page.items, page.older, page.newer) == ((), None, None)


def foreign_cursors() -> list[str]:
    def made(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()

    at = "2026-09-18T02:24:00.000001Z"
    return [
        "",
        "x",
        "编号",
        "%00",
        "A" * 10_000,
        made({}),
        made(["older"]),
        made(["sideways", at, number(1)]),
        made(["older", "yesterday", number(1)]),
        made(["older", 1, number(1)]),
        made(["older", at, None]),
        made(["older", at, "\ud800"]),
        made(["older", at, number(1), 1]),
        made(["older", at, number(1)]) + "=",
        made([[]] * 1000),
    ]


@pytest.mark.parametrize("cursor", foreign_cursors())
def test_a_foreign_cursor_is_not_found(store: RecordStore, cursor: str) -> None:
    with pytest.raises(NotFound):
        store.page(Selection(), limit=10, cursor=cursor)


def test_each_filter_works_alone_and_combined(store: RecordStore) -> None:
    fill(
        store,
        [
            first_step(1),
            first_step(2, period="2024", timeliness="late"),
            first_step(3, form="key-project-registration", period="start", unit_name="示例河工程（一期）建设中心"),
            first_step(4, timeliness="late"),
            first_step(5, uscc="12000000ABCDEFGHX5"),
        ],
    )
    store.append(next_step(store.read(number(4)), "withdrawn", "withdrawn")).result(30)
    everything = [number(n) for n in (5, 4, 3, 2, 1)]
    expected = {
        Selection(): everything,
        Selection(form="key-project-registration"): [number(3)],
        Selection(form="annual-self-check", period="2025"): [number(5), number(4), number(1)],
        Selection(period="2024"): [number(2)],
        Selection(timeliness="late"): [number(4), number(2)],
        Selection(status="withdrawn"): [number(4)],
        Selection(status="submitted", timeliness="late"): [number(2)],
        Selection(unit="示例河"): [number(3)],
        Selection(unit="工程(一期)"): [number(3)],
        Selection(unit=" 12000000abcdefghx5 "): [number(5)],
        Selection(unit="没有这个单位"): [],
        Selection(numbers=(number(2), number(4), "SC-2026-NOSUCH")): [number(4), number(2)],
        Selection(numbers=(number(2), number(4)), status="submitted"): [number(2)],
        Selection(form="annual-self-check", period="2025", timeliness="late", status="withdrawn", unit="第 4 中学"): [
            number(4)
        ],
    }
    for selection, found in expected.items():
        assert numbers(store, selection) == found, selection
        assert store.count(selection) == len(found), selection
        assert [record.summary.number for record in store.stream(selection)] == found[::-1], selection
        assert list(store.answers(selection)) == [answers_of(record) for record in store.stream(selection)], selection


def test_every_search_word_must_match_anywhere_in_the_text(store: RecordStore) -> None:
    fill(
        store,
        [
            first_step(1, text="密集架 6 组，𠮷县专用"),
            first_step(2, text="完成 100% 的 A_B 检查"),
            first_step(3, text="完成 1000 的 AXB 检查", unit_name="示例县Ｘ中学"),
            first_step(4, text="漳\u200e河\ufe0f工\u3164程"),
        ],
    )
    expected = {
        ("集架",): [1],
        ("𠮷",): [1],
        ("密集架", "专用"): [1],
        ("密集架", "检查"): [],
        ("检查",): [3, 2],
        ("100%",): [2],
        ("a_b",): [2],
        ("ＡＸＢ",): [3],
        ("示例县x",): [3],
        (number(2)[-6:],): [2],
        ("sc-2026",): [4, 3, 2, 1],
        ("漳河工程",): [4],
        ("漳\u200d河\u2060",): [4],
        ("'; DROP TABLE events; --",): [],
    }
    for words, found in expected.items():
        assert numbers(store, Selection(words=words)) == [number(n) for n in found], words
        assert store.count(Selection(words=words)) == len(found), words


def test_paging_stays_inside_the_selection(store: RecordStore) -> None:
    fill(store, (first_step(n, timeliness="late" if n % 3 else "on_time") for n in range(60)))
    selection = Selection(timeliness="late", words=("中学",))
    page = store.page(selection, limit=7)
    seen = [summary.number for summary in page.items]
    while page.older:
        page = store.page(selection, limit=7, cursor=page.older)
        seen += [summary.number for summary in page.items]
    assert seen == [number(n) for n in reversed(range(60)) if n % 3]


def test_the_periods_that_have_filings(store: RecordStore) -> None:
    fill(
        store,
        [
            first_step(1, period="2025"),
            first_step(2, period="2024"),
            first_step(3, period="2025"),
            first_step(4, form="key-project-registration", period="start"),
        ],
    )
    assert store.periods() == (
        ("annual-self-check", "2024"),
        ("annual-self-check", "2025"),
        ("key-project-registration", "start"),
    )


def test_the_form_versions_met_the_last_filed_first(store: RecordStore) -> None:
    old, new = "1" * 64, "0" * 64
    fill(store, [first_step(1, form_digest=old), first_step(2, form_digest=new), first_step(3, form_digest=new)])
    assert store.digests(Selection()) == (new, old)
    assert store.digests(Selection(numbers=(number(1),))) == (old,)
    assert store.digests(Selection(words=("没有",))) == ()


def test_a_stream_is_as_of_one_moment_while_writing_goes_on(store: RecordStore) -> None:
    fill(store, (first_step(n) for n in range(1000)))
    stream = store.stream(Selection())
    first = next(stream)
    fill(store, (first_step(n) for n in range(1000, 1100)))
    rest = [record.summary.number for record in stream]
    assert [first.summary.number, *rest] == [number(n) for n in range(1000)]
    assert store.count(Selection()) == 1100


def test_a_stream_closed_early_does_not_block_writers(store: RecordStore) -> None:
    fill(store, (first_step(n) for n in range(300)))
    stream = store.stream(Selection())
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    fill(store, [first_step(300)])
    assert store.count(Selection()) == 301


def test_stream_answers_are_those_of_the_current_version(store: RecordStore) -> None:
    """What the unit corrected last, whatever came after it; nothing once it is erased; contested where it is."""
    fill(store, [*(first_step(n, text='引号 " 与\n换行') for n in range(3)), first_step(3, guard="一"), first_step(4)])
    fill(store, [first_step(5, guard="一", contest=True)])
    store.append(next_step(store.read(number(1)), "returned", "returned")).result(30)
    store.append(next_step(store.read(number(1)), "corrected", "submitted", body={"text": "改过的"})).result(30)
    store.append(next_step(store.read(number(1)), "accepted", "accepted")).result(30)
    store.erase(next_step(store.read(number(2)), "noted", "submitted"), 1)
    found = {answers.number: answers for answers in store.answers(Selection())}
    corrected = store.read(number(1)).events[2]
    assert (found[number(1)].body, found[number(1)].digest) == (corrected.body, corrected.digest)
    assert found[number(1)].status == "accepted"
    assert found[number(2)].body is None
    assert found[number(2)].digest == store.read(number(2)).events[0].digest
    assert [number(n) for n in range(6) if found[number(n)].contested] == [number(3), number(5)]
    assert [*found.values()] == [answers_of(record) for record in store.stream(Selection())]


def test_an_answer_stream_is_a_snapshot_and_can_be_closed_early(store: RecordStore) -> None:
    fill(store, (first_step(n) for n in range(1000)))
    left, whole = store.answers(Selection()), store.answers(Selection())
    first = next(left), next(whole)
    del left
    fill(store, (first_step(n) for n in range(1000, 1100)))
    assert [answers.number for answers in (first[1], *whole)] == [number(n) for n in range(1000)]


def test_filings_of_one_moment_are_all_there_once(store: RecordStore) -> None:
    """As many as no reading of a part at a time holds, so that its end falls between two of the same microsecond."""
    fill(store, (first_step(n, submitted_at="2026-09-18T02:24:00.000000Z") for n in range(450)))
    assert [answers.number for answers in store.answers(Selection())] == [number(n) for n in range(450)]


def test_a_stream_yields_every_event_of_a_record(store: RecordStore) -> None:
    fill(store, (first_step(n) for n in range(3)))
    store.append(next_step(store.read(number(1)), "returned", "returned")).result(30)
    records = {record.summary.number: record for record in store.stream(Selection())}
    assert [event.sequence for event in records[number(1)].events] == [1, 2]
    assert records[number(1)] == store.read(number(1))


@pytest.mark.parametrize(
    "selection",
    [
        Selection(form="无" * 3000),
        Selection(form="annual-self-check", period="x" * 3000),
        Selection(period="x" * 3000),
        Selection(unit="x" * 3000),
        Selection(status="x" * 3000),
        Selection(words=("x" * 3000,)),
        Selection(guard="x" * 3000),
        Selection(numbers=("x" * 3000, "")),
        Selection(form="", period=""),
    ],
)
def test_an_unmatched_selection_is_empty(store: RecordStore, selection: Selection) -> None:
    fill(store, [first_step(1)])
    assert numbers(store, selection) == []
    assert store.count(selection) == 0
    assert store.digests(selection) == ()
    assert list(store.stream(selection)) == []


def test_pages_of_named_filings_are_contiguous(store: RecordStore) -> None:
    fill(store, (first_step(n, guard="g", contest=n > 0) for n in range(10)))
    named = Selection(numbers=tuple(number(n) for n in range(10)))
    for selection in (named, Selection(guard="g"), Selection(status="contested")):
        first = store.page(selection, limit=4)
        second = store.page(selection, limit=4, cursor=first.older)
        last = store.page(selection, limit=4, cursor=second.older)
        pages = [[summary.number for summary in page.items] for page in (first, second, last)]
        assert pages == [[number(n) for n in some] for some in ((9, 8, 7, 6), (5, 4, 3, 2), (1, 0))]
        assert (first.newer, last.older) == (None, None)
        assert store.page(selection, limit=4, cursor=last.newer).items == second.items
        assert store.page(selection, limit=4, cursor=second.newer).items == first.items


def test_a_summary_in_a_list_is_the_one_of_the_record(store: RecordStore) -> None:
    fill(store, [first_step(n, warnings=("记录数为 0",), text="密集架", guard="g", contest=n > 1) for n in (1, 2)])
    listed = store.page(Selection(form="annual-self-check"), limit=10).items
    assert listed == tuple(store.read(number(n)).summary for n in (2, 1))
    assert listed == store.page(Selection(words=("密集",)), limit=10).items
    assert tuple(record.summary for record in store.stream(Selection()))[::-1] == listed


def test_one_moment_and_many_forms_keep_their_order(store: RecordStore) -> None:
    at = "2026-09-18T02:24:00.000000Z"
    fill(store, (first_step(n, form=f"form-{n % 3}", period=f"{n % 2}", submitted_at=at) for n in range(30)))
    assert numbers(store, Selection()) == [number(n) for n in reversed(range(30))]
    assert numbers(store, Selection(period="1")) == [number(n) for n in reversed(range(1, 30, 2))]
    assert numbers(store, Selection(form="form-2")) == [number(n) for n in reversed(range(2, 30, 3))]
    streamed = [record.summary.number for record in store.stream(Selection(period="0", form="form-0"))]
    assert streamed == [number(n) for n in range(0, 30, 6)]
