"""Documents typeset in a worker process have the same bytes, survive its death, and leave no process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from functions.exports.typesetting.document import Document
from functions.exports.typesetting.typesetter import Typesetter
from functions.exports.typesetting.worker import FEW, MOST, Maker

PARTS: dict[str, Any] = {
    "bureau": "示例县档案局", "title": "示例", "subtitle": "", "number": "", "facts": [["编号", "甲"]], "scan": "",
    "words": [], "sections": [], "sign": [], "notes": [], "foot": "",
}  # fmt: skip


def paper(n: int) -> Document:
    return Document({**PARTS, "number": f"SC-2026-{n:06d}", "notes": [f"第 {n} 件，𠮷"]}, f"code {n}", (2026, 9, 18))


def children() -> set[int]:
    """The processes that this one has started and not ended."""
    found = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # it has ended since it was listed
            found |= {int(child) for child in (thread / "children").read_text().split()}
    return found


@pytest.fixture
def maker() -> Iterator[Maker]:
    made = Maker()
    yield made
    made.close()


def set_many(maker: Maker, papers: list[Document], threads: int = 3) -> list[bytes]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(maker.set, papers))


def test_workers_typeset_the_same_bytes_and_end_when_closed(maker: Maker) -> None:
    before = children()
    papers = [paper(n) for n in range(FEW + 12)]
    assert set_many(maker, papers) == [Typesetter().set(one) for one in papers]
    assert len(children() - before) == 1
    maker.close()
    assert children() <= before


def test_few_documents_start_no_process(maker: Maker) -> None:
    before = children()
    set_many(maker, [paper(n) for n in range(FEW)])
    assert children() <= before


def test_a_killed_worker_loses_no_document(maker: Maker) -> None:
    before = children()
    set_many(maker, [paper(n) for n in range(FEW + 6)])
    started = children() - before
    assert started
    for process in started:
        os.kill(process, signal.SIGKILL)
    papers = [paper(n) for n in range(100, 106)]
    assert set_many(maker, papers) == [Typesetter().set(one) for one in papers]


def test_a_failing_document_raises_its_own_error_and_the_next_succeeds(maker: Maker) -> None:
    set_many(maker, [paper(n) for n in range(FEW)], threads=1)
    with pytest.raises(Exception, match="map"):
        maker.set(Document({**PARTS, "facts": 3}, "", (2026, 9, 18)))
    assert maker.set(paper(1)) == Typesetter().set(paper(1))


def test_concurrent_downloads_stay_within_the_process_limit(maker: Maker) -> None:
    before = children()
    others = [Maker() for _ in range(MOST)]
    try:
        for each in (maker, *others):
            papers = [paper(n) for n in range(FEW + 4)]
            assert set_many(each, papers) == [Typesetter().set(one) for one in papers]
        assert len(children() - before) == MOST
    finally:
        for each in others:
            each.close()
    maker.close()
    assert children() <= before
