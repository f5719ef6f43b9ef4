"""Lays out answers as the office's table: cells in four columns, repeated rows as grids; knows no PDF and no record."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.forms.address import numeral
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.outline import Item, Section
from functions.forms.page.answer_text import UNANSWERED, answer_words

Cell = dict[str, Any]
Block = dict[str, Any]

COLUMNS = 4
MOST_IN_GRID = 8
# The capacity of two of four columns on one line, in half-width characters.
_SHORT_LABEL, _SHORT_VALUE, _SHORT_PART = 16, 26, 20
_MARGIN, _NARROWEST, _WIDEST = 2, 5, 30
# Every column of a grid has at least a twelfth of the line: three and a half characters.
_PARTS = 12


def sections_of(definition: Definition, data: Mapping[str, Any]) -> list[Block]:
    """Return every non-empty section with its blocks: `cells` in four columns, or the `grid` of rows."""
    made = []
    for number, section in enumerate(definition.sections, 1):
        blocks = list(_Section(data.get(section.key)).blocks(section.items))
        if blocks:
            made.append({"title": _title(section, number), "blocks": blocks})
    return made


def label(text: str, columns: int = 1) -> Cell:
    """Return a cell with the label of its neighbour."""
    return {"text": text, "columns": columns, "label": True}


def value(text: str, columns: int = 1) -> Cell:
    """Return a cell with an answer."""
    return {"text": text, "columns": columns, "label": False}


class _Section:
    """Fills lines of four columns with the items of one object."""

    def __init__(self, data: Any) -> None:
        self._data = data if isinstance(data, Mapping) else {}
        self._cells: list[Cell] = []

    def blocks(self, items: Sequence[Item]) -> Iterator[Block]:
        """Return the blocks of the questions that apply, in form order."""
        for item in items:
            held = self._data.get(item.key)
            if isinstance(item, Rows) and held:
                yield from self._closed()
                yield from _rows(item, held)
            elif held is not None or item.required != "sometimes":
                self._add(item, held)
        yield from self._closed()

    def _add(self, item: Item, held: Any) -> None:
        if isinstance(item, Group):
            self._add_group(item, held if isinstance(held, Mapping) else {})
            return
        words = answer_words(item, held) if isinstance(item, Field) else UNANSWERED
        if _width(item.label) > _SHORT_LABEL:
            self._line(label(item.label, 2), value(words, 2))
        elif _width(words) > _SHORT_VALUE or "\n" in words:
            self._line(label(item.label), value(words, 3))
        else:
            self._cells += (label(item.label), value(words))

    def _add_group(self, group: Group, held: Mapping[str, Any]) -> None:
        """Put a group on one line: its label, its leading answer, the rest of its answers."""
        shown = [item for item in group.items if held.get(item.key) is not None or item.required != "sometimes"]
        lead = [
            answer_words(item, held.get(item.key))
            for item in shown
            if item.key == group.lead and isinstance(item, Field)
        ]
        rest = [_part(item, held.get(item.key)) for item in shown if item.key != group.lead]
        brief = len(rest) > 1 and all(_width(part) <= _SHORT_PART for part in rest)
        words = ("，" if brief else "\n").join(rest)
        wide = _width(group.label) > _SHORT_LABEL or bool(lead)
        if lead:
            self._line(label(group.label, 2), value("\n".join(lead)), value(words))
        elif wide:
            self._line(label(group.label, 2), value(words, 2))
        else:
            self._line(label(group.label), value(words, 3))

    def _line(self, *cells: Cell) -> None:
        """Start a new line; the previous one is filled up."""
        self._fill()
        self._cells += cells

    def _fill(self) -> None:
        used = sum(cell["columns"] for cell in self._cells) % COLUMNS
        if used:
            self._cells[-1]["columns"] += COLUMNS - used

    def _closed(self) -> Iterator[Block]:
        self._fill()
        if self._cells:
            yield {"cells": self._cells}
        self._cells = []


def _rows(rows: Rows, held: Sequence[Any]) -> Iterator[Block]:
    """Return a grid with a line for each row; rows with many or nested questions are written one below the other."""
    fields = [item for item in rows.items if isinstance(item, Field)]
    if len(fields) == len(rows.items) <= MOST_IN_GRID:
        yield {"grid": _grid(rows, fields, held)}
        return
    for number, row in enumerate(held, 1):
        yield {"cells": [{**label(f"{rows.item_label} {number}", COLUMNS)}]}
        yield from _Section(row).blocks(rows.items)


def _grid(rows: Rows, fields: Sequence[Field], held: Sequence[Any]) -> dict[str, Any]:
    lines = [
        [str(number), *(answer_words(field, row.get(field.key)) for field in fields)]
        for number, row in enumerate(held, 1)
    ]
    head = ["序号", *(field.label for field in fields)]
    widths = [_weight(column) for column in zip(*([head[1:], *(line[1:] for line in lines)]), strict=True)]
    widths = [max(width, math.ceil(sum(widths) / _PARTS)) for width in widths]
    return {"title": rows.label, "widths": widths, "head": head, "lines": lines}


def _weight(column: Sequence[str]) -> int:
    """Return the width that a column needs, in half-width characters, for its share of the line."""
    head, *words = column
    widest = max(math.ceil(_width(head) / 2), *map(_width, words), _NARROWEST)
    return min(widest, _WIDEST) + _MARGIN


def _part(item: Item, held: Any) -> str:
    """Return an answer inside a group: a count before its counter (4,100 件), the rest after their label."""
    if not isinstance(item, Field):
        return item.label
    if item.kind == "integer" and isinstance(held, int) and len(item.label) == 1:
        return f"{held:,} {item.label}"
    return f"{item.label}：{answer_words(item, held)}"


def _title(section: Section, number: int) -> str:
    return section.title if section.closing else f"{numeral(number)}、{section.title}"


def _width(text: str) -> int:
    """Return the width of the longest line in half-width characters."""
    return max(
        sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in line)
        for line in text.split("\n")
    )
