"""The control of a field that asks for files: those that were sent, each to be removed, and the way to send more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from functions.forms.attachment_field import EXTENSIONS, KINDS, MOST_BYTES, UPLOAD, is_file, size_words, written
from functions.forms.outline import Field
from functions.forms.page.context import Sheet
from functions.forms.page.element import Markup, el, hidden_input, join
from functions.forms.page.field_names import id_of, name_of
from functions.forms.pointer import Path


def limits_of(field: Field) -> str:
    """What may be sent, in one sentence."""
    return f"可以传 {KINDS}，最多 {field.maximum} 个，每个不超过 {size_words(MOST_BYTES)}。"


def files(sheet: Sheet, field: Field, value: Any, path: Path) -> Markup:
    """The named files, unseen values and all, and the chooser with its button; a page's script takes it from there."""
    held = value if isinstance(value, list) else []
    name = name_of(path)
    entries = [_entry(name, path, place, file) for place, file in enumerate(held)]
    listed = el("ul", *entries, class_="files") if entries else Markup("")
    return join(listed, _chooser(sheet, field, held, path))


def _entry(name: str, path: Path, place: int, file: Any) -> Markup:
    known = is_file(file)
    shown = file["name"] if known else "读不出来的文件"
    size = el("span", size_words(file["size"]), class_="quiet") if known else Markup("")
    remove = el(
        "button", "移除", el("span", shown, class_="vh"), class_="btn btn--warn btn--small",
        id=id_of((*path, str(place))), name="action", value=f"remove:{name}:{place}",
    )  # fmt: skip
    return el("li", hidden_input(name, written(file)), el("span", shown, class_="name"), size, remove)


def _chooser(sheet: Sheet, field: Field, held: Sequence[Any], path: Path) -> Markup:
    name, control = f"{UPLOAD}{name_of(path)}", id_of(path)
    full = len(held) >= (field.maximum or 0)
    label = el("label", "选择文件", el("span", f"：{field.label}", class_="vh"), class_="lbl", for_=control)
    note = el(
        "span", f"选好以后按“上传”，一次最多传 {size_words(sheet.upload_limit)}。", class_="note", data_plain=True
    )
    choose = el(
        "input", type="file", id=control, name=name, accept=",".join(EXTENSIONS), multiple=field.maximum != 1,
        disabled=full, aria_describedby=f"{control}-h",
    )  # fmt: skip
    send = el(
        "button", "上传", class_="btn btn--second btn--small", name="action", value=name, disabled=full,
        formaction=f"{sheet.action}/files", formmethod="post", formenctype="multipart/form-data", data_plain=True,
    )  # fmt: skip
    return el("div", label, note, choose, " ", send, class_="choose")
