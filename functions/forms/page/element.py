"""HTML elements as text, every value escaped; knows no form."""

from __future__ import annotations

from html import escape

_VOID = frozenset({"input", "br", "hr"})


class Markup(str):
    """Text that is already HTML; everything else is escaped where it is put in."""

    __slots__ = ()


def el(tag: str, /, *content: str, **attributes: str | int | bool | None) -> Markup:
    """One element. `class_` is `class`, `aria_label` is `aria-label`; None and False are left out, True is bare."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if tag in _VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(*content)}</{tag}>")


def join(*content: str) -> Markup:
    """Pieces one after the other, text escaped, markup as it is."""
    return Markup("".join(piece if isinstance(piece, Markup) else escape(piece, quote=False) for piece in content))


def lines(text: str) -> Markup:
    """Text of several lines, its line breaks kept."""
    return Markup("<br>".join(escape(line, quote=False) for line in text.split("\n")))


def hidden_input(name: str, value: str) -> Markup:
    """A hidden control."""
    return el("input", type="hidden", name=name, value=value)


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
