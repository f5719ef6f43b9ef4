"""The cross-field checks that JSON Schema cannot express; rules.yml names them, and each is implemented once, here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from functions.forms import pointer
from functions.forms.characters import hidden_in
from functions.forms.checking.messages import name_of, unseen_words
from functions.forms.definition import Definition
from functions.forms.filing_rules import Check
from functions.forms.formats import day_of, whole_number
from functions.forms.outline import Field
from functions.forms.pointer import Token
from functions.forms.problem import Problem

Args = Mapping[str, Any]
Finding = tuple[str, str]
Judge = Callable[[Definition, Args, Any, date], Iterator[Finding]]


def run_checks(definition: Definition, data: Any, today: date, *, warns: bool) -> Iterator[Problem]:
    """Return the problems, or the warnings, of the form's cross-field checks; the schema reports wrong types.

    `today` is the date in Asia/Shanghai.
    """
    for check in definition.rules.checks:
        if check.warns == warns:
            yield from _run(check, definition, data, today)


def _run(check: Check, definition: Definition, data: Any, today: date) -> Iterator[Problem]:
    for at, message in CHECKS[check.name](definition, check.args, data, today):
        yield Problem(at, definition.label_at(at), message.strip(), check.name)


def unseen_in_names(definition: Definition, data: Any) -> Iterator[Problem]:
    """The short texts in which a character hides: two of them would look the same. Long texts may have them."""
    for item in definition.walk():
        if isinstance(item, Field) and item.kind == "text":
            yield from _unseen_at(definition, item, data)


def _unseen_at(definition: Definition, field: Field, data: Any) -> Iterator[Problem]:
    for tokens in pointer.rows_at(data, field.path):
        value = pointer.read(data, tokens)
        if isinstance(value, str) and hidden_in(value):
            at = pointer.join(tokens)
            yield Problem(at, definition.label_at(at), unseen_words(name_of(definition, at), value).strip(), "unseen")


def _date_has_come(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    for tokens, day in _dates(data, args["at"]):
        if day > today:
            at = pointer.join(tokens)
            yield at, f"{name_of(definition, at)}是 {_in_words(day)}，还没有到。{args['cure']}"


def _date_is_after(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    before = next(_dates(data, args["of"]), None)
    for tokens, day in _dates(data, args["at"]):
        if before is not None and day <= before[1]:
            at = pointer.join(tokens)
            other = f"{name_of(definition, args['of'])}（{_in_words(before[1])}）"
            yield at, f"{name_of(definition, at)}是 {_in_words(day)}，应在{other}之后。请核对这两个日期"


def _year_has_come(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    year = _integer(data, args["at"])
    if year is not None and year > today.year:
        cure = f"请填今年（{today.year}）或者更早的年份"
        yield args["at"], f"{name_of(definition, args['at'])}填的是 {year} 年，还没有到。{cure}"


def _year_is_over(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    year = _integer(data, args["at"])
    if year is not None and year >= today.year:
        cure = f"现在应报 {today.year - 1} 年度，请改成 {today.year - 1}"
        yield args["at"], f"{name_of(definition, args['at'])}填的是 {year} 年，这一年还没有过完。{cure}"


def _year_is_older(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    year = _integer(data, args["at"])
    if year is not None and year < today.year - 1:
        known = f"{name_of(definition, args['at'])}填的是 {year} 年，现在应报的是 {today.year - 1} 年度"
        yield args["at"], f"{known}。补报以前年度的可以照此提交，会注明“延报”"


def _year_is_next(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    year = _integer(data, args["at"])
    if year is not None and year > today.year + 1:
        cure = f"请填明年（{today.year + 1}）或者更早的年份"
        yield args["at"], f"{name_of(definition, args['at'])}填的是 {year} 年，还不到报的时候。{cure}"


def _year_not_before(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    year, start = _integer(data, args["at"]), next(_dates(data, args["of"]), None)
    if year is not None and start is not None and year < start[1].year:
        other = f"{name_of(definition, args['of'])}（{_in_words(start[1])}）"
        yield args["at"], f"{name_of(definition, args['at'])}填的是 {year} 年，早于{other}。请核对"


def _sum_is_positive(definition: Definition, args: Args, data: Any, today: date) -> Iterator[Finding]:
    if "when" in args and not _case_holds(data, args["when"]):
        return
    numbers = [(at, _integer(data, at)) for at in args["of"]]
    given = [number for _, number in numbers if number is not None]
    if given and not any(given) and all(number == 0 or _may_be_left_out(definition, at) for at, number in numbers):
        yield args["at"], args["message"]


CHECKS: Final[Mapping[str, Judge]] = {
    "date_has_come": _date_has_come,
    "date_is_after": _date_is_after,
    "year_has_come": _year_has_come,
    "year_is_over": _year_is_over,
    "year_is_older": _year_is_older,
    "year_is_next": _year_is_next,
    "year_not_before": _year_not_before,
    "sum_is_positive": _sum_is_positive,
}


def _case_holds(data: Any, when: Args) -> bool:
    value = pointer.read(data, pointer.split(when["at"]))
    if "contains" in when:
        return isinstance(value, list) and when["contains"] in value
    return bool(value == when["equals"])


def _may_be_left_out(definition: Definition, at: str) -> bool:
    part = definition.field_at(at)
    return isinstance(part, Field) and part.required == "never"


def _dates(data: Any, at: str) -> Iterator[tuple[tuple[Token, ...], date]]:
    """Yield every valid date at the pointer, "*" meaning each row, with the tokens that lead to it."""
    for tokens in pointer.rows_at(data, pointer.split(at)):
        value = pointer.read(data, tokens)
        day = day_of(value) if isinstance(value, str) else None
        if day is not None:
            yield tokens, day


def _integer(data: Any, at: str) -> int | None:
    return whole_number(pointer.read(data, pointer.split(at)))


def _in_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
