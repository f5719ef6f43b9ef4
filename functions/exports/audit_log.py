"""The trail as files: CSV for reading, JSON Lines with every digest for checking; in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from functions.exports.cells import SHANGHAI
from functions.exports.csv import BOM, END
from functions.exports.csv_cells import quote
from functions.exports.jsonl import write_event
from functions.records.event import Event
from functions.staff.audit_log import ACTIONS, body_of, detail_words

LINES_A_CHUNK = 500
COLUMNS = ("序号", "时间", "账号", "做了什么", "编号", "细节", "指纹")


def stream_trail(format: str, entries: Iterable[Event], titles: Mapping[str, str]) -> Iterator[bytes]:
    """The entries as `csv` (UTF-8 with byte-order mark, times in Asia/Shanghai) or `jsonl`, in chunks.

    `titles` says how ids read, in the CSV alone.
    """
    if format == "csv":
        yield BOM + (",".join(COLUMNS) + END).encode()
        lines = (_row(entry, titles) for entry in entries)
    else:
        lines = (write_event(entry) + b"\n" for entry in entries)
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
