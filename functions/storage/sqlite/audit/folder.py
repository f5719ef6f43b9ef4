"""Checks a data folder for consistency: each event, chain, receipt, seal and file; changes nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from functions.forms.definition import Definition
from functions.records.event import Event, event_is_whole
from functions.records.proof.audit import Finding, Report, check_chain, check_receipt
from functions.records.proof.stored import check_summary
from functions.records.state import State
from functions.records.store import Summary
from functions.staff.audit_log import NUMBER as TRAIL
from functions.staff.audit_log import body_of
from functions.storage.sqlite.audit.filed import FiledLines
from functions.storage.sqlite.audit.files import check_files
from functions.storage.sqlite.audit.named_files import NamedFiles
from functions.storage.sqlite.audit.seals import check_sealed
from functions.storage.sqlite.readonly import open_to_read, schema_faults
from functions.storage.sqlite.rows import EVENT_COLUMNS, STORED, is_held, summary_row
from functions.storage.sqlite.store import DATABASE_NAME
from functions.supervision.draws.audit import check_draw

Keyring = Mapping[str, ec.EllipticCurvePublicKey]
Progress = Callable[[int], None]

_MOST_FAULTS = 20
_EVENTS = f"SELECT {EVENT_COLUMNS} FROM events ORDER BY number, sequence"  # noqa: S608 - constants only
_STEPS = f"SELECT {EVENT_COLUMNS} FROM ledger ORDER BY number, sequence"  # noqa: S608 - constants only
_ENTRIES = f"SELECT {EVENT_COLUMNS}, about FROM trail ORDER BY sequence"  # noqa: S608 - constants only
_HOLES = """SELECT a.number, a.sequence, a.id FROM events a LEFT JOIN events b ON b.id = a.id - 1
    WHERE a.id > 1 AND b.id IS NULL"""
_ONLY_ADDED = {"events": "填报的步骤", "trail": "操作记录", "ledger": "名册和台账的步骤", "tiles": "封存的中间指纹"}
_SUMMARY = ", ".join(f"s.{name}" for name in STORED.split(", "))
_SEQUENCE = STORED.split(", ").index("sequence")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Auditor:
    """Checks one folder.

    `public_keys` verify receipts and seals; `access_kids` are the existing keys of access codes (None: do not check);
    `published` are seals that were kept elsewhere.
    """

    def __init__(
        self, folder: Path, public_keys: Keyring, access_kids: frozenset[str] | None, published: Sequence[str]
    ) -> None:
        self._folder = folder
        self._public_keys = public_keys
        self._access_kids = access_kids
        self._published = published
        self._definitions: dict[str, Definition] = {}
        self.report = Report()

    def run(self, progress: Progress) -> Report:
        """Return every difference from the record. `progress` is called with the number of checked events."""
        report = self.report
        try:
            with closing(open_to_read(self._folder / DATABASE_NAME)) as connection:
                sections: tuple[Callable[[], None], ...] = (
                    lambda: self._check_structure(connection),
                    lambda: self._check_records(connection, progress),
                    lambda: self._check_answers(connection),
                    lambda: self._check_trail(connection),
                    lambda: self._check_ledger(connection),
                    lambda: check_sealed(connection, self._public_keys, self._published, report),
                )
                for section in sections:
                    self._guarded(section)
        except sqlite3.DatabaseError as error:
            report.findings.append(Finding("database", f"数据库打不开：{error}"))
        check_files(self._folder, report)
        return report

    def _guarded(self, section: Callable[[], None]) -> None:
        """Run one part of the check; unreadable data becomes a finding and stops only this part."""
        try:
            section()
        except (sqlite3.DatabaseError, TypeError, ValueError, OverflowError) as error:
            self.report.findings.append(Finding("database", f"数据库有一处读不下去，这一部分没有查完：{error}"))

    def _check_structure(self, connection: sqlite3.Connection) -> None:
        faults = [row[0] for row in connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})")]
        for fault in faults if faults != ["ok"] else []:
            self.report.findings.append(Finding("database", f"数据库的结构坏了：{fault}"))
        for name in schema_faults(connection):
            self.report.findings.append(Finding("database", f"数据库里 {name} 的定义和程序的不一样"))

    def _check_records(self, connection: sqlite3.Connection, progress: Progress) -> None:
        seen = 0
        files = NamedFiles(self._folder, connection, self.report)
        filed = FiledLines(connection, self._definition, self.report)
        for number, group in groupby(_events(connection.execute(_EVENTS)), key=lambda event: event.number):
            events = list(group)
            seen += len(events)
            self.report.count("records")
            self.report.count("events", len(events))
            if check_chain(events, self.report):
                found = len(self.report.findings)
                self._check_summary(connection, number, events)
                if len(self.report.findings) == found:  # else one cause would be reported twice
                    filed.check(number, events)
                files.check_index(number, events)
                files.check(events)
            else:
                files.check(filter(_is_whole, events))
            if seen % 256 < len(events):
                progress(seen)
        progress(seen)
        if not seen:
            self.report.notes.append("里面一份填报也没有")
        files.check_strays()
        self._check_holes(connection)
        for number, _ in connection.execute(
            "SELECT number, id FROM summaries WHERE number NOT IN (SELECT number FROM events)"
        ):
            words = f"{number} 的全部步骤都不见了，只剩列表里的一行"
            self.report.findings.append(Finding("record_missing", words, str(number)))

    def _check_summary(self, connection: sqlite3.Connection, number: str, events: list[Event]) -> None:
        select = f"""SELECT {_SUMMARY}, w.words FROM summaries s LEFT JOIN words w ON w.id = s.id
            WHERE s.number = ?"""  # noqa: S608 - constants only
        row = connection.execute(select, (number,)).fetchone()

        def is_listed(state: State, expected: Summary) -> bool:
            claims = not state.contest and not is_held(connection, expected.guard, number)
            return (*summary_row(expected, claims), expected.words) == tuple(row)

        state = check_summary(events, row and row[_SEQUENCE], self._definition, is_listed, self.report)
        if state is not None:
            self._check_kid(number, state.code.kid)

    def _check_kid(self, number: str, kid: str) -> None:
        if self._access_kids is not None and kid not in self._access_kids:
            words = f"{number} 的查询码密钥 {kid} 不在 keys 里"
            self.report.findings.append(Finding("key_missing", words, number))

    def _check_holes(self, connection: sqlite3.Connection) -> None:
        """Report missing ids: rows are only ever added, each with the next id, so a missing id was removed."""
        for table, words in _ONLY_ADDED.items():
            statement = f"SELECT count(*), ifnull(max(id), 0) FROM {table}"  # noqa: S608 - constants only
            rows, last = connection.execute(statement).fetchone()
            if rows != last:
                found = Finding("event_missing", f"{words}按存入的次序应有 {last} 行，只有 {rows} 行：有的不见了")
                self.report.findings.append(found)
        for number, sequence, row in connection.execute(_HOLES):
            words = f"第 {row - 1} 个存入的一步不见了，它在 {number} 第 {sequence} 步之前"
            self.report.findings.append(Finding("event_missing", words, str(number)))

    def _check_answers(self, connection: sqlite3.Connection) -> None:
        """Check the issued receipts that are stored with their idempotency keys."""
        select = f"SELECT {EVENT_COLUMNS} FROM events WHERE number = ?"  # noqa: S608 - constants only
        for (answer,) in connection.execute("SELECT answer FROM idempotency"):
            try:
                told = orjson.loads(answer)
                number, given = told["number"], "receipt" in told
            except (ValueError, KeyError, TypeError, AttributeError):
                self.report.findings.append(Finding("receipt_forged", "一份存下的答复坏了，读不出来"))
                continue
            if given:
                events = _events(connection.execute(select, (number,)))
                check_receipt(told, self._public_keys, events, self.report)

    def _check_trail(self, connection: sqlite3.Connection) -> None:
        check_chain(self._entries(connection), self.report)

    def _check_ledger(self, connection: sqlite3.Connection) -> None:
        """Check the chains beside the filings: rosters, reminders, orders."""
        for _, group in groupby(_events(connection.execute(_STEPS)), key=lambda event: event.number):
            events = list(group)
            self.report.count("ledger", len(events))
            if check_chain(events, self.report):
                check_draw(events, self.report)

    def _entries(self, connection: sqlite3.Connection) -> Iterator[Event]:
        """Yield the entries of the audit log, each with the columns that were copied from it for the search."""
        for *fields, about in connection.execute(_ENTRIES):
            entry = _event(fields)
            self.report.count("trail")
            yield entry
            try:
                agrees = body_of(entry)["about"] == about
            except (ValueError, KeyError, TypeError):
                agrees = False
            if not agrees:
                words = f"操作记录第 {entry.sequence} 条的编号和内容不一样"
                self.report.findings.append(Finding("summary_differs", words, TRAIL, entry.sequence))

    def _definition(self, digest: str) -> Definition:
        definition = self._definitions.get(digest)
        if definition is None:
            if not _DIGEST.fullmatch(digest):
                raise LookupError(digest)
            try:
                document = (self._folder / "forms" / digest).read_bytes()
            except OSError:
                raise LookupError(digest) from None
            definition = self._definitions[digest] = Definition.from_document(document)
        return definition


def _is_whole(event: Event) -> bool:
    """Whether the event itself can be trusted, even if its chain cannot."""
    try:
        return event_is_whole(event)
    except ValueError:
        return False


def _events(rows: Iterator[Any]) -> Iterator[Event]:
    return (_event(row) for row in rows)


def _event(row: Sequence[Any]) -> Event:
    """Make an event from a row of EVENT_COLUMNS; a value of a wrong type becomes one that no digest matches."""
    number, form, sequence, type, at, actor, previous, body_digest, digest, salt, body = row
    texts = [value if isinstance(value, str) else repr(value) for value in (number, form, type, at, actor)]
    digests = [value if isinstance(value, str) else repr(value) for value in (previous, body_digest, digest)]
    kept = [value if value is None or isinstance(value, bytes) else repr(value).encode() for value in (salt, body)]
    place = sequence if isinstance(sequence, int) else -1
    return Event(texts[0], texts[1], place, texts[2], texts[3], texts[4], *digests, *kept)  # type: ignore[arg-type]
