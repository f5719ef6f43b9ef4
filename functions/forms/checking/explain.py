"""Explains why the gate refused: finds every fault of a filing, one for each place; slow, loaded only when needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from functions.forms import pointer
from functions.forms.checking.size_bound import LONGEST_TEXT, MOST_ROWS, bound
from functions.forms.definition import Definition
from functions.forms.formats import CUSTOM_FORMATS, is_date
from functions.forms.outline import Field, Group, Section
from functions.forms.pointer import Token
from functions.forms.schema_reader import tested_paths

_PRECEDENCE = (
    "unknown",
    "not_applicable",
    "unsayable",
    "type",
    "required",
    "const",
    "oneOf",
    "enum",
    "not",
    "maxLength",
    "maxItems",
    "minItems",
    "uniqueItems",
    "format",
    "pattern",
)
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that breaks the schema: which keyword (or "unknown", "not_applicable"), and the schema that says so."""

    tokens: tuple[Token, ...]
    rule: str
    schema: Any


def accepts(definition: Definition, data: Any) -> bool:
    """Return this validator's verdict, which must equal the gate's."""
    bounded = bound(data, _names(definition))
    return not bounded.unsayable and _validator(definition).is_valid(bounded.value)


def faults_of(definition: Definition, data: Any) -> tuple[Fault, ...]:
    """Return every fault, one for each place, in no order. A missing part is replaced by the missing answers in it."""
    bounded = bound(data, _names(definition))
    faults, gaps = _with_gaps_filled(definition, bounded.value)
    faults += [Fault(where, "unsayable", {}) for where in bounded.unsayable]
    chosen: dict[tuple[Token, ...], Fault] = {}
    for fault in sorted(faults, key=_precedence):
        chosen.setdefault(_place(definition, fault.tokens), fault)
    for gap in gaps:
        if not any(place[: len(gap)] == gap for place in chosen):
            chosen[gap] = Fault(gap, "required", {})
    placed = [Fault(place, fault.rule, fault.schema) for place, fault in chosen.items()]
    return tuple(_without_consequences(definition, placed))


def _with_gaps_filled(definition: Definition, data: Any) -> tuple[list[Fault], list[tuple[Token, ...]]]:
    gaps: list[tuple[Token, ...]] = []
    faults: list[Fault] = []
    for _ in range(_ROUNDS):
        faults = [_fault(error) for error in _validator(definition).iter_errors(data)]
        missing = [fault for fault in faults if fault.rule == "required" and _is_container(definition, fault.tokens)]
        if not missing:
            break
        for fault in missing:
            parent = pointer.read(data, fault.tokens[:-1])
            parent[fault.tokens[-1]] = {}
            gaps.append(fault.tokens)
    return faults, gaps


def _is_container(definition: Definition, tokens: tuple[Token, ...]) -> bool:
    return isinstance(definition.field_at(pointer.join(tokens)), Group | Section)


def _fault(error: ValidationError) -> Fault:
    rule = str(error.validator)
    return Fault(tuple(error.absolute_path), "unknown" if rule == "additionalProperties" else rule, error.schema)


def _precedence(fault: Fault) -> int:
    return _PRECEDENCE.index(fault.rule) if fault.rule in _PRECEDENCE else len(_PRECEDENCE)


def _place(definition: Definition, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return where to show a fault: a fault in one of several choices or files is shown at their field."""
    for length in range(1, len(tokens)):
        if isinstance(definition.field_at(pointer.join(tokens[:length])), Field):
            return tokens[:length]
    return tokens


def _without_consequences(definition: Definition, faults: list[Fault]) -> Iterator[Fault]:
    """Leave out "does not apply" when the deciding answer is itself at fault: correcting that answer settles both."""
    wrong = {pointer.general(fault.tokens) for fault in faults}
    for fault in faults:
        path = pointer.general(fault.tokens)
        tested = (
            tested
            for rule in definition.conditions
            if rule.effect == "applies" and rule.target == path
            for tested in tested_paths(rule.test, rule.scope)
        )
        if fault.rule != "not_applicable" or not any(place in wrong for place in tested):
            yield fault


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Match a pattern as in ECMA 262; skips text that is too long anyway."""
    if not isinstance(instance, str) or len(instance) > schema.get("maxLength", LONGEST_TEXT):
        return
    if _compiled(pattern).search(instance) is None:
        yield ValidationError("pattern")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    ends = pattern.endswith("$") and not pattern.endswith("\\$")
    return re.compile(pattern[:-1] + r"\Z" if ends else pattern, re.ASCII)


def _format(validator: Any, name: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and len(instance) <= schema.get("maxLength", LONGEST_TEXT):
        known = _FORMATS.get(name)
        if known is not None and not known(instance):
            yield ValidationError("format")


def _required(validator: Any, required: Iterable[str], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        yield from (ValidationError("required", path=[key]) for key in required if key not in instance)


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict) and allowed is False:
        known = schema.get("properties", {})
        yield from (ValidationError("unknown", path=[key]) for key in instance if key not in known)


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for key, child in properties.items():
        if key in instance and child is False:
            yield ValidationError("not_applicable", validator="not_applicable", schema=False, path=[key])
        elif key in instance:
            yield from validator.descend(instance[key], child, path=key, schema_path=key)


def _items(validator: Any, items: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Skip the contents when there are too many rows: only that is reported."""
    if isinstance(instance, list) and len(instance) <= schema.get("maxItems", MOST_ROWS):
        for index, item in enumerate(instance):
            yield from validator.descend(item, items, path=index)


def _max_items(validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, list) and len(instance) > limit:
        yield ValidationError("maxItems")


def _one_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if sum(validator.evolve(schema=branch).is_valid(instance) for branch in branches) != 1:
        yield ValidationError("oneOf")


def _is_integer(checker: Any, instance: Any) -> bool:
    if isinstance(instance, bool) or not isinstance(instance, int | float | Decimal):
        return False
    return instance == instance // 1 if not isinstance(instance, int) else True


_FORMATS = {**CUSTOM_FORMATS, "date": is_date}
_Validator = extend(  # type: ignore[no-untyped-call]  # the stubs leave this one untyped
    Draft202012Validator,
    {
        "pattern": _pattern,
        "format": _format,
        "required": _required,
        "additionalProperties": _additional,
        "properties": _properties,
        "items": _items,
        "maxItems": _max_items,
        "oneOf": _one_of,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


@lru_cache(maxsize=64)
def _validator(definition: Definition) -> Any:
    return _Validator(definition.schema, format_checker=FormatChecker(formats=()))


@lru_cache(maxsize=64)
def _names(definition: Definition) -> frozenset[str]:
    return frozenset(item.key for item in definition.walk()) | {section.key for section in definition.sections}
