"""Makes the documents of one bureau: composes their contents, and has them typeset."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from functions.exports.pdf.contents import Letterhead, filing_paper, opinion_paper, receipt_paper
from functions.exports.pdf.document_cache import DocumentCache
from functions.exports.pdf.letter import letter_paper
from functions.exports.pdf.score_sheet import score_paper
from functions.exports.typesetting.typesetter import Setter, Typesetter
from functions.exports.typesetting.worker import Maker
from functions.forms.definition import Definition
from functions.records.document_cache import DocumentStore
from functions.records.keys import Keys
from functions.records.store import Record, Summary
from functions.supervision.orders.values import Letter
from functions.supervision.scoring import Kind, ScoreSheet


class Press:
    """Makes the documents of one bureau. Thread-safe; each document takes one thread some 30 ms.

    With `papers`, the document cache, a filing's document is typeset only once.
    """

    def __init__(
        self, letterhead: Letterhead, keys: Keys, setter: Setter | None = None, papers: DocumentStore | None = None
    ) -> None:
        self.letterhead = letterhead
        self._keys = keys
        self._setter = setter
        self._papers = papers
        self._document_cache = None if papers is None else DocumentCache(papers, keys, letterhead)
        self._set = (setter or Typesetter()).set

    @contextmanager
    def for_many(self) -> Iterator[Press]:
        """Yield a press that typesets many documents in its own process, until the block ends.

        A press with a given setter keeps that setter.
        """
        if self._setter is not None:
            yield self
            return
        maker = Maker()
        try:
            yield Press(self.letterhead, self._keys, maker, self._papers)
        finally:
            maker.close()

    def filing(self, record: Record, definition: Definition, version: int | None = None) -> bytes:
        """Return the filing as the office's table, in the given version or the one that counts.

        `definition` is the form it is pinned to. NotFound without such a version, Erased when its content is gone.
        """
        paper = filing_paper(record, definition, version, self._keys, self.letterhead)
        if self._document_cache is None:
            return self._set(paper)
        return self._document_cache.document(record.summary, version or record.summary.version, paper, self._set)

    def lacks(self, summary: Summary) -> bool:
        """Whether the document of the version that counts must still be typeset and cached."""
        return self._document_cache is not None and self._document_cache.lacks(summary)

    def fill(self, record: Record, definition: Definition) -> None:
        """Set and keep the document of the version that counts; Erased, or StoreUnavailable when it cannot be kept."""
        if self._document_cache is not None:
            paper = filing_paper(record, definition, None, self._keys, self.letterhead)
            self._document_cache.fill(record.summary, paper, self._set)

    def receipt(self, record: Record, definition: Definition, version: int | None = None) -> bytes:
        """Return the receipt of a version, with a verification code; raises as `filing` does."""
        return self._set(receipt_paper(record, definition, version, self._keys, self.letterhead))

    def opinion(self, record: Record, definition: Definition, sequence: int) -> bytes:
        """Return the bureau's decision of this sequence and its opinion; NotFound when the event is no decision."""
        return self._set(opinion_paper(record, definition, sequence, self.letterhead))

    def letter(self, letter: Letter, *, official: bool) -> bytes:
        """Return a letter of the bureau; unless it is `official`, it says that its format is ours."""
        return self._set(letter_paper(letter, self.letterhead, official=official))

    def score_sheet(self, sheet: ScoreSheet, kind: Kind) -> bytes:
        """Return the acceptance score sheet, to be filled in by hand."""
        return self._set(score_paper(sheet, kind, None, self.letterhead))
