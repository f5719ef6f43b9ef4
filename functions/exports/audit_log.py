"""Exports the audit log in constant memory: CSV for reading, JSON Lines with every digest for checking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Final

from functions.exports.cells import SHANGHAI
from functions.exports.csv import BOM, END
from functions.exports.csv_cells import quote
from functions.exports.formats import CSV, JSONL, FileKind
from functions.exports.jsonl import write_event
from functions.records.event import Event
from functions.staff.audit_log import ACTIONS, body_of, detail_words

LINES_A_CHUNK = 500
COLUMNS = ("序号", "时间", "账号", "做了什么", "编号", "细节", "指纹")


@dataclass(frozen=True, slots=True)
class LogFormat:
    """A format of the audit log: the file's beginning, and the line of an entry.

    `line` also receives the titles by id.
    """

    kind: FileKind
    head: bytes
    line: Callable[[Event, Mapping[str, str]], bytes]


def stream_trail(format: LogFormat, entries: Iterable[Event], titles: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the entries in a format of LOG_FORMATS, in chunks; `titles` maps ids to titles."""
    if format.head:
        yield format.head
    lines = (format.line(entry, titles) for entry in entries)
    while chunk := b"".join(islice(lines, LINES_A_CHUNK)):
        yield chunk


def _row(entry: Event, titles: Mapping[str, str]) -> bytes:
    body = body_of(entry)
    at = datetime.fromisoformat(entry.at).astimezone(SHANGHAI)
    cells = (
        str(entry.sequence),
        f"{at:%Y-%m-%d %H:%M:%S}",
        quote(entry.actor),
        ACTIONS.get(entry.type, entry.type),
        quote(body["about"]),
        quote(detail_words(body["details"], titles)),
        entry.digest,
    )
    return (",".join(cells) + END).encode()


def _json_line(entry: Event, _: Mapping[str, str]) -> bytes:
    return write_event(entry) + b"\n"


# The CSV is UTF-8 with a byte-order mark, its times in Asia/Shanghai.
LOG_FORMATS: Final[Mapping[str, LogFormat]] = MappingProxyType(
    {
        format.kind.name: format
        for format in (
            LogFormat(CSV, BOM + (",".join(COLUMNS) + END).encode(), _row),
            LogFormat(JSONL, b"", _json_line),
        )
    }
)
