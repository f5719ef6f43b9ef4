"""Reads what the due board shows: the day's obligations, current or earlier, filtered and in order; knows no page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from functions.bootstrap import Services
from functions.desk.due.filters import EVERY, GROUP_NAMES, DueFilters
from functions.desk.due.search import is_found
from functions.forms.catalogue import Catalogue
from functions.supervision.board import due_of, read_rows
from functions.supervision.obligations.values import Listed, Obligation
from functions.supervision.obligations.words import ACT, WORDS

STRATUM = "stratum"
NO_STRATUM = "没有分类"


@dataclass
class Reading:
    """Hold the obligations of one day; `rows` are those of the rosters, `catalogue` has the words for them."""

    catalogue: Catalogue
    rows: Sequence[Listed]
    obligations: Sequence[Obligation]

    @cached_property
    def strata(self) -> Mapping[str, str]:
        """Return the category of each unit by its code, in words; the first roster that says one counts."""
        found: dict[str, str] = {}
        for row in self.rows:
            if value := row.columns.get(STRATUM):
                found.setdefault(row.uscc, self.catalogue.roster(row.roster).shown(STRATUM, value))
        return found

    def stratum(self, one: Obligation) -> str:
        """Return the category of the unit that owes it."""
        return self.strata.get(one.uscc, NO_STRATUM)

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], str]:
        """Return the newest period of each filing that is owed every year."""
        found: dict[tuple[str, str], str] = {}
        for one in self.obligations:
            if one.rule.repeats == "per_period":
                case = one.form, one.rule.id
                found[case] = max(found.get(case, ""), one.period)
        return found

    def is_current(self, one: Obligation) -> bool:
        """Whether it belongs to the current period: what is owed once always does."""
        return one.period == self.newest.get((one.form, one.rule.id), one.period)

    @cached_property
    def current(self) -> list[Obligation]:
        return [one for one in self.obligations if self.is_current(one)]

    @cached_property
    def earlier(self) -> int:
        """Count how many of earlier periods are still to be handled."""
        return sum(WORDS[one.state].group == ACT and not self.is_current(one) for one in self.obligations)

    def scope(self, filters: DueFilters) -> Sequence[Obligation]:
        """Return what the figures count: the current periods, or all of them."""
        return self.obligations if filters.form == EVERY else self.current

    def chosen(self, filters: DueFilters) -> list[Obligation]:
        """Return those that the filters leave, in the order that was asked for."""
        whole = self.obligations if filters.matter else self.current
        found = [one for one in whole if self._matches(one, filters)]
        if filters.sort == "due":
            found.sort(key=lambda one: one.last_day)
        elif filters.sort == "unit":
            found.sort(key=lambda one: one.unit_name)
        return found

    def _matches(self, one: Obligation, filters: DueFilters) -> bool:
        return (
            filters.form in ("", EVERY, one.form)
            and filters.period in ("", one.period)
            and filters.state in ("", one.state, GROUP_NAMES_OF[WORDS[one.state].group])
            and filters.stratum in ("", self.stratum(one))
            and is_found(filters.words, one.unit_name, one.uscc, one.project)
        )


GROUP_NAMES_OF = {title: name for name, title in GROUP_NAMES.items()}


def read_matter(services: Services, filters: DueFilters, on: date) -> Reading:
    """Return what is owed of the form and period that the filters name, where they name any."""
    rows = read_rows(services)
    form = filters.form if filters.form != EVERY else ""
    found = due_of(services, on=on, form=form or None, period=filters.period or None, rows=rows)
    return Reading(services.catalogue, rows, found)
