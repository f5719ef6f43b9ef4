"""Reads the lines of a spreadsheet as rows of a roster: the header names the columns, every fault its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from functions.forms.checking.validation import validate
from functions.forms.normalise import ABSENT, normalise
from functions.forms.outline import Field
from functions.forms.roster_form import ROW, RosterForm
from functions.imports.sheet import Cell, Line, column_letter
from functions.supervision.rosters.state import RowKey, key_of

MOST_SHOWN: Final = 100
_CODES: Final = ("uscc",)
_GLANCE: Final = 40
# What a spreadsheet shows in place of a result, also where it was saved as text.
_FAILED: Final = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place: the line in the file, the column by letter and name, what stands there, and the cure.

    `letter` and `column` are "" where a whole line is meant.
    """

    line: int
    letter: str
    column: str
    said: str
    message: str

    @property
    def place(self) -> str:
        """Where it is: 第 7 行 C 栏“统一社会信用代码”."""
        return f"第 {self.line} 行" + (f" {self.letter} 栏“{self.column}”" if self.letter else "")

    @property
    def words(self) -> str:
        """The fault in one line: its place, what stands there, the cause and the cure."""
        said = f"（写的是“{self.said}”）" if self.said else ""
        return f"{self.place}{said}：{self.message}"


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a file, or what is wrong with it.

    `repairs` counts cells whose spelling was made plain; `lines` says for each row which line of the file it was.
    """

    rows: tuple[Mapping[str, Any], ...]
    faults: tuple[Fault, ...]
    repairs: int = 0
    lines: tuple[int, ...] = ()


def read_rows(
    form: RosterForm, lines: Sequence[Line], today: date, advance: Callable[[int], None] = lambda done: None
) -> Read:
    """The rows of the lines, whose first one is the header; `today` in Asia/Shanghai. All rows, or all faults.

    `advance` is told every hundred lines how many are done.
    """
    header, *rest = lines
    columns, faults = _columns(form, header)
    if not faults and not rest:
        faults = [Fault(header.number, "", "", "", "只有表头，没有一行内容。请把名册填在表头下面再导入")]
    if faults:
        return Read((), tuple(faults))
    rows: list[Mapping[str, Any]] = []
    numbers: list[int] = []
    places: dict[RowKey, int] = {}
    repairs = 0
    for done, line in enumerate(rest):
        if done % 100 == 0:
            advance(done)
        values, wrong, mended = _row(form, columns, line, today)
        repairs += mended
        faults += wrong
        if wrong:
            continue
        key = key_of(form, values)
        before = places.setdefault(key, len(rows))
        if before == len(rows):
            rows.append(values)
            numbers.append(line.number)
        elif values != rows[before]:
            names = "、".join(form.label(name) for name in form.key)
            faults.append(
                Fault(
                    line.number,
                    "",
                    "",
                    "",
                    f"和第 {numbers[before]} 行是同一项（{names}都一样），别的栏却不一样。请留下对的一行",
                )
            )
    advance(len(lines))
    return Read((), tuple(faults)) if faults else Read(tuple(rows), (), repairs, tuple(numbers))


def _columns(form: RosterForm, header: Line) -> tuple[dict[int, Field], list[Fault]]:
    """Which field each column holds; a column without a name is left out when nothing stands in it."""
    known = {_bare(field.label): field for field in form.fields}
    columns: dict[int, Field] = {}
    faults: list[Fault] = []
    for place, cell in enumerate(header.cells):
        name = cell.text.strip()
        field = known.get(_bare(name))
        if not name:
            continue
        if field is None:
            choices = "、".join(one.label for one in form.fields)
            faults.append(
                _fault(header, place, name, cell, f"名册里没有这一栏。请改成下面的一个，或者删去这一栏：{choices}")
            )
        elif field in columns.values():
            faults.append(_fault(header, place, name, cell, "这一栏有两个。请删去一个"))
        else:
            columns[place] = field
    missing = [one.label for one in form.fields if one.required == "always" and one not in columns.values()]
    if missing and len(faults) + len(missing) > len(columns):
        words = "第一行应是表头，只能有一行表头。请删去表头上面的标题行，或者下载模板对照"
        return columns, [Fault(header.number, "", "", _glance(header), words)]
    if missing:
        faults.append(Fault(header.number, "", "", "", f"表头缺“{'”“'.join(missing)}”。请补上这几栏"))
    return columns, faults


def _row(
    form: RosterForm, columns: Mapping[int, Field], line: Line, today: date
) -> tuple[dict[str, Any], list[Fault], int]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    mended = 0
    for place, cell in enumerate(line.cells):
        field = columns.get(place)
        if field is None:
            if cell.text.strip():
                faults.append(_fault(line, place, "没有表头的一栏", cell, "这一格上面没有表头。请删去，或者补上表头"))
            continue
        if cell.formula:
            faults.append(_fault(line, place, field.label, cell, "这是公式，不是值。请复制后“选择性粘贴”成数值"))
        elif _FAILED.fullmatch(cell.text.strip()):
            words = "这是表格软件算不出来的公式，不是值。请改成真正的值"
            faults.append(_fault(line, place, field.label, cell, words))
        elif field.kind in _CODES and _is_number(cell):
            words = "表格软件把代码变成了数字，后几位已经不可靠。请把这一栏设成“文本”，重新填上代码"
            faults.append(_fault(line, place, field.label, cell, words))
        elif (value := _value(field, cell)) is not ABSENT:
            values[field.key] = value
            mended += str(value) != cell.text and field.kind != "choice"
    named = {fault.column for fault in faults}
    faults += [fault for fault in _judged(form, columns, line, values, today) if fault.column not in named]
    return values, faults, mended


def _value(field: Field, cell: Cell) -> Any:
    """The typed value; a choice is written by its title or by its value."""
    if field.kind == "choice":
        text = normalise("text", cell.text)
        return next((value for value, title in field.choices if text in (title, value)), text)
    return normalise(field.kind, cell.text)


def _judged(
    form: RosterForm, columns: Mapping[int, Field], line: Line, values: Mapping[str, Any], today: date
) -> Iterator[Fault]:
    """Return what the form's own gate and explainer find, each at its cell."""
    places = {field.key: place for place, field in columns.items()}
    for problem in validate(form.definition, {ROW: dict(values)}, today):
        key = problem.pointer.rpartition("/")[2]
        if key in places:
            cell = line.cells[places[key]] if places[key] < len(line.cells) else Cell("")
            yield _fault(line, places[key], problem.label, cell, problem.message)
        else:
            yield Fault(line.number, "", "", "", problem.message)


def _is_number(cell: Cell) -> bool:
    return cell.number or re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", cell.text.strip()) is not None


def _fault(line: Line, place: int, column: str, cell: Cell, message: str) -> Fault:
    return Fault(line.number, column_letter(place), column, cell.text.strip()[:_GLANCE], message)


def _glance(line: Line) -> str:
    return "、".join(cell.text.strip() for cell in line.cells if cell.text.strip())[:_GLANCE]


def _bare(name: str) -> str:
    """A header without blanks, brackets' notes and marks, so that 开工日期（选填） is 开工日期."""
    return re.sub(r"[（(][^（）()]*[）)]|[\s*＊:：]", "", name)
