"""Converts one filing into table cells, by a plan compiled once per form version; knows no file format.

A file format defines how it shows a value of each kind (`Cells`); everything else is common to all formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from functions.errors import QingdanError
from functions.exports.refitting import is_asked_alike, refit
from functions.exports.table import BETWEEN_FILES, MAIN_COLUMNS, ROW_COLUMNS, Column, Kind, Path, Table, kind_of
from functions.forms.definition import Definition, Field, Rows
from functions.forms.pointer import ANY_ROW
from functions.records.store import Answers, Decided
from functions.records.words import AGREED, CONTESTED, DECIDED, STATUSES, TIMELINESS

SHANGHAI = ZoneInfo("Asia/Shanghai")
TRUE, FALSE = "是", "否"

Cell = Any
Convert = Callable[[Any], Cell]


@dataclass(frozen=True, slots=True)
class Cells:
    """How one file format shows a value: text from a string, a number from an int or a decimal string, a date from
    YYYY-MM-DD, a moment from YYYY-MM-DD HH:MM:SS in Asia/Shanghai; `blank` for what was not answered."""

    text: Convert
    integer: Convert
    decimal: Convert
    date: Convert
    moment: Convert
    blank: Cell

    def of(self, kind: Kind) -> Convert:
        return {
            "text": self.text,
            "integer": self.integer,
            "decimal": self.decimal,
            "date": self.date,
            "moment": self.moment,
        }[kind]


PLAIN = Cells(text=str, integer=str, decimal=str, date=str, moment=str, blank="")


class _Plan(NamedTuple):
    """Where the answers of one object go: (key, position, conversion), nested objects, nested repeated rows."""

    leaves: tuple[tuple[str, int, Convert], ...]
    branches: tuple[tuple[str, _Plan], ...]
    arrays: tuple[tuple[str, _RowsStep], ...]


@dataclass(frozen=True, slots=True)
class _RowsStep:
    """`table` is None for rows of which only nested rows are exported."""

    table: int | None
    width: int
    plan: _Plan


@dataclass(slots=True)
class _Draft:
    """A _RowsStep during the compilation of its plan."""

    table: int | None = None
    width: int = 0
    branch: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Version:
    plan: _Plan
    facts: Facts


class _Titles(dict[str, Cell]):
    """The cells of a choice's values; a value unknown to the form is shown unchanged."""

    def __init__(self, choices: Sequence[tuple[str, str]], text: Convert) -> None:
        super().__init__((value, text(title)) for value, title in choices)
        self._text = text

    def __missing__(self, value: Any) -> Cell:
        return self._text(str(value))


class Facts:
    """The cells under MAIN_COLUMNS, for filings of one form version."""

    def __init__(self, version: Definition, cells: Cells) -> None:
        text = cells.text
        self._definition, self._cells, self._form = version, cells, text(version.short)
        self._periods: dict[str, Cell] = {}
        self._undecided = (cells.blank,) * 4
        self._timeliness = {key: text(mark.word) for key, mark in TIMELINESS.items()}
        self._statuses = {(status, False): text(mark.word) for status, mark in STATUSES.items()}
        self._statuses |= {(status, True): text(f"{mark.word}，{CONTESTED.word}") for status, mark in STATUSES.items()}

    def of(self, answers: Answers) -> list[Cell]:
        cells = self._cells
        period = self._periods.get(answers.period)
        if period is None:
            period = self._periods[answers.period] = cells.text(self._definition.period_title(answers.period))
        return [
            cells.text(answers.number),
            cells.text(answers.unit_name),
            self._form,
            period,
            self._moment(answers.submitted_at),
            self._moment(answers.corrected_at) if answers.corrected_at else cells.blank,
            cells.date(answers.due),
            self._timeliness[answers.timeliness],
            self._statuses[answers.status, answers.contested],
            cells.integer(answers.version),
            *(self._decision(answers.decision) if answers.decision else self._undecided),
            cells.text(answers.digest),
        ]

    def _decision(self, decided: Decided) -> tuple[Cell, ...]:
        said = orjson.loads(decided.body) if decided.body else {}
        word = DECIDED[decided.type] if said.get("complete", True) else AGREED
        text = self._cells.text
        words = text(said.get("opinion") or said.get("reason") or "")
        return text(word), self._moment(decided.at), text(decided.actor), words

    def _moment(self, at: str) -> Cell:
        return self._cells.moment(_shanghai_hour(at[:13]) + at[13:19])


class CellReader:
    """The filings of one form as cells of the given `tables`: a CSV asks for a single one."""

    def __init__(self, tables: Sequence[Table], versions: Sequence[Definition], cells: Cells) -> None:
        self._tables = tables
        self._cells = cells
        self._main = next((index for index, table in enumerate(tables) if table.rows is None), None)
        self._blank = [cells.blank] * max(len(table.columns) for table in tables)
        self._versions = {version.digest: self._compile(version) for version in versions}

    def lines(self, answers: Answers) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each line of this filing: the index of its table, and the cells in the order of the columns."""
        version = self._versions.get(answers.form_digest)
        if version is None:
            raise QingdanError("导出的同时有人按新版表单填报，这份文件因此不完整。请重新导出一次")
        body = orjson.loads(answers.body) if answers.body is not None else {}
        rows: list[tuple[_RowsStep, list[Any]]] = []
        main = self._blank[:]
        _place(body.get("data") or {}, version.plan, main, rows)
        if self._main is not None:
            main[: len(MAIN_COLUMNS)] = version.facts.of(answers)
            yield self._main, main[: len(self._tables[self._main].columns)]
        ends = self._cells.text(answers.number), self._cells.text(answers.unit_name)
        for step, items in rows:
            yield from self._row_lines(ends, step, items)

    def _row_lines(
        self, ends: tuple[Cell, Cell], step: _RowsStep, items: list[Any], above: str = ""
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the lines of rows and of their nested rows; `above` is the place of the surrounding row."""
        cells, (number, unit) = self._cells, ends
        for position, item in enumerate(items, 1):
            line, inner = self._blank[: step.width], list[tuple[_RowsStep, list[Any]]]()
            _place(item, step.plan, line, inner)
            if step.table is not None:
                place = cells.text(f"{above}{position}") if above else cells.integer(position)
                line[: len(ROW_COLUMNS)] = (number, place, unit)
                yield step.table, line
            for below, held in inner:
                yield from self._row_lines(ends, below, held, f"{above}{position}.")

    def _compile(self, version: Definition) -> _Version:
        """The plan contains only what this version asks: another version may have asked something else at a path."""
        fields = {item.path: item for item in version.walk() if isinstance(item, Field)}
        arrays = {item.path for item in version.walk() if isinstance(item, Rows)}
        plan: dict[str, Any] = {}
        for index, table in enumerate(self._tables):
            if table.rows in arrays:
                rows = _draft_at(plan, table.rows)
                rows.table, rows.width = index, len(table.columns)
            for position, column in enumerate(table.columns):
                asked = fields.get(column.path)
                if asked is not None:
                    leaf = position, _convert_to(asked, column, self._cells)
                    _branch_at(plan, column.path[:-1])[column.path[-1]] = leaf
        return _Version(_frozen(plan), Facts(version, self._cells))


def _convert_to(answered: Field, column: Column, cells: Cells) -> Convert:
    """Return the function that turns an answer into the column's cell, whichever version defined the column's kind."""
    if column.asked is None or is_asked_alike(answered, column.asked):
        return _convert(answered, cells)
    words_of, asked = _convert(answered, PLAIN), column.asked

    def convert(value: Any) -> Cell:
        kind, words = refit(words_of(value), answered, asked)
        return cells.integer(int(words)) if kind == "integer" else cells.of(kind)(words)

    return convert


def _convert(asked: Field, cells: Cells) -> Convert:
    text = cells.text
    if asked.kind == "boolean":
        return {True: text(TRUE), False: text(FALSE)}.__getitem__
    if asked.kind == "choice":
        return _Titles(asked.choices, text).__getitem__
    if asked.kind == "choices":
        titles = dict(asked.choices)
        return lambda values: text("、".join(titles.get(value, str(value)) for value in values))
    if asked.kind == "attachments":
        return lambda files: text(BETWEEN_FILES.join(file["name"] for file in files))
    return cells.of(kind_of(asked))


def _branch_at(plan: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return the branch of the plan for the object at this path, "*" for each of its rows."""
    if not path:
        return plan
    if path[-1] == ANY_ROW:
        return _draft_at(plan, path[:-1]).branch
    inner: dict[str, Any] = _branch_at(plan, path[:-1]).setdefault(path[-1], {})
    return inner


def _draft_at(plan: dict[str, Any], path: Path) -> _Draft:
    rows: _Draft = _branch_at(plan, path[:-1]).setdefault(path[-1], _Draft())
    return rows


def _frozen(steps: Mapping[str, Any]) -> _Plan:
    """Return the plan of nested steps: a dict is a branch, a pair a leaf, a draft repeated rows."""
    return _Plan(
        tuple((key, *step) for key, step in steps.items() if isinstance(step, tuple)),
        tuple((key, _frozen(step)) for key, step in steps.items() if isinstance(step, dict)),
        tuple(
            (key, _RowsStep(step.table, step.width, _frozen(step.branch)))
            for key, step in steps.items()
            if isinstance(step, _Draft)
        ),
    )


def _place(node: Mapping[str, Any], plan: _Plan, line: list[Cell], rows: list[tuple[_RowsStep, list[Any]]]) -> None:
    """Put the answers below `node` where the plan says; every cell of every filing passes here, hence no isinstance."""
    leaves, branches, arrays = plan
    get = node.get
    for key, position, convert in leaves:
        value = get(key)
        if value is not None:
            line[position] = convert(value)
    for key, below in branches:
        inner = get(key)
        if inner:
            _place(inner, below, line, rows)
    for key, step in arrays:
        items = get(key)
        if items:
            rows.append((step, items))


@lru_cache(maxsize=1024)
def _shanghai_hour(at: str) -> str:
    """Convert an hour in UTC (2026-09-30T16) to Asia/Shanghai (2026-10-01 00); the offset is whole hours."""
    return datetime.fromisoformat(f"{at}:00Z").astimezone(SHANGHAI).strftime("%Y-%m-%d %H")
