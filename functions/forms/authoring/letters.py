"""Reads schemas/letters.yml, the words and legal bases of letters; every mistake names file, line, cause and cure."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from functions.forms.authoring.model_errors import validated
from functions.forms.authoring.source import Source
from functions.forms.letters import NO_LETTERS, Letters

FILE: Final = "letters.yml"
# What `supervision.orders.words` fills in.
WORDS: Final = frozenset(
    [
        *("unit", "project", "matter", "basis", "bases", "facts", "due", "days", "today"),
        *("until", "order", "order_day", "order_until"),
    ]
)
_NUMBER: Final = frozenset(("year", "number"))
_CURE: Final = "能写什么见文件开头的注释"

Text = Annotated[str, Field(min_length=1, max_length=500)]


class Strict(BaseModel):
    """A part of the file that accepts no unknown key."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class KindFile(Strict):
    """The words of one kind of letter."""

    title: Text
    short: Text
    number: Text
    until: str = ""
    to: str = ""
    paragraphs: list[Text] = Field(min_length=1)

    @field_validator("number")
    @classmethod
    def has_year_and_number(cls, text: str) -> str:
        if _words_in(text) != _NUMBER:
            raise ValueError("字号要有 {year} 和 {number}，不能有别的花括号")
        return text

    @field_validator("paragraphs")
    @classmethod
    def has_known_words(cls, paragraphs: list[str]) -> list[str]:
        for text in paragraphs:
            _require_known(text)
        return paragraphs


class GroundFile(Strict):
    """The paragraph of the list and the laws that a kind of letter about a form rests on."""

    basis: Text
    laws: list[Text] = Field(default_factory=list)


class FormFile(Strict):
    """The letters about one form."""

    facts: Text
    correction: GroundFile | None = None
    circular: GroundFile | None = None
    recommendation: GroundFile | None = None

    @field_validator("facts")
    @classmethod
    def has_known_words(cls, text: str) -> str:
        _require_known(text)
        return text


class KindsFile(Strict):
    """The kinds of letters."""

    correction: KindFile
    circular: KindFile
    recommendation: KindFile


class LettersFile(Strict):
    """The whole file."""

    official: bool
    list_name: Text
    service: list[Text] = Field(min_length=1)
    kinds: KindsFile
    forms: dict[str, FormFile]

    @model_validator(mode="after")
    def starts_with_an_order(self) -> LettersFile:
        for form, one in self.forms.items():
            if one.correction is None and (one.circular or one.recommendation):
                raise ValueError(f"{form} 没有写 correction：先责令改正，才能通报批评或者建议处分")
        return self


def read_letters(schemas: Path) -> Letters:
    """Read the file in this folder; AuthoringError. Where there is none, no letters are made."""
    path = schemas / FILE
    if not path.is_file():
        return NO_LETTERS
    file = validated(Source.yaml(path), LettersFile, _CURE)
    return Letters(json.dumps(file.model_dump(), ensure_ascii=False, separators=(",", ":")).encode())


def _words_in(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        raise ValueError("花括号没有成对") from None


def _require_known(text: str) -> None:
    if unknown := _words_in(text) - WORDS:
        raise ValueError(f"不认识花括号里的 {'、'.join(sorted(unknown))}")
