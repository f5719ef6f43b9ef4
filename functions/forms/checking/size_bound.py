"""Cuts a hostile document to a size that can be explained quickly, without making an invalid one valid."""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any, Final

from functions.forms.pointer import Token

LONGEST_TEXT: Final = 10_000
LONGEST_NAME: Final = 100
MOST_ROWS: Final = 1_000
MOST_UNKNOWN: Final = 20
DEEPEST: Final = 16


@dataclass
class Bounded:
    """`value` is the cut document; `unsayable` says that it holds text that is not Unicode (lone surrogates).

    A text longer than any form allows keeps one character too many, a list one row too many, an object its known keys
    and a few unknown ones; what is nested too deep and what is no JSON number become null. Forms keep to these limits
    (functions.forms.authoring.schema_lint), so each cut leaves behind something that the form refuses.
    """

    value: Any = None
    unsayable: list[tuple[Token, ...]] = field(default_factory=list)


def bound(document: Any, known: Set[str]) -> Bounded:
    """Cut the document to the limits; `known` are the property names of the form."""
    result = Bounded()
    result.value = _cut(document, known, (), result)
    return result


def _cut(value: Any, known: Set[str], where: tuple[Token, ...], result: Bounded) -> Any:
    if isinstance(value, str):
        return _cut_text(value, where, result)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if len(where) >= DEEPEST and isinstance(value, dict | list):
        return None
    if isinstance(value, list):
        return [_cut(item, known, (*where, index), result) for index, item in enumerate(value[: MOST_ROWS + 1])]
    if isinstance(value, dict):
        kept = ((key, _sayable(key[:LONGEST_NAME])) for key in _keys(value, known))
        return {name: _cut(value[key], known, (*where, name), result) for key, name in kept}
    return value


def _cut_text(text: str, where: tuple[Token, ...], result: Bounded) -> str:
    text = text[: LONGEST_TEXT + 1]
    sayable = _sayable(text)
    if sayable != text:
        result.unsayable.append(where)
    return sayable


def _sayable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _keys(value: dict[Any, Any], known: Set[str]) -> list[Any]:
    kept, unknown = [], 0
    for key in value:
        if key in known:
            kept.append(key)
        elif unknown < MOST_UNKNOWN:
            unknown += 1
            kept.append(key)
    return kept
