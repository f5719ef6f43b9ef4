"""Whether the test of a condition holds: the few words of JSON Schema that conditions may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": Mapping,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def holds(test: Any, value: Any) -> bool:
    """Whether the value fulfils the test; words outside the few are refused when a form is read."""
    if isinstance(test, bool):
        return test
    return all(_WORDS[word](wanted, value) for word, wanted in test.items() if word in _WORDS)


def _same(wanted: Any, value: Any) -> bool:
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def _type(wanted: str, value: Any) -> bool:
    if isinstance(value, bool) and wanted != "boolean":
        return False
    return isinstance(value, _TYPES[wanted])


def _required(wanted: list[str], value: Any) -> bool:
    return not isinstance(value, Mapping) or all(key in value for key in wanted)


def _properties(wanted: Mapping[str, Any], value: Any) -> bool:
    return not isinstance(value, Mapping) or all(holds(wanted[key], value[key]) for key in wanted if key in value)


def _contains(wanted: Any, value: Any) -> bool:
    return not isinstance(value, list) or any(holds(wanted, item) for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _type,
    "const": _same,
    "enum": lambda wanted, value: any(_same(one, value) for one in wanted),
    "required": _required,
    "properties": _properties,
    "contains": _contains,
    "not": lambda wanted, value: not holds(wanted, value),
    "allOf": lambda wanted, value: all(holds(one, value) for one in wanted),
    "anyOf": lambda wanted, value: any(holds(one, value) for one in wanted),
    "minimum": lambda wanted, value: not _is_number(value) or value >= wanted,
    "maximum": lambda wanted, value: not _is_number(value) or value <= wanted,
    "minItems": lambda wanted, value: not isinstance(value, list) or len(value) >= wanted,
    "maxItems": lambda wanted, value: not isinstance(value, list) or len(value) <= wanted,
}
