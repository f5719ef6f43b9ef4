"""What a page's script must know of a form: its fields' limits, its conditions, and the words of every message."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from functions.forms.definition import Condition, Definition, Field, Group, Rows
from functions.forms.formats import EMAIL, PHONE, USCC_ALPHABET
from functions.forms.outline import Item
from functions.forms.page.element import Markup
from functions.forms.page.field_names import name_of
from functions.forms.page.script_words import Texts
from functions.forms.page.wording import WORDS, count_of_parts
from functions.forms.pointer import ANY_ROW, Path

_NEEDS = {"never": 0, "sometimes": 1, "always": 2}


@lru_cache(maxsize=16)
def script_data(definition: Definition) -> Markup:
    """A block of JSON that a browser does not run; no text in it can end the block."""
    text = json.dumps(form_data(definition), ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c")
    return Markup(f'<script type="application/json" id="form-data">{safe}</script>')


def form_data(definition: Definition) -> dict[str, Any]:
    """The same as a JSON value. A node's `m` maps a fault to the index of its message in `texts`."""
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
