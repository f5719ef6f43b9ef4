"""The model of a form's rules.yml; authoring reads rules through it, and no request imports it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from functions.forms.address import ADDRESS
from functions.forms.filing_rules import DaysOff

Pointer = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_*-]+)+$", description="指向表里一个栏目，如 /unit/uscc")]
Words = Annotated[str, Field(min_length=1, max_length=500)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=50)]
Address = Annotated[str, Field(pattern=f"^{ADDRESS}$", description="责任清单的段落，如 丙五2")]


class Strict(BaseModel):
    """A part of the file that accepts no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Obliged(Strict):
    """Who must file: in words, and the rosters that name them; `condition` narrows the rosters by a column's value."""

    words: Words
    rosters: list[Identifier] = Field(min_length=1)
    condition: dict[Identifier, Words] = Field(default_factory=dict)


class When(Strict):
    """The deadline as the form's page says it, and a note in small print."""

    words: Words
    note: str = ""


class Basis(Strict):
    """The paragraphs of the list that demand the form, the main one first, and a note in small print."""

    paragraphs: list[Address] = Field(min_length=1)
    note: str = ""


class Case(Strict):
    """A field and the value it must have; without it, the filing is always owed."""

    at: Pointer
    equals: Words


class Period(Strict):
    """The year at `at`, or a fixed `word`; `title` says it to people, "{}" standing for the year."""

    at: Pointer | None = None
    word: Identifier | None = None
    title: Words

    @model_validator(mode="after")
    def one_source(self) -> Period:
        if (self.at is None) == (self.word is None):
            raise ValueError("at 和 word 要写一个，也只写一个")
        return self


class DueRule(Strict):
    """`months_after`, `days_after` and `workdays_after` count from the date at `at`, which is not counted itself.

    `day_of_year` is month-day of the year at `at` plus `years`. With `next_workday`, a last day that is a day off gives
    way to the next working day (Civil Code 203). Working days are those of content/data/holidays.yml.
    """

    rule: Literal["months_after", "days_after", "workdays_after", "day_of_year"]
    at: Pointer
    months: Annotated[int, Field(ge=0, le=120)] = 0
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    workdays: Annotated[int, Field(ge=1, le=500)] | None = None
    years: Annotated[int, Field(ge=-5, le=5)] = 0
    month: Annotated[int, Field(ge=1, le=12)] = 12
    day: Annotated[int, Field(ge=1, le=31)] = 31
    next_workday: Literal[True] | None = None

    @field_validator("next_workday", mode="before")
    @classmethod
    def has_no_days_of_its_own(cls, value: Any) -> Any:
        if isinstance(value, dict):
            raise ValueError("只写 true，放假和调休都写在 content/data/holidays.yml 里")
        return value

    @model_validator(mode="after")
    def counts_something(self) -> DueRule:
        counts = {"months_after": self.months or None, "days_after": self.days, "workdays_after": self.workdays}
        units = {
            "months_after": "months（几个月）",
            "days_after": "days（几天）",
            "workdays_after": "workdays（几个工作日）",
        }
        for rule, count in counts.items():
            if rule == self.rule and count is None:
                raise ValueError(f"{rule} 要写 {units[rule]}")
            if rule != self.rule and count is not None:
                raise ValueError(f"写了 {units[rule]}，rule 就应是 {rule}")
        longest = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(self.month, 31)
        if self.day > longest:
            raise ValueError(f"{self.month} 月不是每年都有 {self.day} 日")
        return self

    @property
    def counts_working_days(self) -> bool:
        """Whether the last day depends on the calendar of working days."""
        return self.rule == "workdays_after" or self.next_workday is True


class FilingRule(Strict):
    """One case in which a filing is owed: `when` it is this case, for which period, due when, by which paragraph.

    `repeats`: once for a word, for each year (per_period) or each day of a change (at_each_change) that `period` holds.
    """

    id: Identifier
    title: Words
    when: Case | None = None
    period: Period
    due: DueRule
    repeats: Literal["once", "per_period", "at_each_change"] | None = None
    words: Words
    basis: Address

    @model_validator(mode="after")
    def repeats_as_its_period_does(self) -> FilingRule:
        if self.repeats is not None and (self.repeats == "once") != (self.period.word is not None):
            raise ValueError("repeats 是 once 的，period 写 word；每个年度或者每次变更都报的，period 写 at")
        if self.repeats == "at_each_change" and self.due.rule == "day_of_year":
            raise ValueError("repeats 是 at_each_change 的，期限从变更那天算，rule 不能是 day_of_year")
        return self


class UniqueKey(Strict):
    """A field that makes a filing unique; `normalise` folds widths and drops white space, for names people type."""

    at: Pointer
    normalise: bool = False


class Review(Strict):
    """How a filing is reviewed: `four_eyes` asks for a second reviewer."""

    four_eyes: bool = False


class CheckWhen(Strict):
    """When a check applies: the choice at `at` equals this value, or the choices there contain it."""

    at: Pointer
    equals: str | None = None
    contains: str | None = None

    @model_validator(mode="after")
    def one_test(self) -> CheckWhen:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("equals 和 contains 要写一个，也只写一个")
        return self


class DateHasCome(Strict):
    """The date is not after the day of submission; `cure` says what to fill in."""

    check: Literal["date_has_come"]
    at: Pointer
    cure: Words
    warns: bool = False


class DateIsAfter(Strict):
    """The date at `at` is after the date at `of`."""

    check: Literal["date_is_after"]
    at: Pointer
    of: Pointer
    warns: bool = False


class YearCheck(Strict):
    """The year has come, is over, is older than the one that is due now, or is at most the next one."""

    check: Literal["year_has_come", "year_is_over", "year_is_older", "year_is_next"]
    at: Pointer
    warns: bool = False


class YearNotBefore(Strict):
    """The year at `at` is not before that of the date at `of`."""

    check: Literal["year_not_before"]
    at: Pointer
    of: Pointer
    warns: bool = False


class SumIsPositive(Strict):
    """The numbers at `of` are not all 0; `message` is shown at the group `at`."""

    check: Literal["sum_is_positive"]
    at: Pointer
    of: list[Pointer] = Field(min_length=1)
    when: CheckWhen | None = None
    message: Words
    warns: bool = False


CheckRule = Annotated[
    DateHasCome | DateIsAfter | YearCheck | YearNotBefore | SumIsPositive, Field(discriminator="check")
]


class RulesFile(Strict):
    """Rules that a JSON Schema cannot express: who files, when, how often, and which fields must agree."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2,4}$", description="编号的开头，如 SC")]
    short: Words
    audience: Literal["public", "staff"]
    official: bool
    intro: Words
    obliged: Obliged
    when: When
    basis: Basis
    filings: list[FilingRule] = Field(min_length=1)
    unique: list[UniqueKey] = Field(min_length=1)
    unit_name_at: Pointer
    uscc_at: Pointer
    review: Review
    checks: list[CheckRule]

    def document(self, days_off: DaysOff | None) -> dict[str, Any]:
        """Return the plain form for the form document: every value explicit, unset ones left out.

        When a deadline counts working days, it contains the calendar; otherwise no calendar is needed.
        """
        plain = self.model_dump(mode="json", exclude_none=True)
        for filing, written in zip(self.filings, plain["filings"], strict=True):
            if days_off is not None and filing.due.counts_working_days:
                written["due"]["next_workday"] = days_off.document()
        return plain


def rules_schema() -> bytes:
    """Return the text of schemas/rules.schema.json, generated from this model."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **RulesFile.model_json_schema()}
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()
