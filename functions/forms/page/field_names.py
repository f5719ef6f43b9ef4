"""Converts a place in a form to an HTML name and an element id; knows nothing of values."""

from __future__ import annotations

import re
from collections.abc import Iterable

from functions.forms.pointer import ANY_ROW, Path

_PART = re.compile(r"([a-z][a-z0-9_]*)(?:\[([0-9]{1,4})\])?")


def name_of(path: Iterable[str]) -> str:
    """Return the HTML name of a path: `("databases", "databases", "0", "name")` is `databases.databases[0].name`."""
    name = ""
    for part in path:
        if part == ANY_ROW or part.isdigit():
            name += f"[{part}]"
        else:
            name += f".{part}" if name else part
    return name


def id_of(path: Iterable[str]) -> str:
    """Return the element id of a path: the parts joined by hyphens, unique because keys contain no hyphen."""
    return "-".join(path)


def parse_name(name: str) -> Path | None:
    """Return the path of an HTML name, or None when it is not ours (indexes have at most four digits)."""
    parts: list[str] = []
    for piece in name.split("."):
        match = _PART.fullmatch(piece)
        if match is None:
            return None
        parts.append(match[1])
        if match[2] is not None:
            parts.append(str(int(match[2])))
    return tuple(parts)
