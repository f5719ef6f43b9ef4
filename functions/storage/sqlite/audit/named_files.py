"""Checks the files that records name, and the index of them: each file is there, whole, and listed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from functions.errors import system_reason
from functions.records.attachments.named import Attachment, digests_in
from functions.records.attachments.store import FROM_OUTSIDE
from functions.records.event import Event
from functions.records.proof.audit import Finding, Report
from functions.records.proof.stored import Fault, check_named_files
from functions.storage.sqlite.audit.files import digest_of

_CURE: Final = "请运行 qingdan rebuild"
_STRAY: Final = "SELECT DISTINCT number FROM named WHERE number NOT IN (SELECT number FROM events)"


class NamedFiles:
    """Checks each file once, however many events name it; keeps some 200 bytes for each file."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, report: Report) -> None:
        self._folder, self._connection, self._report = folder, connection, report
        self._faults: dict[bytes, Fault] = {}

    def check(self, events: Iterable[Event]) -> None:
        """Report every file that these events name and that is missing or changed."""
        check_named_files(events, self._fault_of, self._report)

    def check_index(self, number: str, events: Iterable[Event]) -> None:
        """Check that the index agrees with the events: the nightly sweep removes files by it."""
        rows = self._connection.execute("SELECT sequence, digest FROM named WHERE number = ?", (number,))
        if {tuple(row) for row in rows} != {
            (event.sequence, digest) for event in events for digest in digests_in(event.body)
        }:
            words = f"{number} 提到的附件和附件目录不一样。{_CURE}"
            self._report.findings.append(Finding("summary_differs", words, number))

    def check_strays(self) -> None:
        """Report index entries of records that do not exist."""
        for (number,) in self._connection.execute(_STRAY):
            words = f"附件目录里有 {number}，却没有这件填报。{_CURE}"
            self._report.findings.append(Finding("summary_differs", words, str(number)))

    def _fault_of(self, attachment: Attachment) -> Fault:
        digest = attachment.digest
        key = bytes.fromhex(digest)
        if key not in self._faults:
            self._report.count("attachments")
            self._faults[key] = _look(list(self._copies(digest)), digest)
        return self._faults[key]

    def _copies(self, digest: str) -> Iterator[Path]:
        """Return the file in each area that has it."""
        return (path for area in FROM_OUTSIDE if (path := self._folder / area / digest).exists())


def _look(copies: list[Path], digest: str) -> Fault:
    for path in copies:
        where = f"{path.parent.name}/{path.name}"
        try:
            if digest_of(path) != digest:
                return "file_changed", f"被换过或者坏了（{where}）"
        except OSError as error:
            return "file_changed", f"读不出来（{where}，{system_reason(error)}）"
    return None if copies else ("file_missing", "不见了")
