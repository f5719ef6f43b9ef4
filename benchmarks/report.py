"""What a measurement says and how it is printed: plain tables, the bar beside the figure; measures nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table: `value` as measured; with a `bar`, it must be "at least" or "below" or "at most" it."""

    name: str
    value: float
    unit: str
    sense: Literal["at least", "at most", "below"] | None = None
    bar: float | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Whether there is a bar and the value does not keep it."""
        if self.bar is None:
            return False
        kept = {
            "at least": self.value >= self.bar,
            "at most": self.value <= self.bar,
            "below": self.value < self.bar,
        }
        return not kept[self.sense or "at most"]


@dataclass(slots=True)
class Table:
    """The figures of one benchmark, floors among them."""

    title: str
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        sense: Literal["at least", "at most", "below"] | None = None,
        bar: float | None = None,
        note: str = "",
    ) -> None:
        """Append a line."""
        self.figures.append(Figure(name, value, unit, sense, bar, note))

    def missed(self) -> list[Figure]:
        """The lines whose bar was not kept."""
        return [figure for figure in self.figures if figure.missed]


def show(table: Table) -> str:
    """The table as text in columns."""
    rows = [("", "measured", "bar", "", ""), *(_row(figure) for figure in table.figures)]
    widths = [max(_width(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"\n== {table.title}", *lines])


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    bar = f"{figure.sense} {_number(figure.bar)} {figure.unit}" if figure.bar is not None else ""
    verdict = "" if figure.bar is None else "MISSED" if figure.missed else "ok"
    return figure.name, f"{_number(figure.value)} {figure.unit}".strip(), bar, verdict, figure.note


def _number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie (nearest rank)."""
    return values[min(len(values) - 1, int(share * len(values)))]
