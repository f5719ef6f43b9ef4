"""What stands out in a filing beside the one of the year before; knows no store."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.pointer import ANY_ROW
from functions.forms.problem import Problem

LAST_YEAR = "last_year"


def year_before(period: str) -> str | None:
    """The period of the year before, None where the period is no year."""
    return str(int(period) - 1) if len(period) == 4 and period.isascii() and period.isdecimal() else None


def differs_by_half(definition: Definition, data: Any, before: Any) -> tuple[Problem, ...]:
    """The numbers outside repeated rows that differ by more than half from those of the year before."""
    return tuple(_findings(definition, data, before))


def is_same_matter(definition: Definition, data: Any, other: Any) -> bool:
    """Whether two filings are about the same unit, or the same project of it."""
    return all(key.value_in(data) == key.value_in(other) for key in definition.rules.unique)


def _findings(definition: Definition, data: Any, before: Any) -> Iterator[Problem]:
    for item in definition.walk():
        if not isinstance(item, Field) or item.kind not in ("integer", "decimal") or ANY_ROW in item.path:
            continue
        now, then = _number(pointer.read(data, item.path)), _number(pointer.read(before, item.path))
        if now is not None and then is not None and 2 * abs(now - then) > then:
            at = pointer.join(item.path)
            yield Problem(at, definition.label_at(at), _words(item, now, then), LAST_YEAR)


def _words(field: Field, now: Decimal, then: Decimal) -> str:
    unit = field.unit or (field.label if len(field.label) == 1 else "")
    was = f"上年 {then:,}{' ' if unit else ''}{unit}"
    if then == 0:
        return f"{was}，今年有了"
    change = round(abs(now - then) * 100 / then)
    return f"{was}，{'多' if now > then else '少'} {change}%"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return Decimal(value)
