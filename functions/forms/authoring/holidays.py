"""The bureau's calendar of working days, content/data/holidays.yml; never read while serving a request.

A rule that counts working days copies the days off into the form's document. So every validator has them, and continues
to judge a filing by the calendar of its day.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from functions.forms.authoring.model_errors import validated
from functions.forms.authoring.source import Source
from functions.forms.filing_rules import DaysOff

HOLIDAYS: Final = "content/data/holidays.yml"
_DAY = timedelta(days=1)
_SATURDAY = 5
_CURE = "请照通知改正，写法见文件开头的注释"

Text = Annotated[str, Field(min_length=1, max_length=100)]


class Strict(BaseModel):
    """A part of the file that accepts no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Notice(Strict):
    """A notice of the State Council; `number` and `date` are None where nobody has verified them: `note` says so."""

    number: Text | None
    date: date | None
    note: str = ""

    @model_validator(mode="after")
    def says_what_is_missing(self) -> Notice:
        if None in (self.number, self.date) and not self.note:
            raise ValueError("文号或者日期是 null 的，要写 note 说明")
        return self


class Span(Strict):
    """The days off of one festival, `first` and `last` included, and the weekend days worked for them."""

    name: Text
    first: date
    last: date
    work: list[date] = Field(default_factory=list)

    @model_validator(mode="after")
    def is_in_order(self) -> Span:
        if self.last < self.first:
            raise ValueError(f"{self.name}的 last 在 first 前面")
        for day in self.work:
            if day.weekday() < _SATURDAY:
                raise ValueError(f"{day} 不是周六、周日，不用写在 work 里")
            if self.first <= day <= self.last:
                raise ValueError(f"{day} 又放假又上班")
        return self

    def days(self) -> list[date]:
        """Return every day off."""
        return [self.first + n * _DAY for n in range((self.last - self.first).days + 1)]


class HolidayYear(Strict):
    """What was announced for one year; some days may lie in the December before it."""

    year: Annotated[int, Field(ge=1999, le=2100)]
    complete: bool
    notices: list[Notice] = Field(min_length=1)
    holidays: list[Span] = Field(min_length=1)

    @model_validator(mode="after")
    def is_of_this_year(self) -> HolidayYear:
        days = [day for span in self.holidays for day in (span.first, span.last, *span.work)]
        for day in days:
            if day.year != self.year and (day.year, day.month) != (self.year - 1, 12):
                raise ValueError(f"{day} 不在 {self.year} 年的放假安排里")
        return self


class HolidaysFile(Strict):
    """content/data/holidays.yml: one entry a year."""

    years: list[HolidayYear]

    @model_validator(mode="after")
    def says_each_day_once(self) -> HolidaysFile:
        seen: set[date | int] = set()
        for year in self.years:
            days = [day for span in year.holidays for day in (*span.days(), *span.work)]
            names: list[date | int] = [year.year, *days]
            for one in names:
                if one in seen:
                    raise ValueError(f"{one} 写了两次")
                seen.add(one)
        return self

    def days_off(self) -> DaysOff:
        """Return the days off and the weekend days worked of all years; incomplete years count as unknown."""
        spans = [span for year in self.years for span in year.holidays]
        return DaysOff(
            holidays=frozenset(day.isoformat() for span in spans for day in span.days() if day.weekday() < _SATURDAY),
            workdays=frozenset(day.isoformat() for span in spans for day in span.work),
            years=frozenset(year.year for year in self.years if year.complete),
        )


def read_holidays(root: Path) -> HolidaysFile:
    """Read the calendar of the project at `root`. Raises Mistake, with line and cure."""
    return validated(Source.yaml(root / HOLIDAYS), HolidaysFile, _CURE)
