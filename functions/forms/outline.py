"""The parts a form is made of (sections, groups, rows, fields), and the conditions between them, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from functions.forms.pointer import Path

Kind = Literal[
    "text",
    "long_text",
    "integer",
    "decimal",
    "date",
    "choice",
    "choices",
    "boolean",
    "uscc",
    "phone",
    "email",
    "attachments",
]
Need = Literal["always", "sometimes", "never"]
Ask = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One answer. `path` has "*" for a row's index; `choices` are (value, label).

    `minimum` and `maximum` are those of a number, or of how many files. `ask` is the cure to print when it is missing:
    one sentence, or one per value of the group's leading choice.
    """

    key: str
    path: Path
    label: str
    hint: str
    basis: str
    kind: Kind
    required: Need
    choices: tuple[tuple[str, str], ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    decimals: int | None = None
    unit: str = ""
    autocomplete: str = ""
    width: str = ""
    pair: bool = False
    lines: int = 3
    must_be_true: bool = False
    ask: Ask = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one legend; `lead` is the key of the choice shown directly under it.

    `short` is what messages call it when the legend is a whole sentence of the list.
    """

    key: str
    path: Path
    label: str
    hint: str
    basis: str
    lead: str
    items: tuple[Field | Group | Rows, ...]
    short: str = ""
    pair: bool = False
    required: Need = "always"

    @property
    def name(self) -> str:
        return self.short or self.label


@dataclass(frozen=True, slots=True)
class Rows:
    """Repeated rows, each an object with the same items; their paths have "*" for the index."""

    key: str
    path: Path
    label: str
    hint: str
    item_label: str
    items: tuple[Field | Group | Rows, ...]
    minimum: int = 0
    maximum: int = 1000
    required: Need = "never"
    basis: str = ""
    ask: Ask = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level part of the form; the closing one (the declaration) is last and has no number."""

    key: str
    title: str
    hint: str
    closing: bool
    items: tuple[Field | Group | Rows, ...]
    basis: str = ""

    @property
    def path(self) -> Path:
        return (self.key,)


@dataclass(frozen=True, slots=True)
class Condition:
    """`target` applies, or is required, only where `test` on the object at `scope` evaluates to `holds`."""

    scope: Path
    test: Mapping[str, Any]
    holds: bool
    target: Path
    effect: Literal["applies", "required"]


Item = Field | Group | Rows
