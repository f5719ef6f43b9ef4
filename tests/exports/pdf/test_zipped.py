"""A selection as a zip of PDF files: one for each filing, named for people, 300 in one request."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pypdf
import pytest

from functions.exports.pdf.zipped import stream_pdfs
from functions.exports.writers import Tools
from functions.exports.zips import SMALLEST_CHUNK, file_name
from functions.records.keys import Keys
from functions.records.store import Record
from tests.exports.bag.test_package import erased
from tests.support.filings import valid_self_check
from tests.support.forms import self_check
from tests.support.records import History


def renamed(record: Record, number: str, unit_name: str) -> Record:
    return Record(replace(record.summary, number=number, unit_name=unit_name), record.events)


def test_each_filing_is_a_document_named_by_number_and_unit(keys: Keys, tools: Tools) -> None:
    record = History(keys).file(valid_self_check(unit_name="示例县/第一\u202e中学")).record
    records = [
        renamed(record, "SC-2026-AAAAAAAA", "示例县/第一\u202e中学"),
        renamed(record, "SC-2026-CCCCCCCC", "???"),
    ]
    content = b"".join(stream_pdfs(records, lambda digest: self_check(), tools.press))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == ["SC-2026-AAAAAAAA 示例县_第一_中学.pdf", "SC-2026-CCCCCCCC.pdf"]
        for name in packed.namelist():
            assert len(pypdf.PdfReader(io.BytesIO(packed.read(name))).pages) == 2


def test_the_zip_lists_an_erased_filing_instead_of_its_document(keys: Keys, tools: Tools) -> None:
    record = erased(History(keys).file())
    content = b"".join(stream_pdfs([record], lambda digest: self_check(), tools.press))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        (name,) = packed.namelist()
        words = packed.read(name).decode("utf-8-sig")
    assert record.summary.number in words
    assert "依法删除" in words


def test_documents_are_sent_while_others_are_still_to_be_made(keys: Keys, tools: Tools) -> None:
    record, taken = History(keys).file().record, 0

    def records() -> object:
        nonlocal taken
        for number in range(300):
            taken += 1
            yield renamed(record, f"SC-2026-{number:08}", "示例县第一中学")

    chunks = stream_pdfs(records(), lambda digest: self_check(), tools.press)  # type: ignore[arg-type]
    assert len(next(chunks)) >= SMALLEST_CHUNK
    assert taken < 10


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("示例县第一中学", "示例县第一中学"),
        ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
        ("..", ""),
        (" .名. ", "名"),
        ("\x00\u200b\n", ""),
        ("e\u0301", "é"),
        ("100%", "100"),
        ("长" * 200, "长" * 60),
        ("长" * 200 + ".xlsx", "长" * 55 + ".xlsx"),
        ("长" * 56 + ".pdf", "长" * 56 + ".pdf"),
        ("长" * 50 + ". " + "长" * 60, "长" * 50 + ". " + "长" * 8),
    ],
)  # fmt: skip
def test_a_name_becomes_one_that_every_system_allows(text: str, name: str) -> None:
    assert file_name(text) == name
