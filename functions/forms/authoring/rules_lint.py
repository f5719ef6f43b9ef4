"""Checks that every pointer in a form's rules leads to a part of the right kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from functions.forms.authoring.source import Source, mistake
from functions.forms.authoring.words_lint import check_words
from functions.forms.definition import Definition
from functions.forms.outline import Field, Group, Rows

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]

# This value stands in every receipt, and with any typed text the receipt must fit into one QR code, of 2,953 bytes.
_LONGEST_UNIT_NAME = 200
_KIND_NAMES = {"date": "日期", "integer": "整数", "choice": "单选", "choices": "多选", "uscc": "统一社会信用代码"}


def check_rules(source: Source, definition: Definition) -> None:
    """Raise AuthoringError for the first rule that names an unknown part, or that contradicts its words."""
    rules = _Rules(source.value, definition)
    for find in (rules.filings, rules.columns, rules.checks, rules.words):
        for where, cause, cure in find():
            raise mistake(source, where, cause, cure)


class _Rules:
    def __init__(self, raw: Any, definition: Definition) -> None:
        self._raw = raw
        self._definition = definition

    def filings(self) -> Iterator[Found]:
        for place, filing in enumerate(self._raw["filings"]):
            where: Where = ("filings", place)
            if "at" in filing["period"]:
                day = filing.get("repeats") == "at_each_change"
                yield from self._kind(filing["period"]["at"], (*where, "period"), "date" if day else "integer")
                yield from self._answered(filing["period"]["at"], (*where, "period"), "sometimes")
            kind = "integer" if filing["due"]["rule"] == "day_of_year" else "date"
            yield from self._kind(filing["due"]["at"], (*where, "due"), kind)
            yield from self._answered(filing["due"]["at"], (*where, "due"), "sometimes")
            if "when" in filing:
                yield from self._value(filing["when"]["at"], filing["when"]["equals"], (*where, "when"))
        yield from self._uncovered()

    def words(self) -> Iterator[Found]:
        yield from check_words(self._raw)

    def _uncovered(self) -> Iterator[Found]:
        cases = [filing.when for filing in self._definition.rules.filings]
        if None in cases:
            return
        for at in {case[0] for case in cases if case is not None}:
            part = self._definition.field_at(at)
            covered = {case[1] for case in cases if case is not None and case[0] == at}
            for value, label in part.choices if isinstance(part, Field) else ():
                if value not in covered:
                    cure = "请补上这种情形，或者加一项不写 when 的"
                    yield ("filings",), f"选“{label}”（{value}）的，没有写什么时候报", cure

    def columns(self) -> Iterator[Found]:
        for key in ("unit_name_at", "uscc_at"):
            yield from self._kind(self._raw[key], (key,), "uscc" if key == "uscc_at" else "")
            yield from self._answered(self._raw[key], (key,))
        name = self._definition.field_at(self._raw["unit_name_at"])
        if isinstance(name, Field) and (name.max_length or 0) > _LONGEST_UNIT_NAME:
            cure = f"请在 form.json 里把它的 maxLength 改到 {_LONGEST_UNIT_NAME} 以内"
            yield ("unit_name_at",), f"单位名称可以写 {name.max_length} 个字，印不进回执的二维码", cure
        for place, key in enumerate(self._raw["unique"]):
            yield from self._kind(key["at"], ("unique", place), "")
            yield from self._answered(key["at"], ("unique", place))

    def checks(self) -> Iterator[Found]:
        for place, check in enumerate(self._raw["checks"]):
            yield from _CHECKS[check["check"]](self, check, ("checks", place))

    def date(self, check: Any, where: Where) -> Iterator[Found]:
        for key in ("at", "of"):
            if key in check:
                yield from self._kind(check[key], (*where, key), "date")

    def year(self, check: Any, where: Where) -> Iterator[Found]:
        yield from self._kind(check["at"], (*where, "at"), "integer")
        if "of" in check:
            yield from self._kind(check["of"], (*where, "of"), "date")

    def total(self, check: Any, where: Where) -> Iterator[Found]:
        if not isinstance(self._definition.field_at(check["at"]), Group | Rows):
            yield (*where, "at"), f"{check['at']} 不是表里的一组栏目", "请写这几个数所在的那一组"
        for place, at in enumerate(check["of"]):
            yield from self._kind(at, (*where, "of", place), "integer")
        when = check.get("when")
        if when:
            yield from self._value(when["at"], when.get("equals", when.get("contains")), (*where, "when"))

    def _kind(self, at: str, where: Where, kind: str) -> Iterator[Found]:
        part = self._definition.field_at(at)
        if not isinstance(part, Field):
            yield where, f"{at} 不是表里的栏目", "请核对 form.json 里的名字"
        elif part.kind == "attachments":
            yield where, f"{at} 是一栏文件，这里用不了", "请换成别的栏目"
        elif kind and part.kind != kind:
            yield where, f"{at} 不是{_KIND_NAMES[kind]}", "请换成对应的栏目"

    def _answered(self, at: str, where: Where, *besides: str) -> Iterator[Found]:
        part = self._definition.field_at(at)
        if isinstance(part, Field) and part.required not in ("always", *besides):
            yield where, f"{at} 可以不填，没有它就算不出来", "请在 form.json 里把它列入 required"

    def _value(self, at: str, value: str, where: Where) -> Iterator[Found]:
        part = self._definition.field_at(at)
        if not isinstance(part, Field) or not part.choices:
            yield where, f"{at} 不是表里的单选或多选", "请核对 form.json 里的名字"
        elif value not in dict(part.choices):
            yield where, f"{at} 没有“{value}”这个选项", f"可以写 {'、'.join(dict(part.choices))}"


_CHECKS: dict[str, Callable[[_Rules, Any, Where], Iterator[Found]]] = {
    "date_has_come": _Rules.date,
    "date_is_after": _Rules.date,
    "year_has_come": _Rules.year,
    "year_is_over": _Rules.year,
    "year_is_older": _Rules.year,
    "year_is_next": _Rules.year,
    "year_not_before": _Rules.year,
    "sum_is_positive": _Rules.total,
}
