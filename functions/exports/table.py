"""Turns form definitions into the tables of an export: columns, their order, their headers.

Knows neither file formats nor records. A path identifies a column, so that versions of one form share it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Literal

from functions.forms.definition import Definition, Field, Group, Rows, Section
from functions.forms.pointer import ANY_ROW

Kind = Literal["text", "integer", "decimal", "date", "moment"]
Path = tuple[str, ...]

OLD = "（旧版）"
BETWEEN_FILES = "；"
_KINDS: dict[str, Kind] = {"integer": "integer", "decimal": "decimal", "date": "date"}
_WIDTHS: dict[str, int] = {
    "long_text": 40,
    "choices": 26,
    "attachments": 32,
    "uscc": 21,
    "phone": 15,
    "email": 24,
    "date": 12,
    "boolean": 8,
}


@dataclass(frozen=True, slots=True)
class Column:
    """`path` is as in Field.path, empty for a column without an answer; `width` in characters; `wrap` for long text.

    `asked` is the question that defined the column's kind: of the newest version that has one at this path.
    """

    path: Path
    header: str
    kind: Kind
    width: int
    decimals: int = 0
    wrap: bool = False
    asked: Field | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one form: `rows` is the path of the array whose rows it lists, None for one line a filing."""

    form: str
    rows: Path | None
    title: str
    columns: tuple[Column, ...]

    @property
    def key(self) -> str:
        """Return the name of the table for callers: "" for the main one, "databases.databases" for repeated rows."""
        return ".".join(self.rows or ())


MAIN_COLUMNS = (
    Column((), "编号", "text", 17),
    Column((), "单位", "text", 28),
    Column((), "表", "text", 12),
    Column((), "年度或阶段", "text", 13),
    Column((), "收到时间", "moment", 19),
    Column((), "补正时间", "moment", 19),
    Column((), "截止日期", "date", 12),
    Column((), "是否按期", "text", 10),
    Column((), "状态", "text", 20),
    Column((), "版本", "integer", 7),
    Column((), "最近的决定", "text", 12),
    Column((), "决定时间", "moment", 19),
    Column((), "决定人", "text", 12),
    Column((), "意见", "text", 40, wrap=True),
    Column((), "内容指纹", "text", 24),
)
ROW_COLUMNS = (
    Column((), "编号", "text", 17),
    Column((), "行号", "integer", 7),
    Column((), "单位", "text", 28),
)
# A row within a row: 2.1 is the first one in row 2.
NESTED_ROW_COLUMNS = (ROW_COLUMNS[0], replace(ROW_COLUMNS[1], kind="text"), ROW_COLUMNS[2])


@dataclass(frozen=True, slots=True)
class _Leaf:
    field: Field
    trail: tuple[str, ...]  # the titles around the field, outermost first


def build_tables(versions: Sequence[Definition]) -> tuple[Table, ...]:
    """Return the main table and one for every array of rows, of one form.

    `versions` are all its versions met, the newest first: their columns are united by path, and what only older ones
    have comes after, marked （旧版）.
    """
    current = versions[0]
    main = _unite([list(_leaves(version.sections)) for version in versions], MAIN_COLUMNS)
    tables = [Table(current.id, None, current.short, MAIN_COLUMNS + main)]
    for rows in _arrays(versions):
        first = NESTED_ROW_COLUMNS if ANY_ROW in rows.path else ROW_COLUMNS
        items = _unite([_leaves_of_rows(version, rows.path) for version in versions], first)
        tables.append(Table(current.id, rows.path, f"{current.short} {rows.label}", first + items))
    return tuple(tables)


def _leaves(items: Iterable[Section | Field | Group | Rows], trail: tuple[str, ...] = ()) -> Iterator[_Leaf]:
    """Yield every single answer below, in form order; repeated rows have their own table."""
    for item in items:
        if isinstance(item, Field):
            yield _Leaf(item, trail)
        elif isinstance(item, Section):
            yield from _leaves(item.items, (*trail, item.title))
        elif isinstance(item, Group):
            yield from _leaves(item.items, (*trail, item.name))


def _arrays(versions: Iterable[Definition]) -> Iterator[Rows]:
    seen: set[Path] = set()
    for version in versions:
        for item in version.walk():
            if isinstance(item, Rows) and item.path not in seen:
                seen.add(item.path)
                yield item


def _leaves_of_rows(version: Definition, path: Path) -> list[_Leaf]:
    found = [item for item in version.walk() if isinstance(item, Rows) and item.path == path]
    return [leaf for rows in found for leaf in _leaves(rows.items)]


def _unite(versions: Sequence[list[_Leaf]], first: Sequence[Column]) -> tuple[Column, ...]:
    """Return the answers' columns, which follow the columns `first`."""
    columns: dict[Path, Column] = {}
    taken = [column.header for column in first]
    used = set(taken)
    for position, leaves in enumerate(versions):
        for leaf, header in zip(leaves, _headers(leaves, taken), strict=True):
            if leaf.field.path not in columns:
                unlike = header if position == 0 else _unlike(header, used)
                used.add(unlike)
                columns[leaf.field.path] = _column(leaf.field, unlike)
    return tuple(columns.values())


def _unlike(header: str, used: Collection[str]) -> str:
    """Return a header for a question of older versions only, distinct from other headers."""
    marked = (header + (OLD if number == 1 else f"（旧版 {number}）") for number in count(1))
    return next(each for each in marked if each not in used)


def _headers(leaves: list[_Leaf], taken: list[str]) -> list[str]:
    """Return each label with its unit ("概算总投资（万元）"), and with as many surrounding titles as make it unique."""
    headers = [_spelled(leaf, 0) for leaf in leaves]
    for depth in range(1, 1 + max((len(leaf.trail) for leaf in leaves), default=0)):
        repeated = {header for header, times in Counter(headers + taken).items() if times > 1}
        headers = [
            _spelled(leaf, depth) if header in repeated else header
            for leaf, header in zip(leaves, headers, strict=True)
        ]
    return headers


def _spelled(leaf: _Leaf, depth: int) -> str:
    around = leaf.trail[max(0, len(leaf.trail) - depth) :]
    unit = f"（{leaf.field.unit}）" if leaf.field.unit else ""
    return " · ".join((*around, leaf.field.label)) + unit


def kind_of(field: Field) -> Kind:
    """Return the kind of this field's answers in a table."""
    return _KINDS.get(field.kind, "text")


def _column(field: Field, header: str) -> Column:
    kind = kind_of(field)
    widest = _WIDTHS.get(field.kind, 14 if kind != "text" else 20)
    width = max(widest, min(2 * len(header) + 2, 24))
    return Column(field.path, header, kind, width, field.decimals or 0, field.kind == "long_text", field)
