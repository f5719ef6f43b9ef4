"""The product's own forms, read once, and small changes to filings, for tests."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any, Final

from functions.forms.authoring.reader import read_catalogue
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition

SCHEMAS: Final = Path(__file__).parents[2] / "schemas"
GONE: Final = object()


@cache
def shipped() -> Catalogue:
    """The catalogue of this repository's schemas."""
    return read_catalogue(SCHEMAS)


def self_check() -> Definition:
    """The self-check report (F11)."""
    return shipped().get("annual-self-check")


def registration() -> Definition:
    """The registration of a key project (F1)."""
    return shipped().get("key-project-registration")


def changed(data: Any, changes: dict[str, Any]) -> Any:
    """A copy with the values at these pointers set, or removed where the value is GONE."""
    result = copy.deepcopy(data)
    for at, value in changes.items():
        *way, last = at.removeprefix("/").split("/")
        place = result
        for token in way:
            place = place[int(token)] if isinstance(place, list) else place[token]
        if value is GONE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value
    return result


def condition_tests() -> list[Any]:
    """Every test that a condition of our forms makes, and others with the words that conditions may use."""
    ours = [condition.test for form in (self_check(), registration()) for condition in form.conditions]
    return [
        *ours,
        True,
        {"type": "integer", "minimum": 1, "maximum": 3},
        {"type": "array", "minItems": 1, "maxItems": 2, "contains": {"const": 1}},
        {"anyOf": [{"enum": [1, "annual"]}, {"not": {"type": "object"}}]},
        {"allOf": [{"type": "object"}, {"required": ["x"], "properties": {"x": {"type": "boolean"}}}]},
    ]
