"""Values that the templates about letters and extensions show; knows no store and no HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from functions.desk.orders.issuing import Candidate
from functions.forms.catalogue import Catalogue
from functions.forms.letters import LetterKind, Wording
from functions.records.words import Mark
from functions.supervision.obligations.values import Obligation
from functions.supervision.obligations.words import WORDS, days_text
from functions.supervision.orders.values import Asked, Letter
from functions.supervision.orders.words import EXTENSION_MARKS, matter_of, standing_of
from functions.web.filing.moments import Moment, moment_of


@dataclass(frozen=True, slots=True)
class Row:
    """One obligation that a letter or an extension would be about."""

    key: str
    unit_name: str
    uscc: str
    matter: str
    project: str
    mark: Mark
    due: str
    days: str
    why: str
    facts: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """The ticked rows before anything is numbered. `wrong` leads to controls by their ids."""

    template: ClassVar = "orders_check.html"
    kind: LetterKind
    wording: Wording
    rows: Sequence[Row]
    ready: int
    until: str
    earliest: str
    to: str
    signed_by: str
    wrong: Mapping[str, str]
    notice: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter in a list."""

    id: str
    number: str
    title: str
    unit_name: str
    uscc: str
    matter: str
    project: str
    issued: str
    until: str
    served: str
    mark: Mark

    @classmethod
    def of(cls, letter: Letter, today: date) -> LetterRow:
        draft = letter.draft
        return cls(
            letter.id,
            letter.number,
            draft.title,
            draft.unit_name,
            draft.subject.uscc,
            draft.matter,
            draft.subject.project,
            letter.issued.isoformat(),
            draft.until.isoformat() if draft.until else "",
            "，".join((letter.served[-1].day.isoformat(), letter.served[-1].how)) if letter.served else "",
            standing_of(letter, today),
        )


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """One extension in a list."""

    id: str
    unit_name: str
    matter: str
    last_day: str
    until: str
    reason: str
    asked_by: str
    mark: Mark

    @classmethod
    def of(cls, asked: Asked) -> ExtensionRow:
        days = asked.last_day.isoformat(), asked.until.isoformat()
        mark = EXTENSION_MARKS[asked.status]
        return cls(asked.id, asked.unit_name, asked.matter, *days, asked.reason, asked.noted.by, mark)


@dataclass(frozen=True, slots=True)
class ListView:
    """The letters of a year and kind, newest first, and the extensions of the year; `year` 0 and `kind` "" mean all."""

    template: ClassVar = "orders.html"
    rows: Sequence[LetterRow]
    extensions: Sequence[ExtensionRow]
    years: Sequence[tuple[str, str]]
    year: str
    kinds: Sequence[tuple[str, str]]
    kind: str
    query: str
    exports: bool
    notice: str


@dataclass(frozen=True, slots=True)
class Service:
    """One try to serve a letter."""

    day: str
    how: str
    who: str
    by: str
    at: Moment


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter. `typed` has what was sent and refused, `wrong` leads to controls; `acts` are what may be done now."""

    template: ClassVar = "order.html"
    letter: LetterRow
    to: str
    paragraphs: Sequence[str]
    basis: str
    until_label: str
    signed_by: str
    by: str
    at: Moment
    before: LetterRow | None
    after: Sequence[LetterRow]
    services: Sequence[Service]
    void: tuple[str, str, str] | None
    answer: tuple[str, str, str] | None
    hows: Sequence[str]
    acts: frozenset[str]
    today: str
    official: bool
    exports: bool
    typed: Mapping[str, str]
    wrong: Mapping[str, str]
    notice: str


@dataclass(frozen=True, slots=True)
class AskView:
    """An obligation before its extension is asked for; `grants` says that it is granted at once."""

    template: ClassVar = "extension_new.html"
    row: Row
    until: str
    earliest: str
    reason: str
    grants: bool
    wrong: Mapping[str, str]
    notice: str


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """One extension; `decided` says by whom, when and why, `acts` what may be done now."""

    template: ClassVar = "extension.html"
    row: ExtensionRow
    uscc: str
    project: str
    at: Moment
    decided: tuple[str, str, str] | None
    acts: frozenset[str]
    reason: str
    wrong: Mapping[str, str]
    notice: str


def row_of(catalogue: Catalogue, one: Obligation, on: date, *, key: str, why: str = "", facts: str = "") -> Row:
    """An obligation in words."""
    return Row(
        key=key,
        unit_name=one.unit_name,
        uscc=one.uscc,
        matter=matter_of(catalogue, one),
        project=one.project,
        mark=WORDS[one.state].mark,
        due=one.last_day.isoformat(),
        days=days_text(one, on),
        why=why,
        facts=facts,
    )


def row_of_candidate(catalogue: Catalogue, candidate: Candidate, on: date, facts: Mapping[str, str]) -> Row:
    """A candidate in words, with the facts as they were typed, where they were."""
    told = facts.get(candidate.key, candidate.facts)
    return row_of(catalogue, candidate.one, on, key=candidate.key, why=candidate.why, facts=told)


def services_of(letter: Letter) -> list[Service]:
    """How the letter was served, last try first."""
    return [
        Service(one.day.isoformat(), one.how, one.who, one.noted.by, moment_of(one.noted.at))
        for one in reversed(letter.served)
    ]
