"""The differences between two versions of a filing, field by field; knows no HTML and no record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from functions.forms import pointer
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.outline import Item


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs; None means that there is no answer.

    `pointer` is its place in the newer version, or in the older one if only that has it. `label` is its Chinese name
    with the row. `part` is the field, or the rows to which a whole row was added or from which it was removed.
    """

    pointer: str
    label: str
    part: Field | Rows
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes in form order, and the number of equal answers."""

    changes: tuple[Change, ...]
    unchanged: int


def compare(definition: Definition, before: Any, after: Any) -> Comparison:
    """Compare the answers `after` with those `before`, both of one form.

    Rows are matched by what they hold, so that one taken out of the middle is one change and not a change of all that
    follow it.
    """
    reading = _Reading(definition)
    for section in definition.sections:
        reading.items(
            section.items, _held(before, section.key), _held(after, section.key), (section.key,), (section.key,)
        )
    return Comparison(tuple(reading.changes), reading.unchanged)


Place = tuple[str, ...]


class _Reading:
    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self.changes: list[Change] = []
        self.unchanged = 0

    def items(self, items: Iterable[Item], before: Any, after: Any, old: Place, new: Place) -> None:
        for item in items:
            was, now = _held(before, item.key), _held(after, item.key)
            here, there = (*new, item.key), (*old, item.key)
            if isinstance(item, Group):
                self.items(item.items, was, now, there, here)
            elif isinstance(item, Rows):
                self._rows(item, was, now, there, here)
            elif meaning(was) == meaning(now):
                self.unchanged += was is not None or now is not None
            else:
                self._add(here if now is not None else there, item, was, now)

    def _rows(self, rows: Rows, before: Any, after: Any, old: Place, new: Place) -> None:
        was, now = _list(before), _list(after)
        for first, second in _matched(was, now):
            here, there = (*new, str(second)), (*old, str(first))
            if first is None:
                self._add(here, rows, None, now[second or 0])
            elif second is None:
                self._add(there, rows, was[first], None)
            else:
                self.items(rows.items, was[first], now[second], there, here)

    def _add(self, place: Place, part: Field | Rows, before: Any, after: Any) -> None:
        at = pointer.join(place)
        self.changes.append(Change(at, self._definition.label_at(at), part, before, after))


def _matched(before: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int | None]]:
    """Match the rows of two versions: equal ones first, the rest between them in order."""
    keys = [[json.dumps(row, sort_keys=True) for row in rows] for rows in (before, after)]
    for tag, i, j, k, m in SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes():
        pairs = min(j - i, m - k)
        yield from zip(range(i, i + pairs), range(k, k + pairs), strict=True)
        if tag != "equal":
            yield from ((index, None) for index in range(i + pairs, j))
            yield from ((None, index) for index in range(k + pairs, m))


def meaning(value: Any) -> Any:
    """None where nothing was said: a box not ticked, no choice, and one never seen say the same; a 0 says 0."""
    return None if value is False or value == [] else value


def _held(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
