"""HTML elements as `markupsafe.Markup`, every other text escaped; knows no form.

All HTML of forms and public pages is made here. What is not Markup counts as text wherever it is put in: an f-string
or a `"".join` of HTML is plain text again and shows its tags.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape  # noqa: TID251 - this is where it is done
from typing import Final

from markupsafe import Markup

__all__ = ["BREAK", "EMPTY", "Markup", "above", "el", "hidden_input", "join", "lines"]

EMPTY: Final = Markup("")
BREAK: Final = Markup("<br>")
_VOID = frozenset({"input", "br", "hr"})


def el(tag: str, /, *content: str, **attributes: str | int | bool | None) -> Markup:
    """One element. `class_` is `class`, `aria_label` is `aria-label`; None and False are left out, True is bare."""
    written = "".join([_attribute(key, value) for key, value in attributes.items()])
    if tag in _VOID:
        return _marked(f"<{tag}{written}>")
    return _marked(f"<{tag}{written}>{_text(content)}</{tag}>")


def join(*content: str) -> Markup:
    """Join pieces; text is escaped, markup stays."""
    return _marked(_text(content))


def above(pieces: Iterable[str]) -> Markup:
    """Join pieces, each on its own line."""
    return BREAK.join(pieces)


def lines(text: str) -> Markup:
    """Return text of several lines, with its line breaks."""
    return above(text.split("\n"))


def hidden_input(name: str, value: str) -> Markup:
    """Return a hidden control."""
    return el("input", type="hidden", name=name, value=value)


def _text(content: Iterable[str]) -> str:
    # The standard library's `escape` takes a third of the time of markupsafe's for short texts, which makes a Markup.
    return "".join([piece if isinstance(piece, Markup) else escape(piece, quote=False) for piece in content])


def _marked(text: str) -> Markup:
    """Return the text as Markup, without the check for `__html__` of `Markup(text)`, which takes most of the time."""
    return str.__new__(Markup, text)


def _attribute(key: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    return f" {_name(key)}" if value is True else f' {_name(key)}="{escape(str(value))}"'


@cache
def _name(key: str) -> str:
    """Return the attribute for a keyword argument. The keywords are few, and all in our own code."""
    return key.rstrip("_").replace("_", "-")
