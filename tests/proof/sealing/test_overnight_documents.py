"""The nightly task typesets the missing documents of packages, as many as the night has time for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from functions.background import app as background
from functions.background import overnight_documents as papers
from functions.background.overnight_documents import OvernightDocuments, set_missing
from functions.bootstrap import Services
from functions.errors import StoreUnavailable
from functions.exports.pdf import Press
from functions.exports.typesetting.document import Document
from functions.forms.definition import Definition
from functions.local.server.nightly_tasks import PAPERS_AT_MOST, _set_papers, watch
from functions.records.erasing import erase
from functions.records.filing import prepare
from functions.records.store import Record, Selection, Summary
from functions.supervision.deadlines import day_in_shanghai, due_date, timeliness_of_day
from functions.web.filing.documents import tools_of
from tests.support.clock import Clock
from tests.support.filings import make_uscc, valid_self_check
from tests.support.forms import self_check


@pytest.fixture
def press(services: Services) -> Press:
    return tools_of(services).press


def file(services: Services, many: int, start: int = 0) -> list[Summary]:
    """Filings, one a second, the oldest first."""
    steps = []
    for place in range(start, start + many):
        at = services.clock() + timedelta(seconds=place)
        data = valid_self_check(uscc=make_uscc(place))
        due = due_date(self_check().filing_for(data), data)
        step = prepare(
            self_check(),
            data,
            at=at,
            due=due,
            timeliness=timeliness_of_day(day_in_shanghai(at), due),
            contest=False,
            idempotency_key=None,
            request_digest="",
            keys=services.keys,
            entropy=services.entropy,
        )
        services.records.append(step).result(30)
        steps.append(step.summary)
    return steps


def missing(services: Services, press: Press) -> list[str]:
    """The filings that have no document, newest first."""
    page = services.records.page(Selection(), limit=100)
    return [summary.number for summary in page.items if press.lacks(summary)]


def never() -> bool:
    return False


def test_missing_documents_are_typeset_once_across_pages(
    services: Services, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "AT_ONCE", 2)
    file(services, 5)
    assert set_missing(services, press, never) == OvernightDocuments(5, 0, finished=True)
    assert missing(services, press) == []
    assert set_missing(services, press, never) == OvernightDocuments(0, 0, finished=True)
    file(services, 1, start=5)
    assert set_missing(services, press, never) == OvernightDocuments(1, 0, finished=True)


def test_a_download_uses_the_overnight_document(services: Services, press: Press) -> None:
    (summary,) = file(services, 1)
    set_missing(services, press, never)

    class Idle:
        def set(self, paper: Document) -> bytes:
            raise AssertionError("set a second time")

    idle = Press(press.letterhead, services.keys, Idle(), services.papers)
    record = services.records.read(summary.number)
    assert idle.filing(record, self_check()) == Press(press.letterhead, services.keys).filing(record, self_check())


def test_the_newest_come_first_and_the_next_night_goes_on(services: Services, press: Press) -> None:
    summaries = file(services, 4)
    looks = iter([False, False, True])
    assert set_missing(services, press, lambda: next(looks)) == OvernightDocuments(2, 0, finished=False)
    assert missing(services, press) == [summaries[1].number, summaries[0].number]
    assert set_missing(services, press, never) == OvernightDocuments(2, 0, finished=True)


def test_on_aws_the_task_uses_the_function_time_limit(services: Services, press: Press) -> None:
    file(services, 3)
    ticks = iter([0.0, 1.0, background.PATIENCE_SECONDS + 1.0])
    assert background.set_papers(services, lambda: next(ticks)) == OvernightDocuments(1, 0, finished=False)
    assert len(missing(services, press)) == 2
    assert background.set_papers(services, lambda: 0.0) == OvernightDocuments(2, 0, finished=True)


def test_an_erased_filing_gets_no_document_and_blocks_no_other(services: Services, press: Press) -> None:
    summaries = file(services, 3)
    set_missing(services, press, never)
    record = services.records.read(summaries[1].number)
    made = erase(record, version=1, reason="示例决定", actor="(console)", at=services.clock(), entropy=services.entropy)
    services.records.erase(made.step, made.sequence)
    assert set_missing(services, press, never) == OvernightDocuments(0, 0, finished=True)


@dataclass
class Troubled:
    """A press that fails for one filing, as often as it is asked for that."""

    press: Press
    number: str
    error: Exception

    @contextmanager
    def for_many(self) -> Iterator[Troubled]:
        yield self

    def lacks(self, summary: Summary) -> bool:
        return self.press.lacks(summary)

    def fill(self, record: Record, definition: Definition) -> None:
        if record.summary.number == self.number:
            raise self.error
        self.press.fill(record, definition)


def test_a_failing_document_is_logged_and_blocks_no_other(
    services: Services, press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    summaries = file(services, 3)
    troubled: Any = Troubled(press, summaries[1].number, RuntimeError("type"))
    assert set_missing(services, troubled, never) == OvernightDocuments(2, 1, finished=True)
    assert missing(services, press) == [summaries[1].number]
    assert [record.msg for record in caplog.records if record.levelname == "ERROR"] == [
        {"papers": "failed", "number": summaries[1].number}
    ]


def test_a_store_that_cannot_keep_documents_stops_the_task(services: Services, press: Press) -> None:
    summaries = file(services, 3)
    troubled: Any = Troubled(press, summaries[1].number, StoreUnavailable("disk"))
    with pytest.raises(StoreUnavailable):
        set_missing(services, troubled, never)
    assert missing(services, press) == [summaries[1].number, summaries[0].number]


class Looks:
    """Stands for sleeping: moves the clock, and ends the watch after so many looks."""

    def __init__(self, clock: Clock, most: int) -> None:
        self.clock, self.left = clock, most

    async def __call__(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)
        self.left -= 1
        if self.left < 0:
            raise asyncio.CancelledError


def test_the_server_typesets_documents_after_the_seal(
    services: Services, clock: Clock, press: Press, caplog: pytest.LogCaptureFixture
) -> None:
    file(services, 2)
    with caplog.at_level("INFO"), pytest.raises(asyncio.CancelledError):
        asyncio.run(watch(services, Looks(clock, 2)))
    assert services.seals.last_seal() is not None
    assert missing(services, press) == []
    assert {"papers": {"set": 2, "failed": 0, "finished": True}} in [record.msg for record in caplog.records]


def test_a_night_that_is_over_leaves_the_rest(services: Services, clock: Clock, press: Press) -> None:
    file(services, 3)
    asked = count()

    def ticking() -> datetime:
        """The clock jumps to the end of the night once a document was asked about."""
        return clock.at + (PAPERS_AT_MOST if next(asked) >= 2 else timedelta(0))

    _set_papers(replace(services, clock=ticking), threading.Event())
    assert len(missing(services, press)) == 2


def test_a_server_that_ends_waits_for_one_document_at_most(services: Services, press: Press) -> None:
    file(services, 2)
    stopped = threading.Event()
    stopped.set()
    _set_papers(services, stopped)
    assert len(missing(services, press)) == 2
