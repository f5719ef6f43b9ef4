"""The gate: what it accepts is valid. Compiled once per form; it says yes or no, and explains nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from functions.forms.definition import Definition
from functions.forms.formats import CUSTOM_FORMATS, OBJECT_FORMATS
from functions.forms.outline import Condition


class Gate:
    """The compiled form. Whatever cannot even be read as JSON values is refused, never raised."""

    def __init__(self, schema: Any) -> None:
        self._validator = Draft202012Validator(
            schema,
            formats={**CUSTOM_FORMATS, **OBJECT_FORMATS},
            validate_formats=True,
            ignore_unknown_formats=False,
            offline=True,
        )

    def accepts(self, data: Any) -> bool:
        """Whether the data is valid: draft 2020-12, formats asserted."""
        try:
            return self._validator.is_valid(data)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return False


@lru_cache(maxsize=64)
def gate_of(definition: Definition) -> Gate:
    """The gate of this form, compiled at first use."""
    return Gate(definition.schema)


@lru_cache(maxsize=64)
def tests_of(definition: Definition) -> tuple[tuple[Condition, Gate], ...]:
    """The conditions under which parts of the form apply, each with its compiled test."""
    return tuple((rule, Gate(dict(rule.test))) for rule in definition.conditions if rule.effect == "applies")
