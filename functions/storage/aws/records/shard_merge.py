"""Merges the shards of an index into one list, by time and number, reading only as far as needed; knows no filing."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Literal

from functions.storage.aws.reading import Reader
from functions.storage.aws.records.selection import Span

LARGEST_LOT: Final = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an index. Without a number it marks how far a shard has been read, whatever a filter left out."""

    at: str
    number: str | None
    form_digest: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """The direction, `forward` being oldest first, and the bound: ("<", position) and the like."""

    forward: bool
    bound: tuple[Literal["<", ">", "<="], str] | None = None

    def narrow(self, query: dict[str, Any]) -> dict[str, Any]:
        """Restrict the query to the positions of the walk."""
        if self.bound is not None:
            operator, at = self.bound
            query["KeyConditionExpression"] += f" AND #at {operator} :at"
            query["ExpressionAttributeNames"]["#at"] = "at"
            query["ExpressionAttributeValues"][":at"] = {"S": at}
        return query | {"ScanIndexForward": self.forward}


class Merge:
    """The entries of all partitions of a span in one order; `read` counts the entries that were examined."""

    def __init__(self, reader: Reader, span: Span, walk: Walk, *, lot: int) -> None:
        self.read = 0
        self._reader, self._span, self._walk, self._lot = reader, span, walk, lot

    def __iter__(self) -> Iterator[Entry]:
        """Yield entries and marks in order; reads the beginnings of all partitions concurrently."""
        begun = [
            (query, self._reader.pool.submit(self._ask, query))
            for query in (self._walk.narrow(self._span.query(each)) for each in self._span.partitions)
        ]
        shards = [self._shard(query, first) for query, first in begun]
        return heapq.merge(*shards, key=lambda entry: entry.at, reverse=not self._walk.forward)

    def _shard(self, query: dict[str, Any], first: Future[Any]) -> Iterator[Entry]:
        answer, lot = first.result(), self._lot
        while True:
            self.read += answer["ScannedCount"]
            for item in answer["Items"]:
                yield Entry(item["at"]["S"], item["pk"]["S"].partition("#")[2], item["form_digest"]["S"])
            end = answer.get("LastEvaluatedKey")
            if end is None:
                return
            yield Entry(end["at"]["S"], None)
            lot = min(2 * lot, LARGEST_LOT)
            answer = self._ask(query | {"ExclusiveStartKey": end}, lot)

    def _ask(self, query: dict[str, Any], lot: int | None = None) -> Any:
        reader = self._reader
        return reader.calls(reader.client.query, TableName=reader.table, Limit=lot or self._lot, **query)


def newest(reader: Reader, span: Span) -> str | None:
    """Return the position of the newest entry of the span, ignoring its filter; None when there is none."""
    bare = Span(span.index, span.partitions)
    return next((entry.at for entry in Merge(reader, bare, Walk(forward=False), lot=1)), None)


def count(reader: Reader, span: Span) -> int:
    """Return the number of entries that pass the span's filter, counted in all partitions concurrently."""

    def of(partition: str) -> int:
        query = span.query(partition) | {"Select": "COUNT", "TableName": reader.table}
        found = 0
        while True:
            answer = reader.calls(reader.client.query, **query)
            found += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return found
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    return sum(reader.pool.map(of, span.partitions))
