"""Fills a store with many filings faster than by filing them one by one; for tests that only read lists."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.records.store import Append, RecordStore
from functions.storage.aws.batches import lots
from functions.storage.aws.records.store import AwsStore

MOST_IN_ONE_BATCH = 25
BATCHES_AT_ONCE = 4


def fill(store: RecordStore, steps: Iterable[Append]) -> None:
    """Append new filings; in the cloud as its events and summaries alone, without guards or answers."""
    if isinstance(store, AwsStore):
        _write_batches(store, steps)
    else:
        for future in [store.append(step) for step in steps]:
            future.result(60)


def _write_batches(store: AwsStore, steps: Iterable[Append]) -> None:
    appender = store.appender
    items: dict[tuple[str, str], Any] = {}
    for step in steps:
        for write in appender.writes(step, None):
            if "Put" in write.action and "member" not in write.action["Put"]["Item"]["sk"]["S"]:
                item = write.action["Put"]["Item"]
                items[item["pk"]["S"], item["sk"]["S"]] = item

    def put(some: list[Any]) -> None:
        asked: Any = {appender.table: [{"PutRequest": {"Item": item}} for item in some]}
        while asked:
            asked = appender.client.batch_write_item(RequestItems=asked)["UnprocessedItems"]

    with ThreadPoolExecutor(BATCHES_AT_ONCE) as pool:
        list(pool.map(put, lots(items.values(), MOST_IN_ONE_BATCH)))
