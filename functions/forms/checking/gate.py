"""The gate: a filing that it accepts is valid. Compiled once per form; it says yes or no, without a reason."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from functions.forms.definition import Definition
from functions.forms.formats import CUSTOM_FORMATS, OBJECT_FORMATS
from functions.forms.outline import Condition


class Gate:
    """The compiled form. Data that cannot even be read as JSON is refused; the gate never raises."""

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
    """Return the gate of this form, compiled at first use."""
    return Gate(definition.schema)


@lru_cache(maxsize=64)
def tests_of(definition: Definition) -> tuple[tuple[Condition, Gate], ...]:
    """Return the conditions for parts of the form, each with its compiled test."""
    return tuple((rule, Gate(dict(rule.test))) for rule in definition.conditions if rule.effect == "applies")
