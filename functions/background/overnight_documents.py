"""Typesets overnight the documents that packages will need, while there is time; knows no type and no format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from functions.bootstrap import Services
from functions.errors import StoreUnavailable
from functions.exports.pdf import Press
from functions.records.pinned import PinnedForms
from functions.records.state import Erased
from functions.records.store import RecordStore, Selection, Summary
from functions.web.http.loggers import FAILURES

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class OvernightDocuments:
    """Counts of the documents typeset and failed; `finished` when none is left for another night."""

    set: int
    failed: int
    finished: bool

    def told(self) -> dict[str, Any]:
        """The counts as a log line's fields."""
        return {"papers": asdict(self)}


def set_missing(services: Services, press: Press, is_over: Callable[[], bool]) -> OvernightDocuments:
    """Set the document of every filing that has none as of now, newest first, until `is_over` says so.

    In constant memory; what is there already costs one look at its name. One that cannot be set holds up no other, and
    StoreUnavailable ends it: where nothing can be kept, nothing need be set.
    """
    forms = PinnedForms(services.records, services.catalogue)
    done = failed = 0
    with press.for_many() as many:
        for summary in _newest_first(services.records):
            if is_over():
                return OvernightDocuments(done, failed, finished=False)
            if not many.lacks(summary):
                continue
            try:
                many.fill(services.records.read(summary.number), forms(summary.form_digest))
                done += 1
            except Erased:
                continue
            except StoreUnavailable:
                raise
            except Exception as error:
                failed += 1
                FAILURES.error({"papers": "failed", "number": summary.number}, exc_info=error)
    return OvernightDocuments(done, failed, finished=True)


def _newest_first(records: RecordStore) -> Iterator[Summary]:
    """Page by page: one reading for hours would keep the database from tidying up behind it."""
    cursor: str | None = None
    while True:
        page = records.page(Selection(), limit=AT_ONCE, cursor=cursor)
        yield from page.items
        cursor = page.older
        if cursor is None:
            return
