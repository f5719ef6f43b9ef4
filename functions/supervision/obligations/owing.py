"""Works out every obligation of a day from rules, rosters, filings, extensions and orders; knows no words for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from functions.forms.filing_rules import Filing, Rules, folded
from functions.supervision.deadlines import is_overdue, last_day, unannounced_years
from functions.supervision.obligations.periods import Dates, Owed, periods_of
from functions.supervision.obligations.values import Case, Extension, Filed, Listed, Matter, Obligation, Order, State


class _Demand(NamedTuple):
    """Hold what is owed for one period, and until when by the roster alone; units listed equally long share it."""

    rule: Filing
    owed: Owed
    case: Case
    due: date
    unannounced: tuple[int, ...]


class _Draft(NamedTuple):
    """A demand with its filing, before its state, which also depends on what else the same unit owes."""

    demand: _Demand
    due: date
    due_by_filing: date | None
    last_day: date
    filed: Filed | None
    contested: bool


class _Papers(NamedTuple):
    """Hold what there is for one unit or project under one form, by case and period."""

    filed: dict[Case, list[Filed]]
    extensions: dict[Case, Extension]
    orders: dict[Case, Order]


_NONE = _Papers({}, {}, {})
_GONE = ("withdrawn", "voided")


def owed(
    rules: Mapping[str, Rules],
    rows: Iterable[Listed],
    filings: Iterable[Filed],
    extensions: Iterable[Extension],
    orders: Iterable[Order],
    on: date,
    until: date | None = None,
) -> tuple[Obligation, ...]:
    """Every obligation of the rows as it stands on the day `on`, by form, in the order of the rows.

    `rules` are those of each form by its id. `filings` are as they stood on that day; withdrawn and voided ones do not
    count. What was granted, ordered or counted after that day is left out. `until`, where it is later than `on`, also
    brings what is owed only from a day up to then.
    """
    papers, listed = _papers(filings, extensions, orders, on), list(rows)
    return tuple(
        obligation
        for form, one in rules.items()
        for obligation in _Form(form, one, on, until or on).obligations(listed, papers)
    )


def _papers(
    filings: Iterable[Filed], extensions: Iterable[Extension], orders: Iterable[Order], on: date
) -> Mapping[tuple[str, str, str], _Papers]:
    """Return what counts on this day, by form, unit and project; of several extensions or orders the last one."""
    found: dict[tuple[str, str, str], _Papers] = {}
    for filed in filings:
        if filed.status not in _GONE and filed.counted_day <= on:
            key = (filed.form, filed.uscc, _name(filed.project) if filed.project else "")
            papers = found.get(key)
            if papers is None:
                papers = found[key] = _Papers({}, {}, {})
            papers.filed.setdefault((filed.filing, filed.period), []).append(filed)
    for extension in sorted(extensions, key=lambda one: one.granted):
        if extension.granted <= on:
            _of(found, extension).extensions[extension.filing, extension.period] = extension
    for order in sorted(orders, key=lambda one: one.issued):
        if order.issued <= on:
            _of(found, order).orders[order.filing, order.period] = order
    return found


def _of(found: dict[tuple[str, str, str], _Papers], paper: Extension | Order) -> _Papers:
    key = (paper.form, paper.uscc, _name(paper.project))
    papers = found.get(key)
    if papers is None:
        papers = found[key] = _Papers({}, {}, {})
    return papers


@lru_cache(maxsize=4096)
def _name(project: str) -> str:
    return folded(project) if project else ""


class _Form:
    """One form on one day. What many units have in common is worked out once: deadlines, and the years owed."""

    def __init__(self, form: str, rules: Rules, on: date, until: date) -> None:
        self._form, self._rules, self._on, self._until = form, rules, on, until
        self._counts_from_days = any(rule.due.rule != "day_of_year" for rule in rules.filings)
        self._deadlines: dict[tuple[str, date | int], tuple[date, tuple[int, ...]]] = {}
        self._years: dict[tuple[date, date | None], tuple[_Demand, ...]] = {}

    def obligations(
        self, rows: Iterable[Listed], papers: Mapping[tuple[str, str, str], _Papers]
    ) -> Iterator[Obligation]:
        matters: dict[Matter, list[Listed]] = {}
        for row in rows:
            if self._obliges(row):
                matters.setdefault((row.uscc or row.unit_name, _name(row.project)), []).append(row)
        for (unit, project), group in matters.items():
            own = papers.get((self._form, unit, project), _NONE)
            others = {matter for row in group if row.former or row.into for matter in _others(row)} - {(unit, project)}
            found = [papers[key] for matter in sorted(others) if (key := (self._form, *matter)) in papers]
            yield from self._of_matter(sorted(group, key=_since), _joined([*found, own]) if found else own)

    def _obliges(self, row: Listed) -> bool:
        if row.roster not in self._rules.rosters or row.since > self._until:
            return False
        return all(row.columns.get(name) == value for name, value in self._rules.condition)

    def _of_matter(self, rows: Sequence[Listed], papers: _Papers) -> Iterator[Obligation]:
        listed = _merged(row.dates for row in rows) if self._counts_from_days else {}
        drafts = [self._draft(demand, listed, papers) for demand in self._demands(rows, listed, papers)]
        on, row = self._on, rows[-1]
        newest = max([one.due for one in drafts if one.filed or is_overdue(one.last_day, on)], default=date.min)
        for demand, due, due_by_filing, last, filed, contested in drafts:
            extension, order = papers.extensions.get(demand.case), papers.orders.get(demand.case)
            yield Obligation(
                row.unit_name,
                row.uscc,
                row.project,
                self._form,
                demand.rule,
                demand.owed.period,
                demand.owed.since,
                due,
                due_by_filing,
                last,
                _state(filed, due, last, on, extension, order, newest),
                filed,
                contested,
                extension,
                order,
                demand.unannounced,
                row.into,
            )

    def _demands(self, rows: Sequence[Listed], listed: Dates, papers: _Papers) -> Sequence[_Demand]:
        """Return what is owed when; of a form that only years decide, units listed equally long owe the same."""
        if self._counts_from_days or len(rows) > 1:
            return tuple(self._made(rows, _known(listed, papers)))
        listed_for = (rows[0].since, rows[0].until)
        if listed_for not in self._years:
            self._years[listed_for] = tuple(self._made(rows, {}))
        return self._years[listed_for]

    def _made(self, rows: Sequence[Listed], dates: Dates) -> Iterator[_Demand]:
        for rule in self._rules.filings:
            for one in periods_of(self._rules, rule, rows, dates, self._until):
                yield _Demand(rule, one, (rule.id, one.period), *self._deadline(rule, one.start))

    def _draft(self, demand: _Demand, listed: Dates, papers: _Papers) -> _Draft:
        rule, owed, case, due, _ = demand
        candidates = papers.filed.get(case, ())
        filed = candidates[0] if len(candidates) == 1 else min(candidates, key=_counts_before, default=None)
        as_filed = due
        if listed and isinstance(owed.start, date) and rule.repeats != "at_each_change":
            due = self._deadline(rule, listed.get(rule.due.at, owed.start))[0]
        if filed is not None and filed.dates and isinstance(owed.start, date) and rule.repeats != "at_each_change":
            as_filed = self._deadline(rule, filed.dates.get(rule.due.at, owed.start))[0]
        judged = due if filed is not None and filed.status != "accepted" else as_filed
        extension = papers.extensions.get(case)
        return _Draft(
            demand,
            due,
            as_filed if as_filed != due else None,
            judged if extension is None else max(judged, extension.until),
            filed,
            len(candidates) > 1 or (filed is not None and filed.contested),
        )

    def _deadline(self, rule: Filing, start: date | int) -> tuple[date, tuple[int, ...]]:
        """The last day counted from `start`, and the years of it whose days off are not known."""
        found = self._deadlines.get((rule.id, start))
        if found is None:
            value = start.isoformat() if isinstance(start, date) else start
            found = last_day(rule.due, value), unannounced_years(rule.due, value)
            self._deadlines[rule.id, start] = found
        return found


def _known(listed: Dates, papers: _Papers) -> Dates:
    """The dates to go by: those of accepted filings, then the roster's; a filing not yet accepted only fills gaps."""
    if not papers.filed:
        return listed
    filed = sorted((one for those in papers.filed.values() for one in those), key=_day)
    accepted = _merged(one.dates for one in filed if one.status == "accepted")
    return {**_merged(one.dates for one in filed), **listed, **accepted}


def _others(row: Listed) -> Iterator[Matter]:
    """Under what else its filings may stand: its earlier names, and for a project the unit that took it over."""
    yield from ((unit, _name(project)) for unit, project in row.former)
    if row.into and row.project:
        yield row.into, _name(row.project)


def _joined(those: Iterable[_Papers]) -> _Papers:
    joined = _Papers({}, {}, {})
    for papers in those:
        for case, filed in papers.filed.items():
            joined.filed.setdefault(case, []).extend(filed)
        joined.extensions.update(papers.extensions)
        joined.orders.update(papers.orders)
    return joined


def _since(row: Listed) -> date:
    return row.since


def _day(filed: Filed) -> date:
    return filed.counted_day


def _merged(dates: Iterable[Dates]) -> Dates:
    found: dict[str, date] = {}
    for each in dates:
        found.update(each)
    return found


def _counts_before(filed: Filed) -> tuple[bool, bool, date]:
    """Of several filings for one obligation an accepted one counts, then one that is not contested, then the first."""
    return filed.status != "accepted", filed.contested, filed.counted_day


def _state(
    filed: Filed | None,
    due: date,
    last_day: date,
    on: date,
    extension: Extension | None,
    order: Order | None,
    newest: date,
) -> State:
    """The reading of domain.md §11; a filing that came settles it, whatever was granted or ordered."""
    if filed is not None:
        return "late" if is_overdue(last_day, filed.counted_day) else "on_time"
    if not is_overdue(last_day, on):
        return "extended" if extension is not None and extension.until == last_day else "upcoming"
    if order is not None and is_overdue(order.correct_by, on):
        return "refused"
    return "missing" if due < newest else "overdue"
