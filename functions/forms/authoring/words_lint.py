"""Checks that the words of a deadline agree with its rule: 六个月内, 每年 9 月 30 日前; knows no form."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Found = tuple[tuple[str | int, ...], str, str]

_NUMBER: Final = r"([0-9]+|[一二两三四五六七八九十百]+)"
_WITHIN: Final = r"(?:以|之)?内"
_BEFORE: Final = r"(?:以|之)?前"
_DIGITS: Final = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"两": 2}
# Words for a last day in a later year than the period, with the number of years.
_OTHER_YEAR: Final = re.compile("(次年|翌年|第二年|上一?年度)|(下一?年度)")


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline in words: the words, the kind of rule that computes it, and the values of that rule."""

    words: str
    rule: str
    values: Mapping[str, int]

    def agrees_with(self, due: Mapping[str, Any]) -> bool:
        """Whether this `due` of a rule file computes the deadline."""
        unsaid = {"month": 12, "day": 31}
        held = {name: due.get(name, unsaid.get(name)) for name in self.values}
        return bool(self.rule == due["rule"] and held == self.values)


def terms_in(words: str) -> Iterator[Term]:
    """Return every deadline in these words; skips unknown expressions."""
    text = re.sub(r"\s", "", words)
    for pattern, term in _TERMS:
        for match in pattern.finditer(text):
            yield Term(match[0], *term(*map(number_of, match.groups())))


def number_of(text: str) -> int:
    """Parse a number below a thousand, in digits or in Chinese: "20", "二十", "十五", "两", "一百二十"."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total, digit = total + (digit or 1) * (10 if char == "十" else 100), 0
        else:
            digit = _DIGITS[char]
    return total + digit


def check_words(raw: Mapping[str, Any]) -> Iterator[Found]:
    """Return the contradictions between the words of a rule file and its rules."""
    dues = [filing["due"] for filing in raw["filings"]]
    for place, filing in enumerate(raw["filings"]):
        where = ("filings", place, "words")
        terms = list(terms_in(filing["words"]))
        if terms and not any(term.agrees_with(filing["due"]) for term in terms):
            yield where, f"期限写的是“{terms[0].words}”，due 算的是 {_written(filing['due'])}", "请把两处改成一样的"
        yield from _years(filing, where)
    for term in terms_in(raw["when"]["words"]):
        if not any(term.agrees_with(due) for due in dues):
            yield ("when", "words"), f"期限写的是“{term.words}”，filings 里没有一项这样算", "请把两处改成一样的"


def _years(filing: Mapping[str, Any], where: tuple[str | int, ...]) -> Iterator[Found]:
    match = _OTHER_YEAR.search(re.sub(r"\s", "", filing["words"]))
    if match and filing["due"]["rule"] == "day_of_year":
        years = 1 if match[1] else -1
        if filing["due"].get("years", 0) != years:
            cause = f"期限写的是“{match[0]}”，due 里 years 是 {filing['due'].get('years', 0)}"
            yield where, cause, f"请把 years 改成 {years}，或者改期限的写法"


def _written(due: Mapping[str, Any]) -> str:
    if due["rule"] == "day_of_year":
        return f"{due.get('month', 12)} 月 {due.get('day', 31)} 日"
    unit = due["rule"].removesuffix("_after")
    names = {"months": "个月", "days": "日", "workdays": "个工作日"}
    return f"{due.get(unit)} {names[unit]}"


def _months(count: int) -> tuple[str, dict[str, int]]:
    return "months_after", {"months": count}


def _last_of(month: int) -> tuple[str, dict[str, int]]:
    """The end of February is the 28th here: the rule has one day for every year."""
    return "day_of_year", {"month": month, "day": calendar.monthrange(2025, month)[1] if 1 <= month <= 12 else 0}


_TERMS: Final[tuple[tuple[re.Pattern[str], Callable[..., tuple[str, dict[str, int]]]], ...]] = (
    (re.compile(f"{_NUMBER}个月{_WITHIN}"), _months),
    (re.compile(f"半年{_WITHIN}"), lambda: _months(6)),
    (re.compile(f"{_NUMBER}年{_WITHIN}"), lambda count: _months(12 * count)),
    (re.compile(f"{_NUMBER}个?工作日{_WITHIN}"), lambda count: ("workdays_after", {"workdays": count})),
    (
        re.compile(f"(?<![0-9一二三四五六七八九十百月]){_NUMBER}[日天]{_WITHIN}"),
        lambda count: ("days_after", {"days": count}),
    ),
    (
        re.compile(f"{_NUMBER}月{_NUMBER}日{_BEFORE}"),
        lambda month, day: ("day_of_year", {"month": month, "day": day}),
    ),
    (re.compile(f"{_NUMBER}月[底末]{_BEFORE}"), _last_of),
    (re.compile(f"年[底末]{_BEFORE}"), lambda: _last_of(12)),
)
