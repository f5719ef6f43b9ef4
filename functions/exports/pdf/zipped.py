"""Many filings as one zip of PDF files, each made when it is sent; knows no store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from functions.exports.pdf.press import Press
from functions.exports.zips import Zip, file_name, in_larger_chunks
from functions.forms.definition import Definition
from functions.records.state import Erased
from functions.records.store import Record

_MISSING = "没有文件的填报.txt"
_WHY = "下列填报的内容已经依法删除，只留下了指纹，所以没有文件：\r\n"


def stream_pdfs(records: Iterable[Record], definition_of: Callable[[str], Definition], press: Press) -> Iterator[bytes]:
    """Yield the zip in chunks: a PDF for each filing, named by number and unit; erased filings are listed."""
    return in_larger_chunks(_members(records, definition_of, press))


def _members(records: Iterable[Record], definition_of: Callable[[str], Definition], press: Press) -> Iterator[bytes]:
    packed, erased = Zip(), []
    for record in records:
        summary = record.summary
        try:
            document = press.filing(record, definition_of(summary.form_digest))
        except Erased:
            erased.append(summary.number)
            continue
        unit = file_name(summary.unit_name)
        yield from packed.add(f"{summary.number}{f' {unit}' if unit else ''}.pdf", document)
    if erased:
        yield from packed.add(_MISSING, ("\ufeff" + _WHY + "\r\n".join(erased) + "\r\n").encode())
    yield from packed.finish()
