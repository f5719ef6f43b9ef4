"""Makes letters for ticked obligations: judges each as it is now, and numbers all of them or none; knows no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from functions.bootstrap import Services
from functions.errors import SequenceTaken, StepRefused
from functions.forms.letters import LetterKind
from functions.records.ledger import MOST_STEPS
from functions.supervision.board import due_of
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.judging import standing_for, why_no_letter
from functions.supervision.orders.ledger import BUSY, TRIES, Orders
from functions.supervision.orders.reading import read_letters
from functions.supervision.orders.values import Draft, Letter, subject_of
from functions.supervision.orders.words import draft_letter, facts_about

GONE: Final = "应报事项刚才变了，一份也没有开。请再看一遍"
TOO_MANY: Final = f"一次最多开 {MOST_STEPS} 份，请下一次再办"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ticked obligation: `why` says why there can be no letter, `order` is the order that it would follow."""

    key: str
    one: Obligation
    why: str
    facts: str
    order: Letter | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An officer's entries for all letters of one press."""

    kind: LetterKind
    until: date | None
    to: str
    signed_by: str


class Issuing:
    """Every call blocks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._orders = Orders(services.ledger, services.entropy)

    def today(self) -> date:
        """The day in Shanghai on which everything here is judged."""
        return day_in_shanghai(self._services.clock())

    def obligations(self, keys: Sequence[str]) -> list[Obligation]:
        """The ticked obligations as they are today, in the order of the board."""
        wanted = set(keys)
        return [one for one in due_of(self._services, on=self.today()) if subject_of(one).key in wanted]

    def candidates(self, kind: LetterKind, keys: Sequence[str]) -> list[Candidate]:
        """The ticked obligations, judged; beyond as many as can be numbered at once, they wait for the next press."""
        letters, today = read_letters(self._services.ledger), self.today()
        catalogue, ready, found = self._services.catalogue, 0, []
        for one in self.obligations(keys):
            standing = standing_for(one, letters)
            why = why_no_letter(kind, one, standing, catalogue.letters)
            ready += not why
            if ready > MOST_STEPS and not why:
                why = TOO_MANY
            facts = "" if why else facts_about(catalogue, one, today)
            order = next((each for each in standing if each.kind == "correction"), None)
            found.append(Candidate(subject_of(one).key, one, why, facts, order))
        return found

    def issue(self, asked: Asked, facts: Mapping[str, str], actor: str) -> list[str]:
        """Number a letter for each key of `facts`, with these facts; the ids, in order.

        StepRefused, and no letter, when one of the obligations does not allow it any more; SequenceTaken when other
        officers were faster again and again.
        """
        year = self.today().year
        for _ in range(TRIES):
            head = self._orders.head(asked.kind, year)
            found = self.candidates(asked.kind, list(facts))
            if len(found) != len(facts) or any(each.why for each in found):
                raise StepRefused(GONE)
            try:
                self._number(asked, [self._draft(asked, each, facts[each.key]) for each in found], head, actor)
            except SequenceTaken:
                continue
            return [f"{year}-{asked.kind}-{head + place}" for place in range(1, len(found) + 1)]
        raise SequenceTaken(BUSY)

    def _number(self, asked: Asked, drafts: Sequence[Draft], head: int, actor: str) -> None:
        year, pattern = self.today().year, self._services.catalogue.letters.kinds[asked.kind].number
        self._orders.issue(
            asked.kind,
            year,
            drafts,
            lambda place: pattern.format(year=year, number=place),
            head=head,
            actor=actor,
            at=self._services.clock(),
        )

    def _draft(self, asked: Asked, candidate: Candidate, facts: str) -> Draft:
        return draft_letter(
            self._services.catalogue,
            asked.kind,
            candidate.one,
            today=self.today(),
            facts=facts or candidate.facts,
            until=asked.until,
            to=asked.to,
            signed_by=asked.signed_by,
            order=candidate.order if asked.kind != "correction" else None,
        )
