"""Writes typed data as the pairs a browser would post: the inverse of decoding, for hidden fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from functions.forms.attachment_field import written
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.page.field_names import name_of
from functions.forms.pointer import Path

Pairs = list[tuple[str, str]]


def encode(definition: Definition, data: Mapping[str, Any]) -> Pairs:
    """Return the (name, value) pairs of valid or merely typed data, in form order, without unknown keys.

    An empty row, list or group is written as its own name with an empty value, so that `decode` gives it back.
    """
    pairs: Pairs = []
    for section in definition.sections:
        if section.key in data:
            pairs += _write_object(section.items, data[section.key], (section.key,))
    return pairs


def text_of(value: Any) -> str:
    """Return one answer as the text of a control: the typed text, digits, or `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _write_object(items: Iterable[Field | Group | Rows], data: Any, path: Path) -> Pairs:
    pairs: Pairs = []
    if isinstance(data, Mapping):
        for item in items:
            if item.key in data:
                pairs += _write(item, data[item.key], (*path, item.key))
    return pairs or [(name_of(path), "")]


def _write(item: Field | Group | Rows, value: Any, path: Path) -> Pairs:
    if isinstance(item, Group):
        return _write_object(item.items, value, path)
    if isinstance(item, Rows):
        rows = value if isinstance(value, list) else []
        pairs = [pair for index, row in enumerate(rows) for pair in _write_object(item.items, row, (*path, str(index)))]
        return pairs or [(name_of(path), "")]
    if item.kind in ("choices", "attachments") and isinstance(value, list):
        words = written if item.kind == "attachments" else text_of
        return [(name_of(path), words(each)) for each in value] or [(name_of(path), "")]
    return [(name_of(path), text_of(value))]
