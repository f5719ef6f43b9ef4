"""The list of filings for the desk's pages and API: rows, choices, neighbours; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from functions.desk.filings.filters import Filters
from functions.errors import NotFound
from functions.forms.checking.messages import first_clause
from functions.forms.definition import Definition
from functions.records.pinned import PinnedForms
from functions.records.store import Page, RecordStore, Selection, Summary
from functions.records.words import CONTESTED, STATUSES, TIMELINESS, WAITING, Mark, mark_of
from functions.web.filing.moments import Moment, moment_of

PAGE_SIZE: Final = 50
MOST_TWINS: Final = 5
# Makes a list's downloads, as values and words, from the tables of repeated rows in its form.
Offer = Callable[[Sequence[tuple[str, str]]], list[tuple[str, str]]]
LIVE: Final = ("submitted", "returned", "accepted")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list, in words."""

    number: str
    unit_name: str
    form: str
    period: str
    at: Moment
    timeliness: Mark
    status: Mark
    warnings: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of each filter, as values and words; `tables` are the chosen form's repeated rows, each a CSV."""

    forms: list[tuple[str, str]]
    periods: list[tuple[str, str]]
    timeliness: list[tuple[str, str]]
    statuses: list[tuple[str, str]]
    tables: list[tuple[str, str]]

    @property
    def titles(self) -> Mapping[str, str]:
        return dict((*self.periods, *self.forms))


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in words, and the query of the list without it."""

    word: str
    query: str


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of the list.

    `back`, `newer` and `older` are queries: of this page and of its neighbours. `done_words` say what was just done,
    `downloads` are values and words. `accepts` says that filings may be accepted here, `score_sheet` that the blank
    score sheet may be downloaded.
    """

    template: ClassVar[str] = "list.html"
    filters: Filters
    choices: Choices
    chips: list[Chip]
    total: int
    rows: list[Row]
    back: str
    newer: str | None
    older: str | None
    size: int
    done_words: str
    downloads: list[tuple[str, str]]
    accepts: bool
    score_sheet: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The query strings and numbers of a filing's neighbours in its list; None where there is none.

    `place` counts from 1 on the first page of the list, 0 elsewhere.
    """

    previous: str | None = None
    next: str | None = None
    place: int = 0


class Listing:
    """Reads the list. Calls block: run them in a worker thread."""

    def __init__(self, records: RecordStore, forms: PinnedForms) -> None:
        self._records = records
        self._forms = forms

    def view(
        self, filters: Filters, cursor: str | None, *, done_words: str, offer: Offer, accepts: bool, score_sheet: bool
    ) -> ListView:
        """Return one page of the list; NotFound for a cursor that is not ours.

        `offer` makes the downloads from the chosen form's repeated rows; the rest is as in ListView.
        """
        selection = filters.selection()
        page = self._records.page(selection, limit=PAGE_SIZE, cursor=cursor)
        choices = self._choices(filters)
        return ListView(
            filters=filters,
            choices=choices,
            chips=[Chip(word, query) for word, query in filters.chips(choices.titles)],
            total=self._total(selection, page),
            rows=self._rows(page.items),
            back=filters.query(cursor=cursor or ""),
            newer=filters.query(cursor=page.newer) if page.newer else None,
            older=filters.query(cursor=page.older) if page.older else None,
            size=PAGE_SIZE,
            done_words=done_words,
            downloads=offer(choices.tables),
            accepts=accepts,
            score_sheet=score_sheet,
        )

    def twins(self, summary: Summary) -> tuple[str, ...]:
        """Return the numbers of other live filings with this guard, a few at most."""
        if not summary.contested:
            return ()
        selection = Selection(form=summary.form, guard=summary.guard)
        found = self._records.page(selection, limit=MOST_TWINS + 1).items
        return tuple(other.number for other in found if other.number != summary.number and other.status in LIVE)

    def neighbours(self, number: str, filters: Filters, cursor: str | None) -> Neighbours:
        """Return the filing's neighbours on the page of the list from which it was opened.

        New filings may have pushed it to the next page, so that page is searched too; a filing on neither has no
        neighbours.
        """
        page = self._page(filters, cursor)
        if page.older and number not in _numbers(page):
            cursor = page.older
            page = self._page(filters, cursor)
        numbers = _numbers(page)
        if number not in numbers:
            return Neighbours()
        at, query = numbers.index(number), filters.query(cursor=cursor or "")
        return Neighbours(
            numbers[at - 1] + query if at > 0 else self._edge(filters, page.newer, -1),
            numbers[at + 1] + query if at + 1 < len(numbers) else self._edge(filters, page.older, 0),
            at + 1 if page.newer is None else 0,
        )

    def _total(self, selection: Selection, page: Page) -> int:
        """Return the number of matches; a page without neighbours holds them all, and needs no second count."""
        alone = page.older is None and page.newer is None
        return len(page.items) if alone else self._records.count(selection)

    def _edge(self, filters: Filters, cursor: str | None, position: int) -> str | None:
        if cursor is None:
            return None
        numbers = _numbers(self._page(filters, cursor))
        return numbers[position] + filters.query(cursor=cursor) if numbers else None

    def _page(self, filters: Filters, cursor: str | None) -> Page:
        try:
            return self._records.page(filters.selection(), limit=PAGE_SIZE, cursor=cursor)
        except NotFound:
            return Page((), None, None)

    def _rows(self, items: Sequence[Summary]) -> list[Row]:
        """The filings in words. Those that contest each other are looked for once, however many stand on the page."""
        known: dict[str, tuple[tuple[str, ...], int]] = {}
        rows = []
        for summary in items:
            if summary.contested and summary.guard not in known:
                known[summary.guard] = self._rivals(summary)
            rows.append(self._row(summary, _rivals_in_words(summary, *known.get(summary.guard, ((), 0)))))
        return rows

    def _rivals(self, summary: Summary) -> tuple[tuple[str, ...], int]:
        """The numbers of a few live filings with the same guard, and how many have it in all."""
        selection = Selection(form=summary.form, guard=summary.guard)
        page = self._records.page(selection, limit=MOST_TWINS + 1)
        return tuple(each.number for each in page.items if each.status in LIVE), self._total(selection, page)

    def _row(self, summary: Summary, twins: str) -> Row:
        form, period = self._named(summary)
        return Row(
            summary.number,
            summary.unit_name,
            form,
            period,
            moment_of(summary.submitted_at),
            TIMELINESS[summary.timeliness],
            mark_of(summary),
            "；".join([*_circumstances(summary, twins), *map(what_is_so, summary.warnings)]),
        )

    def _named(self, summary: Summary) -> tuple[str, str]:
        """Return form and period in the words of the pinned version; the stored ids when its document is lost."""
        try:
            definition = self._forms(summary.form_digest)
        except NotFound:
            return summary.form, summary.period
        return definition.short, definition.period_title(summary.period)

    def _choices(self, filters: Filters) -> Choices:
        periods = {
            period: self._forms.period_title(form, period)
            for form, period in self._records.periods()
            if filters.form in ("", form)
        }
        return Choices(
            [(definition.id, definition.short) for definition in self._forms.held()],
            list(periods.items()),
            [(value, mark.word) for value, mark in TIMELINESS.items()],
            [
                ("waiting", WAITING),
                *((status, mark.word) for status, mark in STATUSES.items()),
                ("contested", CONTESTED.word),
            ],
            self._tables(filters.form),
        )

    def _tables(self, form: str) -> list[tuple[str, str]]:
        try:
            return list(self._forms.rows_of(form).items()) if form else []
        except NotFound:
            return []


def _rivals_in_words(summary: Summary, rivals: Sequence[str], total: int) -> str:
    """The others that contest this filing, by number; of many, how many they are."""
    if not summary.contested:
        return ""
    others = [number for number in rivals if number != summary.number]
    return "、".join(others) if total <= MOST_TWINS + 1 else f"{others[0] if others else ''}等 {total - 1} 件"


def _circumstances(summary: Summary, twins: str) -> list[str]:
    """Return the facts that an officer should know before opening the filing."""
    return [
        *([f"与 {twins} 重复"] if twins else []),
        *([f"补正期限 {summary.correction_due}"] if summary.correction_due else []),
        *([f"{summary.approved_by}已同意接受"] if summary.approved_by else []),
        *([f"纸质件，{summary.received_on} 收到"] if summary.received_on else []),
    ]


def what_is_so(warning: str) -> str:
    """Return a warning's first sentence: the rest tells the unit what to do, which it has done."""
    return first_clause(warning)


def _numbers(page: Page) -> list[str]:
    return [item.number for item in page.items]


def forms_held(records: RecordStore, selection: Selection, forms: Iterable[Definition]) -> list[str]:
    """Return the ids of those forms that have filings in the selection."""
    return [
        definition.id
        for definition in forms
        if selection.form in (None, definition.id) and records.count(replace(selection, form=definition.id))
    ]
