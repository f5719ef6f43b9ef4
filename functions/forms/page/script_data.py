"""The data of a form for the page's script: its fields' limits, its conditions, and the text of every message."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from functions.forms import pointer
from functions.forms.characters import name_character
from functions.forms.checking.messages import say
from functions.forms.definition import Condition, Definition, Field, Group, Rows
from functions.forms.formats import EMAIL, PHONE, USCC_ALPHABET
from functions.forms.outline import Item
from functions.forms.page.element import Markup, el
from functions.forms.page.field_names import name_of
from functions.forms.page.wording import WORDS, count_of_parts
from functions.forms.pointer import ANY_ROW, Path

_NEEDS = {"never": 0, "sometimes": 1, "always": 2}
_TYPED, _STRANGE = "龘䶮", "①"
_UNSEEN = "\u200d"
_HIGH, _LOW = 98765432109876, -98765432109876
_Faults = list[tuple[str, str, Any, dict[str, str]]]


@lru_cache(maxsize=16)
def script_data(definition: Definition) -> Markup:
    """Return a block of JSON that a browser does not run; no text in it can end the block."""
    text = json.dumps(form_data(definition), ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c")
    return el("script", Markup(safe), type="application/json", id="form-data")


def form_data(definition: Definition) -> dict[str, Any]:
    """The script's data of a form as a JSON value. A node's `m` maps a fault to the index of its message in `texts`."""
    numbered = sum(not section.closing for section in definition.sections)
    texts = Texts(definition)
    nodes = {name_of(item.path): _node(definition, texts, item) for item in definition.walk()}
    required = definition.schema.get("required", ())
    for section in definition.sections:
        nodes[section.key] = {"n": 2 if section.key in required else 0, "k": "group"}
    return {
        "form": definition.id,
        "digest": definition.digest,
        "title": definition.title,
        "words": WORDS,
        "parts": [count_of_parts(number) for number in range(numbered + 1)],
        "alphabet": USCC_ALPHABET,
        "phone": f"^(?:{PHONE.pattern})$",
        "email": f"^(?:{EMAIL.pattern})$",
        "nodes": nodes,
        "texts": texts.all,
        "conditions": [_condition(condition) for condition in definition.conditions],
    }


def _node(definition: Definition, texts: Texts, item: Item) -> dict[str, Any]:
    """One part of the form: kind, how much it is needed, its name in messages, limits, messages."""
    node: dict[str, Any] = {"n": _NEEDS[item.required]}
    if isinstance(item, Group):
        return node | {"k": "group", "l": item.name, "lead": item.lead}
    if isinstance(item, Rows):
        return node | {"k": "rows", "m": texts.of_rows(item)}
    node |= {"k": item.kind, "l": item.label, "m": texts.of_field(item)}
    limits = {"min": item.minimum, "max": item.maximum, "len": item.max_length, "true": item.must_be_true or None}
    return node | {key: value for key, value in limits.items() if value is not None} | _pattern(definition, item)


def _pattern(definition: Definition, field: Field) -> dict[str, str]:
    pattern = _schema_at(definition.schema, field.path).get("pattern") if field.kind in ("decimal", "date") else None
    return {"pattern": pattern} if pattern else {}


def _schema_at(schema: dict[str, Any], path: Path) -> dict[str, Any]:
    for part in path:
        schema = schema["items"] if part == ANY_ROW else schema["properties"][part]
    return schema


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "scope": name_of(condition.scope),
        "test": condition.test,
        "holds": condition.holds,
        "target": name_of(condition.target),
        "effect": condition.effect,
    }


def parts_of_name(definition: Definition, path: Path) -> list[tuple[str, str]]:
    """Return the part of a message that names this place, and its gap: the row's number, the group, the field."""
    found: list[tuple[str, str]] = []
    for length in range(1, len(path) + 1):
        part = definition.field_at(pointer.join(_first(path[:length])))
        if isinstance(part, Group):
            found.append((part.name, "{group}"))
        elif isinstance(part, Field):
            found.append((part.label, "{name}"))
        elif isinstance(part, Rows) and path[length : length + 1] == (ANY_ROW,):
            found.append((f"{part.item_label} 1", f"{part.item_label} {{row}}"))
    return found


class Texts:
    """The distinct messages of one form; `{row}`, `{group}`, `{name}` stand for the place of the fault."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._places: dict[str, int] = {}

    @property
    def all(self) -> list[str]:
        """Return the messages, in the order of their indexes."""
        return list(self._places)

    def of_field(self, field: Field) -> dict[str, Any]:
        """Fault → index; under "required" also value of the leading choice → index, where the message depends on it."""
        found = {fault: self._index(field, rule, value, gaps) for fault, rule, value, gaps in _faults(field)}
        return {"required": self._required(field), **found}

    def of_rows(self, rows: Rows) -> dict[str, Any]:
        """Return the message for missing rows."""
        return {"required": self._index(rows, "required", None, {})}

    def _required(self, field: Field) -> Any:
        group = self._definition.field_at(pointer.join(field.path[:-1])) if len(field.path) > 1 else None
        if isinstance(field.ask, str) or not isinstance(group, Group):
            return self._index(field, "required", None, {})
        always = self._index(field, "required", None, {})
        led = {choice: self._index(field, "required", None, {}, {group.lead: choice}) for choice in field.ask}
        return {"": always, **led}

    def _index(
        self, item: Item, rule: str, value: Any, gaps: dict[str, str], beside: dict[str, Any] | None = None
    ) -> int:
        tokens = _first(item.path)
        held = {**(beside or {}), tokens[-1]: value} if value is not None else dict(beside or {})
        text = say(self._definition, tokens, rule, {}, _around(tokens[:-1], held))
        for typed, gap in (*gaps.items(), *parts_of_name(self._definition, item.path)):
            text = text.replace(typed, gap)
        return self._places.setdefault(text, len(self._places))


def _faults(field: Field) -> _Faults:
    """Return the faults that a script can see in this kind of answer: (fault, rule, example, placeholder)."""
    typed, over = {_TYPED: "{value}"}, (field.max_length or 0) + 1
    by_kind: dict[str, _Faults] = {
        "integer": [
            ("type", "type", _TYPED, typed),
            ("low", "minimum", _LOW, {str(_LOW): "{value}"}),
            ("high", "maximum", _HIGH, {str(_HIGH): "{value}"}),
        ],
        "decimal": [("format", "pattern", _TYPED, typed), ("long", "maxLength", "1" * over, {})],
        "date": [
            ("format", "format", _TYPED, typed),
            ("bad", "format", 0, {}),
            ("day", "format", "2026-02-30", {"2026-02-30": "{value}"}),
            ("year", "pattern", "0001-01-01", {"0001": "{year}"}),
        ],
        "uscc": [
            ("short1", "format", "1" * 17, {" 17 ": " {count} "}),
            ("short", "format", "1" * 7, {" 7 ": " {count} ", " 11 ": " {off} "}),
            ("long1", "format", "1" * 19, {" 19 ": " {count} "}),
            ("long", "format", "1" * 45, {" 45 ": " {count} ", " 27 ": " {off} "}),
            ("foreign", "format", "龘" + "1" * 17, {"龘": "{value}"}),
            ("check", "format", "1" * 18, {}),
        ],
        "phone": [("format", "format", _TYPED, typed)],
        "email": [("format", "format", _TYPED, typed)],
    }
    if field.kind == "attachments":
        over = (field.maximum or 0) + 1
        few: _Faults = [("few", "minItems", [{}], {" 1 ": " {count} "})] if (field.minimum or 0) > 1 else []
        return [("many", "maxItems", [{}] * over, {f" {over} ": " {count} "}), *few]
    odd: _Faults = [("odd", "format", _STRANGE, {name_character(_STRANGE): "{value}"})]
    if field.kind in by_kind:
        return by_kind[field.kind] + odd
    if field.kind not in ("text", "long_text"):
        return []
    long: _Faults = [("long", "maxLength", "字" * over, {f" {over} ": " {count} "})] if field.max_length else []
    unseen = ("unseen", "pattern", _UNSEEN, {name_character(_UNSEEN): "{value}"})
    return [*long, unseen] if field.kind == "text" else long


def _first(path: Path) -> tuple[str, ...]:
    return tuple("0" if part == ANY_ROW else part for part in path)


def _around(tokens: tuple[str, ...], held: Any) -> Any:
    """Return the smallest document with `held` at these tokens."""
    for part in reversed(tokens):
        held = [held] if part == "0" else {part: held}
    return held
