"""Finds the control that takes the focus, from the pointer of a part; renders nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.forms import pointer
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.outline import Item
from functions.forms.pointer import Path


def control_at(definition: Definition, values: Mapping[str, Any] | None, at: str) -> Path | None:
    """Return the path of the control at the pointer, or of the first one inside that part; None outside the form."""
    part, path = definition.field_at(at), pointer.split(at)
    if part is None:
        return None
    if isinstance(part, Field) or (isinstance(part, Rows) and not pointer.is_index(path[-1])):
        return path
    return _first(_as_drawn(part) if isinstance(part, Group) else part.items, values, path)


def _first(items: Sequence[Item], values: Mapping[str, Any] | None, path: Path) -> Path:
    """Return the first control of these items at the path; rows without any have their button."""
    first, place = items[0], (*path, items[0].key)
    if isinstance(first, Group):
        return _first(_as_drawn(first), values, place)
    if isinstance(first, Rows) and pointer.read(values, place):
        return _first(first.items, values, (*place, "0"))
    return place


def _as_drawn(group: Group) -> Sequence[Item]:
    """Return a group's items in the order of the page: its leading question comes first."""
    return sorted(group.items, key=lambda item: item.key != group.lead)
