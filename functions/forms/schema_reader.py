"""Reads a bundled form schema into its outline; expects a schema that authoring has checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from functions.forms.attachment_field import is_of_files
from functions.forms.outline import Condition, Field, Group, Item, Kind, Need, Rows, Section
from functions.forms.pointer import ANY_ROW, Path

Schema = Mapping[str, Any]

LONG_TEXT_FROM = 201


def conditions_of(schema: Schema, path: Path = ()) -> Iterator[Condition]:
    """Return every condition in the schema, outermost first, in the order written."""
    for rule in (schema, *schema.get("allOf", ())):
        if "if" in rule:
            for branch, holds in (("then", True), ("else", False)):
                yield from _effects(rule.get(branch, {}), path, path, rule["if"], holds)
    for key, child in schema.get("properties", {}).items():
        inner = child.get("items", child)
        inner_path = (*path, key, ANY_ROW) if inner is not child else (*path, key)
        yield from conditions_of(inner, inner_path)


def sections_of(schema: Schema, conditions: tuple[Condition, ...]) -> tuple[Section, ...]:
    """Return the sections in form order."""
    reader = _Reader(frozenset(c.target for c in conditions if c.effect == "required"))
    return tuple(reader.section(key, section) for key, section in schema["properties"].items())


def tested_paths(test: Any, scope: Path) -> Iterator[Path]:
    """Return the paths of the answers that a condition's test reads."""
    if not isinstance(test, dict):
        return
    for key, child in test.get("properties", {}).items():
        yield (*scope, key)
        yield from tested_paths(child, (*scope, key))
    for branch in (*test.get("allOf", ()), *test.get("anyOf", ()), test.get("not")):
        yield from tested_paths(branch, scope)


def kind_of(schema: Schema) -> Kind:
    """Return the kind of the field that this schema describes."""
    if schema["type"] in ("integer", "boolean"):
        return cast(Kind, schema["type"])
    if schema["type"] == "array":
        return "attachments" if is_of_files(schema) else "choices"
    if "oneOf" in schema:
        return "choice"
    formats: dict[str, Kind] = {"date": "date", "uscc": "uscc", "cn-phone": "phone", "email": "email"}
    if schema.get("format") in formats:
        return formats[schema["format"]]
    if "x-decimals" in schema:
        return "decimal"
    return "long_text" if "x-lines" in schema or schema.get("maxLength", 0) >= LONG_TEXT_FROM else "text"


def _effects(branch: Any, at: Path, scope: Path, test: Schema, holds: bool) -> Iterator[Condition]:
    for key in branch.get("required", ()):
        yield Condition(scope, test, holds, (*at, key), "required")
    for key, child in branch.get("properties", {}).items():
        if child is False:
            yield Condition(scope, test, not holds, (*at, key), "applies")
        elif isinstance(child, Mapping):
            yield from _effects(child, (*at, key), scope, test, holds)


class _Reader:
    def __init__(self, sometimes: frozenset[Path]) -> None:
        self._sometimes = sometimes

    def section(self, key: str, schema: Schema) -> Section:
        return Section(
            key=key,
            title=schema["title"],
            hint=schema.get("description", ""),
            closing=schema.get("x-part") == "closing",
            items=self._items(schema, (key,)),
            basis=schema.get("x-basis", ""),
        )

    def _items(self, schema: Schema, path: Path) -> tuple[Item, ...]:
        required = frozenset(schema.get("required", ()))
        return tuple(
            self._item(key, child, (*path, key), key in required) for key, child in schema["properties"].items()
        )

    def _item(self, key: str, schema: Schema, path: Path, always: bool) -> Item:
        need: Need = "always" if always else "sometimes" if path in self._sometimes else "never"
        if schema["type"] == "object":
            return self._group(key, schema, path, need)
        if schema["type"] == "array" and schema["items"]["type"] == "object" and not is_of_files(schema):
            return self._rows(key, schema, path, need)
        return _field(key, schema, path, need)

    def _group(self, key: str, schema: Schema, path: Path, need: Need) -> Group:
        return Group(
            key=key,
            path=path,
            label=schema["title"],
            hint=schema.get("description", ""),
            basis=schema.get("x-basis", ""),
            lead=schema.get("x-lead", ""),
            items=self._items(schema, path),
            short=schema.get("x-short", ""),
            pair=schema.get("x-pair", False),
            required=need,
        )

    def _rows(self, key: str, schema: Schema, path: Path, need: Need) -> Rows:
        return Rows(
            key=key,
            path=path,
            label=schema["title"],
            hint=schema.get("description", ""),
            item_label=schema["x-item"],
            items=self._items(schema["items"], (*path, ANY_ROW)),
            minimum=schema.get("minItems", 0),
            maximum=schema["maxItems"],
            required=need,
            basis=schema.get("x-basis", ""),
            ask=schema.get("x-ask", ""),
        )


def _field(key: str, schema: Schema, path: Path, need: Need) -> Field:
    of_files = is_of_files(schema)
    offered = schema.get("items", schema).get("oneOf", ())
    return Field(
        key=key,
        path=path,
        label=schema["title"],
        hint=schema.get("description", ""),
        basis=schema.get("x-basis", ""),
        kind=kind_of(schema),
        required=need,
        choices=tuple((choice["const"], choice["title"]) for choice in offered),
        minimum=schema.get("minItems" if of_files else "minimum"),
        maximum=schema.get("maxItems" if of_files else "maximum"),
        max_length=schema.get("maxLength"),
        decimals=schema.get("x-decimals"),
        unit=schema.get("x-unit", ""),
        autocomplete=schema.get("x-autocomplete", ""),
        width=schema.get("x-width", ""),
        pair=schema.get("x-pair", False),
        lines=schema.get("x-lines", 3),
        must_be_true=schema.get("const") is True,
        ask=schema.get("x-ask", ""),
    )
