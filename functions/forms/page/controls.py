"""The control of one field: input, text area, select, radio buttons, check boxes; without label and message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.forms.outline import Field
from functions.forms.page.element import Markup, el
from functions.forms.page.encode import text_of
from functions.forms.page.field_names import id_of, name_of
from functions.forms.pointer import Path

SELECT_FROM = 8
_SHORT_LABELS = 24
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")

_WIDTHS = {"integer": "w6c", "decimal": "w6c", "date": "w11", "uscc": "w20"}
_TYPES = {"phone": "tel", "email": "email"}
_MODES = {"integer": "numeric", "decimal": "decimal", "phone": "tel", "email": "email"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A field at a place: its own path, what was typed there, whether it is wrong, and what describes it."""

    field: Field
    path: Path
    value: Any
    wrong: bool = False
    described_by: str | None = None


def is_fieldset(field: Field) -> bool:
    """Whether this field is several controls under one legend."""
    return field.kind == "choices" or (field.kind == "choice" and len(field.choices) < SELECT_FROM)


def control(placed: Placed) -> Markup:
    """The control or controls of a field, filled in with what was typed, be it right or wrong."""
    field = placed.field
    if is_fieldset(field):
        return picks(placed)
    if field.kind == "choice":
        return _select(placed)
    if field.kind == "boolean":
        return _tick(placed)
    if field.kind == "long_text":
        return _area(placed)
    return _with_unit(field, _input(placed))


def picks(placed: Placed) -> Markup:
    """Radio buttons or check boxes; short answers stand on one line."""
    chosen = placed.value if isinstance(placed.value, list) else [placed.value]
    buttons = [
        _pick(placed, value, label, value in chosen, first=index == 0)
        for index, (value, label) in enumerate(placed.field.choices)
    ]
    labels = [label for _, label in placed.field.choices]
    on_one_line = sum(map(len, labels)) <= _SHORT_LABELS
    return el("div", *buttons, class_="picks--line") if on_one_line else Markup("".join(buttons))


def _pick(placed: Placed, value: str, label: str, checked: bool, first: bool) -> Markup:
    button = el(
        "input",
        type="checkbox" if placed.field.kind == "choices" else "radio",
        id=id_of(placed.path) if first else None,
        name=name_of(placed.path),
        value=value,
        checked=checked,
    )
    return el("label", button, label, class_="pick")


def _tick(placed: Placed) -> Markup:
    box = el(
        "input",
        type="checkbox",
        id=id_of(placed.path),
        name=name_of(placed.path),
        value="true",
        checked=placed.value is True,
        aria_invalid="true" if placed.wrong else None,
        aria_describedby=placed.described_by,
    )
    return el("label", box, placed.field.label, class_="pick")


def _select(placed: Placed) -> Markup:
    options: Sequence[tuple[str, str]] = (("", "请选择"), *placed.field.choices)
    return el(
        "select",
        *(el("option", label, value=value, selected=value == placed.value) for value, label in options),
        id=id_of(placed.path),
        name=name_of(placed.path),
        autocomplete=placed.field.autocomplete or None,
        aria_invalid="true" if placed.wrong else None,
        aria_describedby=placed.described_by,
    )


def _area(placed: Placed) -> Markup:
    # The parser drops one line break after the tag, so one is given to it.
    typed = "" if placed.value is None else text_of(placed.value)
    return el(
        "textarea",
        "\n" + typed if typed.startswith("\n") else typed,
        id=id_of(placed.path),
        name=name_of(placed.path),
        rows=placed.field.lines,
        aria_invalid="true" if placed.wrong else None,
        aria_describedby=placed.described_by,
    )


def _input(placed: Placed) -> Markup:
    field, value = placed.field, "" if placed.value is None else text_of(placed.value)
    width = field.width or _WIDTHS.get(field.kind, "w-full")
    return el(
        "input",
        class_=f"{width} code" if field.kind == "uscc" else width,
        id=id_of(placed.path),
        type=_type(field, value),
        name=name_of(placed.path),
        inputmode=_MODES.get(field.kind),
        autocomplete=field.autocomplete or ("off" if field.kind == "uscc" else None),
        spellcheck="false" if field.kind == "uscc" else None,
        aria_invalid="true" if placed.wrong else None,
        aria_describedby=placed.described_by,
        value=value or None,
    )


def _type(field: Field, value: str) -> str | None:
    if field.kind in _TYPES:
        return _TYPES[field.kind]
    # A date control shows nothing at all when its value is no date, and what was typed would be lost.
    return "date" if field.kind == "date" and (not value or _DATE.fullmatch(value)) else None


def _with_unit(field: Field, box: Markup) -> Markup:
    return el("span", box, f" {field.unit}", class_="unit-in") if field.unit else box
