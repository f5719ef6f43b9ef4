"""What stands out in a filing beside the one of the year before; knows no store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from functions.forms import pointer
from functions.forms.definition import Definition, Field
from functions.forms.pointer import ANY_ROW, Path
from functions.forms.problem import Problem

LAST_YEAR = "last_year"


def year_before(period: str) -> str | None:
    """The period of the year before, None where the period is no year."""
    return str(int(period) - 1) if len(period) == 4 and period.isascii() and period.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Filed:
    """The answers of a filing, and the version of the form that they were given to."""

    definition: Definition
    data: Any

    @property
    def matter(self) -> list[str]:
        """Return what tells the unit, or the project of it, from any other."""
        return [key.value_in(self.data) for key in self.definition.rules.unique]

    def number_at(self, path: Path, unit: str) -> Decimal | None:
        """The number at this path; None where there is none, the form asked no number, or counts in another unit."""
        field = self.definition.field_at(pointer.join(path))
        if not _is_number(field) or (unit and field.unit and field.unit != unit):
            return None
        return _number(pointer.read(self.data, path))


def differs_by_half(now: Filed, before: Filed) -> tuple[Problem, ...]:
    """The numbers outside repeated rows that differ by more than half from those of the year before.

    What a version of the form asked otherwise than the other is not compared.
    """
    return tuple(_findings(now, before))


def is_same_matter(one: Filed, other: Filed) -> bool:
    """Whether two filings are about the same unit, or the same project of it."""
    return one.matter == other.matter


def _findings(filed: Filed, before: Filed) -> Iterator[Problem]:
    for item in filed.definition.walk():
        if not _is_number(item) or ANY_ROW in item.path:
            continue
        now, then = filed.number_at(item.path, item.unit), before.number_at(item.path, item.unit)
        if now is not None and then is not None and 2 * abs(now - then) > then:
            at = pointer.join(item.path)
            yield Problem(at, filed.definition.label_at(at), _words(item, now, then), LAST_YEAR)


def _is_number(part: object) -> TypeGuard[Field]:
    return isinstance(part, Field) and part.kind in ("integer", "decimal")


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
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
