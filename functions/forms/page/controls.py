"""The control of one field: input, text area, select, radio buttons, check boxes; without label and message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions.forms.attachment_field import EXTENSIONS, KINDS, MOST_BYTES, UPLOAD, is_file, size_words, written
from functions.forms.outline import Field
from functions.forms.page.context import Context
from functions.forms.page.element import EMPTY, Markup, el, hidden_input, join
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
    """A field at a place: its path, the typed value, whether it is wrong, and the ids that describe it.

    With `focused` it takes the focus; of several controls, the first one does.
    """

    field: Field
    path: Path
    value: Any
    wrong: bool = False
    described_by: str | None = None
    focused: bool = False


def is_fieldset(field: Field) -> bool:
    """Whether this field is several controls under one legend."""
    return field.kind == "choices" or (field.kind == "choice" and len(field.choices) < SELECT_FROM)


def control(placed: Placed) -> Markup:
    """Return the control or controls of a field, with the typed value, right or wrong."""
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
    """Return radio buttons or check boxes; short answers share a line."""
    chosen = placed.value if isinstance(placed.value, list) else [placed.value]
    buttons = [
        _pick(placed, value, label, value in chosen, first=index == 0)
        for index, (value, label) in enumerate(placed.field.choices)
    ]
    labels = [label for _, label in placed.field.choices]
    on_one_line = sum(map(len, labels)) <= _SHORT_LABELS
    return el("div", *buttons, class_="picks--line") if on_one_line else join(*buttons)


def _pick(placed: Placed, value: str, label: str, checked: bool, first: bool) -> Markup:
    button = el(
        "input",
        type="checkbox" if placed.field.kind == "choices" else "radio",
        id=id_of(placed.path) if first else None,
        name=name_of(placed.path),
        value=value,
        checked=checked,
        autofocus=first and placed.focused,
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
        autofocus=placed.focused,
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
        autofocus=placed.focused,
    )


def _area(placed: Placed) -> Markup:
    # The HTML parser drops one line break after the tag, so add one.
    typed = "" if placed.value is None else text_of(placed.value)
    return el(
        "textarea",
        "\n" + typed if typed.startswith("\n") else typed,
        id=id_of(placed.path),
        name=name_of(placed.path),
        rows=placed.field.lines,
        aria_invalid="true" if placed.wrong else None,
        aria_describedby=placed.described_by,
        autofocus=placed.focused,
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
        autofocus=placed.focused,
        value=value or None,
    )


def _type(field: Field, value: str) -> str | None:
    if field.kind in _TYPES:
        return _TYPES[field.kind]
    # A date control shows nothing when its value is not a date, and the typed text would be lost.
    return "date" if field.kind == "date" and (not value or _DATE.fullmatch(value)) else None


def _with_unit(field: Field, box: Markup) -> Markup:
    return el("span", box, f" {field.unit}", class_="unit-in") if field.unit else box


def limits_of(field: Field) -> str:
    """Return the limits of files in one sentence."""
    return f"可以传 {KINDS}，最多 {field.maximum} 个，每个不超过 {size_words(MOST_BYTES)}。"


def files(sheet: Context, field: Field, value: Any, path: Path) -> Markup:
    """Return the named files, hidden values included, and the chooser with its button; a page's script takes over."""
    held = value if isinstance(value, list) else []
    name = name_of(path)
    entries = [_entry(sheet, name, (*path, str(place)), file) for place, file in enumerate(held)]
    listed = el("ul", *entries, class_="files") if entries else EMPTY
    return join(listed, _chooser(sheet, field, held, path))


def _entry(sheet: Context, name: str, path: Path, file: Any) -> Markup:
    known = is_file(file)
    shown = file["name"] if known else "读不出来的文件"
    size = el("span", size_words(file["size"]), class_="quiet") if known else EMPTY
    remove = el(
        "button", "移除", el("span", shown, class_="vh"), class_="btn btn--warn btn--small",
        id=id_of(path), name="action", value=f"remove:{name}:{path[-1]}", autofocus=path == sheet.focus,
    )  # fmt: skip
    return el("li", hidden_input(name, written(file)), el("span", shown, class_="name"), size, remove)


def _chooser(sheet: Context, field: Field, held: Sequence[Any], path: Path) -> Markup:
    name, control = f"{UPLOAD}{name_of(path)}", id_of(path)
    full = len(held) >= (field.maximum or 0)
    label = el("label", "选择文件", el("span", f"：{field.label}", class_="vh"), class_="lbl", for_=control)
    note = el(
        "span", f"选好以后按“上传”，一次最多传 {size_words(sheet.upload_limit)}。", class_="note", data_plain=True
    )
    choose = el(
        "input", type="file", id=control, name=name, accept=",".join(EXTENSIONS), multiple=field.maximum != 1,
        disabled=full, aria_describedby=f"{control}-h", autofocus=path == sheet.focus,
    )  # fmt: skip
    send = el(
        "button", "上传", class_="btn btn--second btn--small", name="action", value=name, disabled=full,
        formaction=f"{sheet.action}/files", formmethod="post", formenctype="multipart/form-data", data_plain=True,
    )  # fmt: skip
    return el("div", label, note, choose, " ", send, class_="choose")
