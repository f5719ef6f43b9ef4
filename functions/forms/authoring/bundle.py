"""Replaces every `$ref` of a schema by its target; knows no files, only loaded JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.forms import pointer

Load = Callable[[str], Any]


class BrokenReference(ValueError):
    """A `$ref` with a missing target, a cycle, or a conflict with its siblings; `where` is the path of its schema."""

    def __init__(self, reference: str, where: tuple[str | int, ...], cause: str) -> None:
        super().__init__(cause)
        self.reference = reference
        self.where = where


def bundle(schema: Any, load: Load) -> Any:
    """Return the schema with every `$ref` inlined, without `$defs`.

    Titles, hints and other annotations beside a `$ref` win over those it names. A constraint there may only add: where
    it differs, JSON Schema demands both, and the bundle would mean something else than the file.

    `load` returns the document that a reference names before its "#", and raises LookupError when there is none; "" is
    the schema itself. Raises BrokenReference.
    """
    return _inline(schema, lambda name: load(name) if name else schema, (), ())


def _inline(node: Any, load: Load, where: tuple[str | int, ...], trail: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inline(item, load, (*where, index), trail) for index, item in enumerate(node)]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if key not in ("$ref", "$defs")}
    own = {key: _inline(value, load, (*where, key), trail) for key, value in kept.items()}
    if "$ref" not in node:
        return own
    reference = node["$ref"]
    if reference in trail:
        raise BrokenReference(reference, where, "引用绕了一圈又回到自己")
    target = _resolve(reference, load, where)
    name = reference.partition("#")[0]
    inner: Load = load if not name else (lambda other: load(other or name))
    base = _inline(target, inner, where, (*trail, reference))
    if not isinstance(base, Mapping):
        return base
    for key, value in own.items():
        if base.get(key, value) != value and not _is_annotation(key):
            cause = f"旁边又写了不同的 {key}，各种校验器会两个都要求"
            raise BrokenReference(reference, (*where, key), cause)
    return {**base, **own}


def _is_annotation(key: str) -> bool:
    return key in ("title", "description") or key.startswith("x-")


def _resolve(reference: str, load: Load, where: tuple[str | int, ...]) -> Any:
    name, _, fragment = reference.partition("#")
    try:
        document = load(name)
    except LookupError:
        raise BrokenReference(reference, where, f"没有文件 {name}") from None
    target = pointer.read(document, pointer.split(fragment))
    if target is None:
        raise BrokenReference(reference, where, f"那里没有 {fragment}")
    return target
