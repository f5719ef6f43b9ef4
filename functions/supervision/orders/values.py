"""Letters and extensions as values; knows no store, no event and no rule."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from functions.forms.filing_rules import folded
from functions.forms.letters import LetterKind
from functions.supervision.obligations.values import Extension, Obligation, Order

ID_LENGTH: Final = 16
ExtensionStatus = Literal["asked", "granted", "declined", "revoked"]


class Subject(NamedTuple):
    """The obligation that a letter or an extension is about; `uscc` is the unit's name where it has no code."""

    form: str
    filing: str
    period: str
    uscc: str
    project: str

    @property
    def key(self) -> str:
        """Return an id that equal obligations share; no code or name can be read from it in an address."""
        return _key(*self)


@lru_cache(maxsize=65536)
def _key(form: str, filing: str, period: str, uscc: str, project: str) -> str:
    text = "\n".join((form, filing, period, uscc, folded(project) if project else ""))
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


def subject_of(one: Obligation) -> Subject:
    """The subject of a letter about this obligation."""
    return Subject(one.form, one.rule.id, one.period, one.uscc or one.unit_name, one.project)


@dataclass(frozen=True, slots=True)
class Noted:
    """Who recorded something, and when: `at` is the event's time in UTC."""

    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Served:
    """How a letter reached the unit, or that it was refused; `who` took it, or what was noted."""

    day: date
    how: str
    who: str
    noted: Noted


@dataclass(frozen=True, slots=True)
class Said:
    """A reason or an answer in words, of a day."""

    day: date
    words: str
    noted: Noted


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it has a number; its paragraphs are final. `rests_on` is the id of the order it follows."""

    subject: Subject
    unit_name: str
    title: str
    matter: str
    to: str
    paragraphs: tuple[str, ...]
    basis: str
    until: date | None
    signed_by: str
    rests_on: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A numbered letter: what it says never changes; `served`, `voided` and `answer` were recorded later."""

    kind: LetterKind
    year: int
    sequence: int
    number: str
    issued: date
    draft: Draft
    noted: Noted
    served: tuple[Served, ...] = ()
    voided: Said | None = None
    answer: Said | None = None

    @property
    def id(self) -> str:
        """Its id in addresses: 2026-correction-7."""
        return f"{self.year}-{self.kind}-{self.sequence}"

    @property
    def order(self) -> Order:
        """Return what an order to correct means for its obligation."""
        subject, until = self.draft.subject, self.draft.until
        assert until is not None
        return Order(
            self.number, subject.form, subject.filing, subject.period, subject.uscc, self.issued, until,
            subject.project, self.id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """An extension that was asked for, and what became of it: `settled` says who decided, and why not.

    `sequence` is 0, and `noted` nobody, before it is stored.
    """

    year: int
    sequence: int
    subject: Subject
    unit_name: str
    matter: str
    last_day: date
    until: date
    reason: str
    asked: date
    noted: Noted
    status: ExtensionStatus = "asked"
    settled: Said | None = None

    @property
    def id(self) -> str:
        """Its id in addresses: 2026-3."""
        return f"{self.year}-{self.sequence}"

    @property
    def body(self) -> dict[str, Any]:
        """Return what the event says that asks for it."""
        return {
            "subject": self.subject._asdict(),
            "unit_name": self.unit_name,
            "matter": self.matter,
            "last_day": self.last_day.isoformat(),
            "until": self.until.isoformat(),
            "reason": self.reason,
        }

    @property
    def extension(self) -> Extension | None:
        """Return what it means for its obligation; None while it is not granted."""
        if self.status != "granted" or self.settled is None:
            return None
        subject, granted = self.subject, self.settled
        return Extension(
            subject.form, subject.filing, subject.period, subject.uscc, self.until, granted.day, self.reason,
            granted.noted.by, subject.project,
        )  # fmt: skip
