"""How far a form is filled in: what each section still lacks, and the list that says so; judges no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.forms import pointer
from functions.forms.address import numeral
from functions.forms.definition import Condition, Definition, Field, Group, Rows
from functions.forms.outline import Item
from functions.forms.page.element import Markup, el, join
from functions.forms.page.wording import WORDS, count_of_parts
from functions.forms.pointer import Path
from functions.forms.problem import Problem

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": Mapping,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


@dataclass(frozen=True, slots=True)
class Part:
    """One section's state: required answers that are missing, answers given, problems found."""

    missing: int
    given: int
    wrong: int

    @property
    def done(self) -> bool:
        """Nothing is missing or wrong; a section that asks for nothing is done as it is."""
        return self.missing == 0 and self.wrong == 0

    def state(self) -> tuple[str, str]:
        """The class and the words of the state."""
        if self.wrong:
            return "st--over", WORDS["mend"].format(count=self.wrong)
        if self.missing:
            return "st--open", WORDS["missing"].format(count=self.missing) if self.given else WORDS["empty"]
        return ("st--ok", WORDS["filled"]) if self.given else ("st--open", WORDS["skippable"])


def parts_of(definition: Definition, values: Mapping[str, Any], problems: Sequence[Problem]) -> list[Part]:
    """The state of every numbered section, in form order."""
    counting = _Counting(definition, values)
    wrong = [problem.pointer.split("/")[1] for problem in problems if problem.pointer]
    return [
        Part(*counting.count(section.items, section.path), wrong.count(section.key))
        for section in definition.sections
        if not section.closing
    ]


def render_progress(definition: Definition, values: Mapping[str, Any], problems: Sequence[Problem]) -> Markup:
    """One sentence, then a link and a state for each numbered section; no percentages."""
    parts = parts_of(definition, values, problems)
    sections = [section for section in definition.sections if not section.closing]
    entries = []
    for number, (section, part) in enumerate(zip(sections, parts, strict=True), 1):
        class_, words = part.state()
        link = el("a", f"{numeral(number)}、{section.title}", href=f"#s{number}")
        entries.append(el("li", link, el("span", words, class_=f"st {class_}"), data_part=section.key))
    sentence = el("p", _sentence(parts, len(problems)))
    return el("nav", sentence, el("ol", *entries), class_="prog", aria_label="填报进度")


def _sentence(parts: Sequence[Part], wrong: int) -> str:
    done, total = sum(part.done and part.given > 0 for part in parts), len(parts)
    complete = all(part.done for part in parts)
    which = "all_done" if complete else "some_done" if done else "all_open"
    words = WORDS[which].format(all=count_of_parts(total), done=count_of_parts(done))
    return join(words, WORDS["to_mend"].format(count=wrong) if wrong else "")


class _Counting:
    def __init__(self, definition: Definition, values: Mapping[str, Any]) -> None:
        self._values = values
        self._conditions: dict[Path, list[Condition]] = {}
        for condition in definition.conditions:
            self._conditions.setdefault(condition.target, []).append(condition)

    def count(self, items: Sequence[Item], path: Path) -> tuple[int, int]:
        """How many required answers are missing, and how many answers there are, in these items at this place."""
        missing = given = 0
        for item in items:
            place = (*path, item.key)
            if self._applies(place):
                less, more = self._count(item, place)
                missing, given = missing + less, given + more
        return missing, given

    def _count(self, item: Item, place: Path) -> tuple[int, int]:
        value = pointer.read(self._values, place)
        needed = item.required == "always" or self._is_required(place)
        if isinstance(item, Field):
            answered = value is not None and value != [] and not (item.must_be_true and value is not True)
            return int(needed and not answered), int(answered)
        if isinstance(item, Group):
            missing, given = self.count(item.items, place)
            return (missing if needed or given else 0), given
        return self._rows(item, value, place, needed)

    def _rows(self, rows: Rows, value: Any, place: Path, needed: bool) -> tuple[int, int]:
        held = value if isinstance(value, list) else []
        counts = [self.count(rows.items, (*place, str(index))) for index in range(len(held))]
        missing = sum(less for less, _ in counts) + int(needed and not held)
        return missing, sum(more for _, more in counts)

    def _applies(self, place: Path) -> bool:
        return all(self._fulfilled(one, place) for one in self._of(place) if one.effect == "applies")

    def _is_required(self, place: Path) -> bool:
        return any(self._fulfilled(one, place) for one in self._of(place) if one.effect == "required")

    def _of(self, place: Path) -> Sequence[Condition]:
        return self._conditions.get(pointer.general(place), ())

    def _fulfilled(self, condition: Condition, place: Path) -> bool:
        value = pointer.read(self._values, place[: len(condition.scope)])
        return holds(condition.test, {} if value is None else value) == condition.holds


def holds(test: Any, value: Any) -> bool:
    """Whether the value fulfils the test; words outside the few are refused when a form is read."""
    if isinstance(test, bool):
        return test
    return all(_WORDS[word](wanted, value) for word, wanted in test.items() if word in _WORDS)


def _same(wanted: Any, value: Any) -> bool:
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def _type(wanted: str, value: Any) -> bool:
    if isinstance(value, bool) and wanted != "boolean":
        return False
    return isinstance(value, _TYPES[wanted])


def _required(wanted: list[str], value: Any) -> bool:
    return not isinstance(value, Mapping) or all(key in value for key in wanted)


def _properties(wanted: Mapping[str, Any], value: Any) -> bool:
    return not isinstance(value, Mapping) or all(holds(wanted[key], value[key]) for key in wanted if key in value)


def _contains(wanted: Any, value: Any) -> bool:
    return not isinstance(value, list) or any(holds(wanted, item) for item in value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _type,
    "const": _same,
    "enum": lambda wanted, value: any(_same(one, value) for one in wanted),
    "required": _required,
    "properties": _properties,
    "contains": _contains,
    "not": lambda wanted, value: not holds(wanted, value),
    "allOf": lambda wanted, value: all(holds(one, value) for one in wanted),
    "anyOf": lambda wanted, value: any(holds(one, value) for one in wanted),
    "minimum": lambda wanted, value: not _is_number(value) or value >= wanted,
    "maximum": lambda wanted, value: not _is_number(value) or value <= wanted,
    "minItems": lambda wanted, value: not isinstance(value, list) or len(value) >= wanted,
    "maxItems": lambda wanted, value: not isinstance(value, list) or len(value) <= wanted,
}
