"""Lists, counts and streams filings for any selection; reads the lists, and does not write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import Final

from functions.records.store import Page, Record, Selection, Summary
from functions.storage.aws.batches import KEYS_AT_ONCE, lots
from functions.storage.aws.items import position
from functions.storage.aws.reading import Reader
from functions.storage.aws.records import shard_merge as merge
from functions.storage.aws.records.cursor import Cursor, read_cursor
from functions.storage.aws.records.selection import Span, is_by_name, matches, span_of
from functions.storage.aws.records.shard_merge import Entry, Merge, Walk

# After this many entries a page returns what it has found, and a cursor to go on: a request must end.
MOST_READ: Final = 20_000
FILTERED_LOT: Final = 100
RECORDS_AT_ONCE: Final = 4 * KEYS_AT_ONCE

Kept = tuple[str, str, str]


class Listing:
    """Answers the port's questions about many filings. `kept` returns (form, period, form digest) of all that exist."""

    def __init__(self, reader: Reader, kept: Callable[[], list[Kept]], cursor_key: bytes) -> None:
        self._reader, self._kept, self._cursor_key = reader, kept, cursor_key

    def page(self, selection: Selection, *, limit: int, cursor: str | None) -> Page:
        """Return one page, newest first; a short or even empty page may still have a cursor to go on with."""
        place = read_cursor(cursor, self._cursor_key) if cursor is not None else None
        walk = _walk_from(place)
        if is_by_name(selection):
            found, reached = _beside(self._named(selection), place)[: limit + 1], None
        else:
            found, reached = self._walked(selection, walk, limit + 1)
        shown = found[:limit]
        far = position_of(shown[-1]) if len(found) > limit else reached
        near = position_of(shown[0]) if shown else far
        sides = ("newer", "older") if walk.forward else ("older", "newer")
        onward = self._written(sides[0], far)
        # A reader who came from one side can go back there: only the other end needs a lookup.
        backward = self._written(sides[1], near) if place is not None else None
        if walk.forward:
            shown, onward, backward = shown[::-1], backward, onward
        return Page(tuple(shown), older=onward, newer=backward)

    def count(self, selection: Selection) -> int:
        """Return the number of matching filings."""
        if is_by_name(selection):
            return len(self._named(selection))
        span = self._span(selection)
        if not selection.words:
            return merge.count(self._reader, span)
        return sum(1 for _ in self._matching(selection, Merge(self._reader, span, Walk(False), lot=FILTERED_LOT)))

    def digests(self, selection: Selection) -> tuple[str, ...]:
        """Return the digests of the form documents of matching filings, the most recently filed first."""
        if is_by_name(selection):
            return tuple(dict.fromkeys(summary.form_digest for summary in self._named(selection)))
        entries = Merge(self._reader, self._span(selection), Walk(forward=False), lot=FILTERED_LOT)
        met: Iterable[Entry | Summary] = self._matching(selection, entries) if selection.words else entries
        known = {
            digest
            for form, period, digest in self._kept()
            if selection.form in (None, form) and selection.period in (None, period)
        }
        found: dict[str, None] = {}
        for each in met:
            found |= {each.form_digest: None} if each.form_digest else {}
            if len(found) == len(known):
                break
        return tuple(found)

    def stream(self, selection: Selection) -> Iterator[Record]:
        """Yield every matching record, oldest first; leaves out those filed after the first was asked for."""
        chosen: Iterable[Summary]
        chosen = reversed(self._named(selection)) if is_by_name(selection) else self._streamed(selection)
        for some in lots(chosen, RECORDS_AT_ONCE):
            yield from self._reader.records(some)

    def _streamed(self, selection: Selection) -> Iterator[Summary]:
        span = self._span(selection)
        last = merge.newest(self._reader, span)
        if last is None:
            return
        contested = self._reader.contested_guards()
        entries = Merge(self._reader, span, Walk(True, ("<=", last)), lot=FILTERED_LOT)
        for some in lots(self._matching(selection, entries), RECORDS_AT_ONCE):
            yield from self._reader.marked(some, among=contested)

    def _walked(self, selection: Selection, walk: Walk, wanted: int) -> tuple[list[Summary], str | None]:
        """Return at most `wanted` summaries in the order of the walk, and how far it came if it stopped early."""
        span = self._span(selection)
        lot = FILTERED_LOT if span.filter or selection.words else ceil(1.5 * wanted / len(span.partitions or "1")) + 1
        merged = Merge(self._reader, span, walk, lot=lot)
        most = MOST_READ + lot * len(span.partitions)
        entries, reached = iter(merged), None
        found: list[Summary] = []
        while len(found) < wanted and reached is None:
            size = RECORDS_AT_ONCE if selection.words else wanted - len(found)
            some, reached = _take(entries, size, lambda: merged.read > most)
            if not some and reached is None:
                break
            found += self._matching(selection, some)
        return self._reader.marked(found[:wanted]), None if len(found) >= wanted else reached

    def _matching(self, selection: Selection, entries: Iterable[Entry]) -> Iterator[Summary]:
        """Return the summaries of the entries as they are now, without those that no longer match."""
        numbers = (entry.number for entry in entries if entry.number is not None)
        for some in lots(numbers, RECORDS_AT_ONCE):
            summaries = self._reader.summaries(some)
            for number in some:
                if number in summaries and matches(summaries[number], selection):
                    yield summaries[number]

    def _named(self, selection: Selection) -> list[Summary]:
        """Return all matches, newest first, of a selection that needs no index."""
        if selection.numbers:
            numbers: Iterable[str] = selection.numbers
        elif selection.guard is not None:
            numbers = self._reader.members(selection.guard)
        else:
            numbers = self._reader.contesting()
        found = self._reader.marked(list(self._reader.summaries(numbers).values()))
        return sorted((each for each in found if matches(each, selection)), key=position_of, reverse=True)

    def _span(self, selection: Selection) -> Span:
        return span_of(selection, lambda period: {form for form, of, _ in self._kept() if of == period})

    def _written(self, side: str, at: str | None) -> str | None:
        if at is None:
            return None
        return Cursor("older" if side == "older" else "newer", at).written(self._cursor_key)


def position_of(summary: Summary) -> str:
    """Return the position of a filing in every list."""
    return position(summary.submitted_at, summary.number)


def _walk_from(place: Cursor | None) -> Walk:
    if place is None:
        return Walk(forward=False)
    return Walk(forward=True, bound=(">", place.at)) if place.side == "newer" else Walk(False, ("<", place.at))


def _beside(summaries: list[Summary], place: Cursor | None) -> list[Summary]:
    """Return the summaries, given newest first, on the cursor's side of its place, the nearest first."""
    if place is None:
        return summaries
    if place.side == "older":
        return [each for each in summaries if position_of(each) < place.at]
    return [each for each in reversed(summaries) if position_of(each) > place.at]


def _take(entries: Iterator[Entry], size: int, spent: Callable[[], bool]) -> tuple[list[Entry], str | None]:
    """Return the next entries, at most `size`; and how far they reach if the walk must stop there."""
    some: list[Entry] = []
    for entry in entries:
        if entry.number is not None:
            some.append(entry)
        if spent():
            return some, entry.at
        if len(some) == size:
            break
    return some, None
