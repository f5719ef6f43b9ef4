"""Checks what is noted of filings for the due board against their events; knows no obligation."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from functions.errors import QingdanError
from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.filed import line_of
from functions.records.filed_from import filed_through
from functions.records.proof.audit import Finding, Report

_LINES = "SELECT number, line FROM filed ORDER BY number, id"


class FiledLines:
    """The notes, asked for by number in the order in which records are checked."""

    def __init__(
        self, connection: sqlite3.Connection, definition_of: Callable[[str], Definition], report: Report
    ) -> None:
        self._connection, self._definition_of, self._report = connection, definition_of, report
        self._rows = iter(connection.execute(_LINES))
        self._next = next(self._rows, None)

    def check(self, number: str, events: Sequence[Event]) -> None:
        """Report a record whose notes are not what its events say; one without any is noted when it is asked for."""
        noted = self._take(number)
        row = self._connection.execute("SELECT uscc, guard FROM summaries WHERE number = ?", (number,)).fetchone()
        if not noted or row is None:
            return
        try:
            expected = set(map(line_of, filed_through(events, self._definition_of, uscc=row[0], guard=row[1])))
        except (QingdanError, ValueError, LookupError, TypeError, AttributeError):
            return  # that its form or content is gone is found elsewhere
        if noted != expected:
            words = f"{number} 在到期看板上用的和记录不一样。请运行 qingdan rebuild；再查还不一样，就是有步骤被删改"
            self._report.findings.append(Finding("summary_differs", words, number))

    def _take(self, number: str) -> set[bytes]:
        found = set()
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                found.add(bytes(self._next[1]))
            self._next = next(self._rows, None)
        return found
