"""The differences between two versions as a table: 栏目, 原为, 改为; does not compute them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.forms.difference import Change, Comparison, meaning
from functions.forms.outline import Field, Group, Item, Rows
from functions.forms.page.answers import NOT_TICKED, value_words
from functions.forms.page.element import EMPTY, Markup, above, el, join, lines

NOTHING = el("span", "没有填", class_="quiet")
GONE = el("span", "没有", class_="quiet")
_KEPT = 30


@dataclass(frozen=True, slots=True)
class Move:
    """An unchanged row that moved: its name in each version."""

    before: str
    after: str


def render_differences(comparison: Comparison, *, before: int, after: int, level: int = 2) -> Markup:
    """Return the table of all changes between two versions, under a heading, and the number of unchanged answers."""
    changes = _with_moves(comparison.changes)
    count = len(changes)
    words = f"第 {after} 版改了 {count} 处" if count else f"第 {after} 版的内容和第 {before} 版一样"
    heading = el(f"h{level}", words, id=f"changes-{after}")
    same = el("p", f"其余 {comparison.unchanged} 栏没有变化。", class_="note quiet") if count else EMPTY
    return join(heading, _table(changes, before, after) if count else EMPTY, same)


def _with_moves(changes: Sequence[Change]) -> list[Change | Move]:
    """Replace the removal and addition of an equal row by one move."""
    left = [change for change in changes if _is_gone(change)]
    told: list[Change | Move] = []
    for change in changes:
        same = [one for one in left if change.before is None and (one.part, one.before) == (change.part, change.after)]
        if same:
            left.remove(same[0])
        told.append(Move(same[0].label, change.label) if same else change)
    return [one for one in told if isinstance(one, Move) or not _is_gone(one) or one in left]


def _is_gone(change: Change) -> bool:
    return isinstance(change.part, Rows) and change.after is None


def _table(changes: Sequence[Change | Move], before: int, after: int) -> Markup:
    names = ("栏目", f"原为（第 {before} 版）", f"改为（第 {after} 版）")
    head = el("tr", *(el("th", name, role="columnheader", scope="col") for name in names), role="row")
    return el(
        "table",
        el("caption", f"第 {before} 版与第 {after} 版的差别", class_="vh"),
        el("thead", head, role="rowgroup"),
        el("tbody", *map(_row, changes), role="rowgroup"),
        class_="tbl diff cards", role="table",
    )  # fmt: skip


def _row(change: Change | Move) -> Markup:
    if isinstance(change, Move):
        label, old = change.after, el("del", change.before)
        new = join(el("ins", change.after), el("small", "　只换了位置，内容没有变"))
    else:
        label, (old, new) = change.label, _cells(change)
    name = el("th", label, role="rowheader", scope="row")
    return el(
        "tr", name, el("td", old, role="cell", data_l="原为"), el("td", new, role="cell", data_l="改为"), role="row"
    )


def _cells(change: Change) -> tuple[Markup, Markup]:
    """Return old and new text; only the middle is marked when they begin or end alike."""
    before, after, part = change.before, change.after, change.part
    if isinstance(part, Rows):
        return _whole("del", _row_words(part, before), GONE), _whole("ins", _row_words(part, after), GONE)
    if part.kind in ("text", "long_text") and isinstance(before, str) and isinstance(after, str):
        return _parted(before, after)
    if part.kind == "attachments":
        return _files("del", part, before, after), _files("ins", part, after, before)
    nothing = NOT_TICKED if part.kind == "boolean" else NOTHING
    old, new = (None if meaning(value) is None else value_words(part, value) for value in (before, after))
    return _whole("del", old, nothing), _whole("ins", new, nothing)


def _files(tag: str, field: Field, held: Any, other: Any) -> Markup:
    """Return the files of one side, marked when the other side does not have them."""
    kept = other or ()
    named = ((value_words(field, [file]), file in kept) for file in held or ())
    return above(words if stays else el(tag, words) for words, stays in named) or NOTHING


def _whole(tag: str, words: Markup | None, otherwise: Markup) -> Markup:
    return otherwise if words is None else el(tag, words)


def _parted(before: str, after: str) -> tuple[Markup, Markup]:
    shortest = min(len(before), len(after))
    start = 0
    while start < shortest and before[start] == after[start]:
        start += 1
    while start and any(unicodedata.combining(text[start]) for text in (before, after) if start < len(text)):
        start -= 1
    end = 0
    while end < shortest - start and before[-1 - end] == after[-1 - end]:
        end += 1
    while end and unicodedata.combining(before[-end]):
        end -= 1
    return _marked("del", before, start, end), _marked("ins", after, start, end)


def _marked(tag: str, text: str, start: int, end: int) -> Markup:
    stop = len(text) - end
    middle = el(tag, lines(text[start:stop])) if stop > start else EMPTY
    return join(lines(_shortened(text[:start], 1)), middle, lines(_shortened(text[stop:], -1)))


def _shortened(text: str, side: int) -> str:
    """Shorten a long text that is equal on both sides, keeping the end next to the difference."""
    if len(text) <= _KEPT + 1:
        return text
    return f"…{text[-_KEPT:]}" if side > 0 else f"{text[:_KEPT]}…"


def _row_words(rows: Rows, row: Any) -> Markup | None:
    """Return a whole row, an answer to a line; None when there is none."""
    return None if row is None else above(_answers(rows.items, row))


def _answers(items: tuple[Item, ...], held: Any) -> list[Markup]:
    found: list[Markup] = []
    for item in items:
        value = held.get(item.key) if isinstance(held, Mapping) else None
        if value is None:
            continue
        if isinstance(item, Field):
            found.append(join(f"{item.label}：", value_words(item, value)))
        elif isinstance(item, Group):
            found += _answers(item.items, value)
        elif isinstance(value, list):
            found += [words for row in value for words in _answers(item.items, row)]
    return found
