"""The buttons of a form without JavaScript: which was pressed; adds a row, removes a row or a file."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from functions.forms import pointer
from functions.forms.definition import Definition, Field, Rows
from functions.forms.page.field_names import parse_name

Verb = Literal["add", "remove", "review", "file", "edit", "upload"]


@dataclass(frozen=True, slots=True)
class Action:
    """A pressed button: `add:databases.databases`, `remove:databases.databases:0`, `review`, `file`, `edit:unit.x`.

    `remove:` also removes a file from a file field; `upload:` sends the files chosen for one.
    """

    verb: Verb
    name: str = ""
    index: int | None = None


def parse_action(value: str) -> Action | None:
    """Return the action of a button's value, or None when none of our buttons has it."""
    verb, _, rest = value.partition(":")
    name, _, number = rest.partition(":")
    if verb not in get_args(Verb) or (number and not (number.isascii() and number.isdigit() and len(number) <= 4)):
        return None
    return Action(verb, name, int(number) if number else None)  # type: ignore[arg-type]


def focus_of(action: Action) -> str | None:
    """Return the pointer of the part that an `edit:` button wants to change, or None."""
    path = parse_name(action.name) if action.name else None
    return pointer.join(path) if path else None


def change_rows(definition: Definition, data: Mapping[str, Any], action: Action) -> tuple[dict[str, Any], str | None]:
    """Return the data with a row added or removed, and the pointer for the focus: the new row, or the one after.

    A file is removed like a row. An action that names nothing of the form of which there are several, or one that is
    not there, changes nothing.
    """
    changed = copy.deepcopy(dict(data))
    path = parse_name(action.name) or ()
    node = definition.field_at(pointer.join(path)) if path else None
    if not isinstance(node, Rows) and not (isinstance(node, Field) and node.kind == "attachments"):
        return changed, None
    parent: Any = changed
    for part in path[:-1]:
        parent = parent.setdefault(part, {})
    rows = parent.setdefault(path[-1], [])
    if action.verb == "add" and isinstance(node, Rows) and len(rows) < node.maximum:
        rows.append({})
        return changed, pointer.join((*path, str(len(rows) - 1)))
    if action.verb == "remove" and action.index is not None and action.index < len(rows):
        del rows[action.index]
        return changed, pointer.join((*path, str(action.index)) if action.index < len(rows) else path)
    return changed, pointer.join(path)
