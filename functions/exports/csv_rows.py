"""Writes filings as CSV lines, through a type made for each form version; knows neither stores nor files.

msgspec decodes a body directly into the texts of its cells, and skips everything without a column. One check of the
whole line then shows whether it is plain, as most are. Other lines, and those of repeated rows, are made cell by cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, EnumMeta
from typing import Annotated, Any, NamedTuple

import msgspec

from functions.exports.cells import FALSE, PLAIN, TRUE, CellReader, Facts
from functions.exports.csv_cells import CELLS, is_plain
from functions.exports.refitting import is_asked_alike, refit
from functions.exports.table import BETWEEN_FILES, MAIN_COLUMNS, Column, Table
from functions.forms.definition import Definition, Field
from functions.records.store import Answers

# A larger number is a double, even if its canonical form does not show it.
_Integer = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class Lines:
    """The lines of a form's main table."""

    def __init__(self, table: Table, versions: Sequence[Definition]) -> None:
        self._reader = CellReader((table,), versions, CELLS)
        self._commas = len(table.columns) - 1
        self._versions = {version.digest: _Version(table, version) for version in versions}

    def of(self, answers: Answers) -> str:
        """Return this filing's line without its end; QingdanError when its version was not among those given."""
        try:
            line = ",".join(self._versions[answers.form_digest].cells(answers))
            if is_plain(line, self._commas):
                return line
        except (KeyError, msgspec.DecodeError):
            pass  # does not fit the form, such as an unknown value of a choice
        [(_, cells)] = self._reader.lines(answers)
        return ",".join(cells)


class _Kind(NamedTuple):
    """The type of an answer, the value for a missing one, and the function that turns other types into text."""

    kind: Any
    absent: Any = ""
    convert: Callable[[Any], str] | None = None


class _File(msgspec.Struct, gc=False):
    """The part of a file that a table shows."""

    name: str


def _names(files: Sequence[_File]) -> str:
    return BETWEEN_FILES.join(file.name for file in files)


class _Version:
    """The cells of a form version, neither quoted nor guarded."""

    def __init__(self, table: Table, version: Definition) -> None:
        fields = {item.path: item for item in version.walk() if isinstance(item, Field)}
        self._facts = Facts(version, PLAIN)
        columns = table.columns[len(MAIN_COLUMNS) :]
        self._read, self._texts = _compiled([(fields.get(column.path), column) for column in columns])

    def cells(self, answers: Answers) -> list[str]:
        """Return the texts of the cells; msgspec.DecodeError when the body does not fit the form."""
        return [*self._facts.of(answers), *self._texts(self._read(answers.body or b"{}"))]


Columns = Sequence[tuple[Field | None, Column]]


def _compiled(columns: Columns) -> tuple[Callable[[bytes], Any], Callable[[Any], tuple[str, ...]]]:
    """Return a decoder of bodies, and a function from its result to the texts of these columns; "" for None.

    The function is Python source made for the form: a loop over its columns takes twice as long. No name and no text of
    the form gets into the source.
    """
    body, names, texts = _Part("part_0"), dict[str, Any](), []
    for position, (field, column) in enumerate(columns):
        if field is None:
            texts.append("''")
            continue
        kind = _kind_in(field, column)
        text = body.add(("data", *field.path), kind)
        if kind.convert is not None:
            names[f"text_{position}"] = kind.convert
            text = f"text_{position}({text})"
        texts.append(text)
    steps = [*body.steps(), f"return ({' '.join(f'{text},' for text in texts)})"]
    exec("def texts_of(part_0):\n    " + "\n    ".join(steps), names)  # noqa: S102 - as dataclasses are made
    return msgspec.json.Decoder(body.type()).decode, names["texts_of"]


class _Part:
    """One object of the body; `variable` holds it in the source."""

    def __init__(self, variable: str) -> None:
        self._variable = variable
        self._names: dict[str, str] = {}
        self._kinds: dict[str, _Kind] = {}
        self._parts: dict[str, _Part] = {}

    def add(self, path: Sequence[str], kind: _Kind) -> str:
        """Return the source expression for the answer at this path."""
        key, *below = path
        name = self._names.setdefault(key, f"at_{len(self._names)}")
        if not below:
            self._kinds[key] = kind
            return f"{self._variable}.{name}"
        part = self._parts.setdefault(key, _Part(f"{self._variable}_{len(self._parts)}"))
        return part.add(below, kind)

    def steps(self) -> list[str]:
        """Return the source that assigns the nested objects to their variables."""
        found = []
        for key, part in self._parts.items():
            found += [f"{part._variable} = {self._variable}.{self._names[key]}", *part.steps()]
        return found

    def type(self) -> type[msgspec.Struct]:
        """Return the type to decode it as."""
        fields = [(key, (kind.kind, kind.absent)) for key, kind in self._kinds.items()]
        for key, part in self._parts.items():
            inner = part.type()
            fields.append((key, (inner, msgspec.field(default_factory=inner))))
        # Fields in the order of a canonical body are found without a search.
        named = [(self._names[key], *field) for key, field in sorted(fields, key=lambda field: field[0])]
        return msgspec.defstruct("Part", named, rename={name: key for key, name in self._names.items()}, gc=False)


def _kind_in(field: Field, column: Column) -> _Kind:
    """Return the kind for a column whose kind another version may have defined."""
    kind, asked = _kind_of(field), column.asked
    if asked is None or is_asked_alike(field, asked):
        return kind
    words_of = kind.convert or str.__str__  # the title of a choice, not the name of an enumeration's member
    return kind._replace(convert=lambda value: refit(words_of(value), field, asked)[1])


def _kind_of(field: Field) -> _Kind:
    if field.kind == "boolean":
        return _Kind(bool, convert={True: TRUE, False: FALSE, "": ""}.__getitem__)
    if field.kind == "choice":
        return _Kind(_titles(field))
    if field.kind == "choices":
        return _Kind(tuple[_titles(field), ...], absent=(), convert="、".join)  # type: ignore[misc]
    if field.kind == "attachments":
        return _Kind(tuple[_File, ...], absent=(), convert=_names)
    if field.kind == "integer":
        return _Kind(_Integer, convert=str)
    return _Kind(str)


def _titles(field: Field) -> Any:
    """Make an enumeration of a choice's values, whose members are the texts of their titles."""

    def member(kind: type[str], value: str, title: str) -> str:
        made: Any = str.__new__(kind, title)
        made._value_ = value
        return made  # type: ignore[no-any-return]

    bases = (str, Enum)
    body = EnumMeta.__prepare__("Titles", bases)
    body["__new__"] = member
    for position, choice in enumerate(dict(field.choices).items()):
        body[f"AT_{position}"] = choice
    return EnumMeta("Titles", bases, body)
