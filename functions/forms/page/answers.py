"""The answers as readable lists, for the page to check before filing and the officers' view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from functions.forms.address import numeral
from functions.forms.definition import Definition, Field, Group, Rows
from functions.forms.outline import Item
from functions.forms.page.answer_text import UNANSWERED, UNTICKED, answer_text, file_names
from functions.forms.page.context import by_pointer
from functions.forms.page.element import EMPTY, Markup, above, el, join, lines
from functions.forms.page.encode import text_of
from functions.forms.page.field_names import id_of, name_of
from functions.forms.pointer import Path
from functions.forms.pointer import join as pointer_of
from functions.forms.problem import Problem

NOT_ANSWERED = el("span", UNANSWERED, class_="quiet")
NOT_TICKED = el("span", UNTICKED, class_="quiet")


Beside = Callable[[str, Path], Markup]


def render_answers(
    definition: Definition,
    data: Mapping[str, Any],
    problems: Sequence[Problem] = (),
    *,
    beside: Beside | None = None,
    prefix: str = "a",
) -> Markup:
    """Return every section with its answers, values in the middle, warnings below them.

    `beside` makes what stands at the right of an answer, from its label and path: `change_button`, for one. `prefix`
    keeps the ids of two documents on one page apart; that of an answer is `<prefix>-<its path>`. The closing section is
    left out: its caller shows it, with `render_closing` for one.
    """
    writer = _Writer(definition, by_pointer(problems), beside, prefix)
    return join(
        *(
            _section(writer, section.title, number, section.items, data.get(section.key, {}), (section.key,))
            for number, section in enumerate(definition.sections, 1)
            if not section.closing
        )
    )


def change_button(name: str, path: Path) -> Markup:
    """Return the button 修改, which posts `action=edit:<name>` and must be inside a form."""
    return el(
        "button", "修改", el("span", name, class_="vh"),
        class_="btn btn--second btn--small", name="action", value=f"edit:{name_of(path)}",
    )  # fmt: skip


def render_closing(definition: Definition, data: Mapping[str, Any], prefix: str = "a") -> Markup:
    """Return the closing sections, which `render_answers` leaves out: the declaration, and who made it."""
    parts = []
    for section in definition.sections:
        if section.closing:
            held, name = data.get(section.key, {}), f"{prefix}-{section.key}"
            entries = [
                el("div", el("dt", item.label), el("dd", _words(item, held.get(item.key))))
                for item in section.items
                if isinstance(item, Field)
            ]
            parts.append(el("section", el("h2", section.title, id=name), _list(entries), aria_labelledby=name))
    return join(*parts)


def value_words(field: Field, value: Any) -> Markup:
    """Return one answer for people: labels of choices, 是 and 否, dates in words, the unit after a number."""
    marked = _MARKED.get(field.kind)
    words = marked(field, value) if marked else lines(answer_text(field, value))
    return words if not field.unit else join(words, f" {field.unit}")


def _section(writer: _Writer, title: str, number: int, items: Sequence[Item], values: Any, path: Path) -> Markup:
    lists = writer.lists(items, values, path)
    if not lists:  # none of its questions applies to this filing
        return lists
    name = f"{writer.prefix}{number}"
    return el("section", el("h2", f"{numeral(number)}、{title}", id=name), lists, aria_labelledby=name)


class _Writer:
    def __init__(
        self, definition: Definition, problems: Mapping[str, Sequence[Problem]], beside: Beside | None, prefix: str
    ) -> None:
        self._definition = definition
        self._problems = problems
        self._beside = beside
        self.prefix = prefix

    def lists(self, items: Sequence[Item], values: Any, path: Path) -> Markup:
        """Return lists of the items; rows stand between them, each under a heading."""
        held = values if isinstance(values, Mapping) else {}
        parts: list[Markup] = []
        entries: list[Markup] = []
        for item in items:
            place = (*path, item.key)
            if isinstance(item, Rows):
                parts += [_list(entries), self._rows(item, held.get(item.key), place)]
                entries = []
            elif held.get(item.key) is not None or item.required != "sometimes":
                entries.append(self._entry(item, held.get(item.key), place))
        return join(*parts, _list(entries))

    def _rows(self, rows: Rows, value: Any, path: Path) -> Markup:
        held = value if isinstance(value, list) else []
        warnings = self._warnings(path)
        if not held:
            return _list([self._line(rows.label, NOT_ANSWERED, path, warnings)])
        parts = [
            join(el("h3", f"{rows.item_label} {index + 1}"), self.lists(rows.items, row, (*path, str(index))))
            for index, row in enumerate(held)
        ]
        return join(warnings, *parts)

    def _entry(self, item: Field | Group, value: Any, path: Path) -> Markup:
        if isinstance(item, Group):
            return self._line(item.label, self._group(item, value, path), path, self._warnings(path))
        return self._line(item.label, _words(item, value), path, self._warnings(path))

    def _group(self, group: Group, value: Any, path: Path) -> Markup:
        """Return the answers of a group, one to a line; numbers that belong together on one."""
        held = value if isinstance(value, Mapping) else {}
        parts: list[Markup] = []
        below: list[Markup] = []
        numbers = all(isinstance(item, Field) and item.kind in ("integer", "decimal") for item in group.items)
        for item in group.items:
            inner = held.get(item.key)
            if isinstance(item, Field) and (inner is not None or item.required != "sometimes"):
                words, warnings = _labelled(item, inner, group.lead), self._warnings((*path, item.key))
                parts.append(words if numbers else join(words, warnings))
                below += [warnings] if numbers else []
            elif not isinstance(item, Field) and inner is not None:
                parts.append(self.lists([item], held, path))
        return join(Markup("，").join(parts) if numbers else above(parts), *below)

    def _line(self, label: str, words: Markup, path: Path, warnings: Markup) -> Markup:
        name = self._definition.label_at(pointer_of(path))
        change = [el("dd", self._beside(name, path), class_="change")] if self._beside else []
        return el("div", el("dt", label), el("dd", words, warnings), *change, id=f"{self.prefix}-{id_of(path)}")

    def _warnings(self, path: Path) -> Markup:
        found = self._problems.get(pointer_of(path), ())
        return join(*(el("span", problem.message, class_="warn") for problem in found))


def _labelled(field: Field, value: Any, lead: str | None) -> Markup:
    """An answer inside a group: the leading one bare, a count before its counter (4,100 件), the rest labelled."""
    if field.key == lead:
        return _words(field, value)
    if field.kind == "integer" and isinstance(value, int) and len(field.label) == 1:
        return join(f"{value:,} {field.label}")
    return join(f"{field.label}：", _words(field, value))


def _list(entries: Sequence[Markup]) -> Markup:
    return el("dl", *entries, class_="ans") if entries else EMPTY


def _words(field: Field, value: Any) -> Markup:
    if value is None or value == []:
        return NOT_TICKED if field.kind == "boolean" else NOT_ANSWERED
    return value_words(field, value)


def _tick(field: Field, value: Any) -> Markup:
    return join(answer_text(field, value)) if value is True else NOT_TICKED


def _date(field: Field, value: Any) -> Markup:
    words, stored = answer_text(field, value), text_of(value)
    return join(words) if words == stored else el("time", words, datetime=stored)


def _code(field: Field, value: Any) -> Markup:
    return el("span", answer_text(field, value), class_="code")


def _files(field: Field, value: Any) -> Markup:
    """Return the names with sizes; readers open the files themselves."""
    return above(join(name, el("span", size, class_="quiet")) for name, size in file_names(value))


_MARKED: dict[str, Callable[[Field, Any], Markup]] = {
    "boolean": _tick,
    "date": _date,
    "uscc": _code,
    "attachments": _files,
}
