"""What a page's script must know of a form: its fields' limits, its conditions, and the words of every message."""

from __future__ import annotations

import json
from typing import Any

from functions.forms.definition import Condition, Definition, Field, Group, Rows
from functions.forms.element import Markup
from functions.forms.names import name_of
from functions.forms.outline import Item
from functions.forms.wording import WORDS, count_of_parts

_NEEDS = {"never": 0, "sometimes": 1, "always": 2}


def script_data(definition: Definition) -> Markup:
    """A block of JSON that a browser does not run; no text in it can end the block."""
    text = json.dumps(form_data(definition), ensure_ascii=False, separators=(",", ":"))
    safe = (
        text.replace("<", "\\u003c").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
    return Markup(f'<script type="application/json" id="form-data">{safe}</script>')


def form_data(definition: Definition) -> dict[str, Any]:
    """The same as a JSON value."""
    numbered = [section for section in definition.sections if not section.closing]
    return {
        "form": definition.id,
        "digest": definition.digest,
        "title": definition.title,
        "words": WORDS,
        "parts": [count_of_parts(number) for number in range(len(numbered) + 1)],
        "nodes": {name_of(item.path): _node(item) for item in definition.walk()}
        | {
            section.key: {"n": 2 if section.key in definition.schema.get("required", ()) else 0}
            for section in definition.sections
        },
        "conditions": [_condition(condition) for condition in definition.conditions],
    }


def _node(item: Item) -> dict[str, Any]:
    """One part of the form with what differs from the usual: kind, label, need, limits."""
    node: dict[str, Any] = {"n": _NEEDS[item.required], "l": item.label}
    if isinstance(item, Field):
        limits = {"min": item.minimum, "max": item.maximum, "len": item.max_length, "dec": item.decimals}
        node |= {"k": item.kind} | {key: value for key, value in limits.items() if value is not None}
        if item.must_be_true:
            node["t"] = 1
    elif isinstance(item, Group):
        node |= {"k": "group", "s": item.name, "lead": item.lead}
    elif isinstance(item, Rows):
        node |= {"k": "rows", "item": item.item_label}
    return node


def _condition(condition: Condition) -> dict[str, Any]:
    return {
        "scope": name_of(condition.scope),
        "test": condition.test,
        "holds": condition.holds,
        "target": name_of(condition.target),
        "effect": condition.effect,
    }
