"""A selection of the store as a file, as desk and command line ask for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from functions.errors import QingdanError
from functions.exports.formats import FORMATS, export
from functions.exports.jsonl import read_events
from functions.exports.writers import Tools
from functions.forms.definition import Definition
from functions.records.event import event_is_whole
from functions.records.store import Append, Record, Selection
from functions.storage.sqlite import SqliteStore, open_store
from tests.support.exports.samples import FORM, SCHEMA, form, record, without

AT = datetime(2026, 10, 1, tzinfo=UTC)
OTHER = form(form_id="other", short="另一种表")
ALL = Selection()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


def keep(store: SqliteStore, definition: Definition, number: str, **facts: Any) -> Record:
    filed = record(definition=definition, number=number, guard=number, **facts)
    store.keep_document(definition.digest, definition.document)
    store.append(Append(filed.events, filed.summary, None, b"", None)).result()
    return filed


def content(format: str, store: SqliteStore, selection: Selection = ALL, **options: Any) -> bytes:
    return b"".join(export(format, store, selection, at=AT, **options).chunks)


def test_every_format_holds_every_filing_of_the_selection(store: SqliteStore) -> None:
    for number in range(3):
        keep(store, FORM, f"SF-2026-AAAAA{number}")
    assert content("csv", store).count(b"\r\n") == 1 + 3
    lines = content("jsonl", store).splitlines()
    assert all(event_is_whole(event) for line in lines for event in read_events(line))
    book = openpyxl.load_workbook(io.BytesIO(content("xlsx", store)))
    assert [cell.value for cell in book["示例表"]["A"]] == ["编号", *(f"SF-2026-AAAAA{number}" for number in range(3))]


def test_the_columns_are_those_of_the_version_filed_with_last(store: SqliteStore) -> None:
    newer = form(without(SCHEMA, "work", "volumes"))
    keep(store, FORM, "SF-2026-AAAAAA")
    keep(store, newer, "SF-2026-BBBBBB", submitted_at="2026-10-02T00:00:00.000000Z")
    header = content("csv", store).decode("utf-8-sig").split("\r\n")[0]
    assert header.endswith("卷（旧版）")


def test_only_selected_filings_are_exported(store: SqliteStore) -> None:
    keep(store, FORM, "SF-2026-AAAAAA")
    keep(store, FORM, "SF-2026-BBBBBB")
    assert b"AAAAAA" not in content("jsonl", store, Selection(numbers=("SF-2026-BBBBBB",)))


def test_several_forms_are_sheets_of_one_workbook_but_no_csv(store: SqliteStore) -> None:
    keep(store, FORM, "SF-2026-AAAAAA")
    keep(store, OTHER, "OT-2026-AAAAAA")
    names = openpyxl.load_workbook(io.BytesIO(content("xlsx", store))).sheetnames
    assert set(names) == {"示例表", "示例表 数据库", "另一种表", "另一种表 数据库"}
    with pytest.raises(QingdanError, match="CSV 文件一次只放一种表"):
        export("csv", store, ALL, at=AT)
    assert b"SF-2026-AAAAAA" in content("csv", store, Selection(form="sample"))


def test_every_table_of_every_form_is_a_csv_in_one_zip(store: SqliteStore) -> None:
    for number in range(3):
        keep(store, FORM, f"SF-2026-AAAAA{number}")
    keep(store, OTHER, "OT-2026-AAAAAA")
    zipped = ZipFile(io.BytesIO(content("tables", store)))
    assert zipped.namelist() == ["示例表.csv", "示例表 数据库.csv", "另一种表.csv", "另一种表 数据库.csv"]
    assert zipped.testzip() is None
    one = Selection(form="sample")
    assert zipped.read("示例表.csv") == content("csv", store, one)
    rows = zipped.read("示例表 数据库.csv")
    assert rows == content("csv", store, one, table="work.databases")
    assert rows.count(b"SF-2026-AAAAA") > 0


def test_a_zip_of_no_filings_has_a_table_with_its_header_alone(store: SqliteStore) -> None:
    zipped = ZipFile(io.BytesIO(content("tables", store)))
    [name] = zipped.namelist()
    assert zipped.read(name) == content("csv", store)


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_selection_is_a_file_too(store: SqliteStore, tools: Tools, format: str) -> None:
    assert isinstance(content(format, store, tools=tools), bytes)


def test_documents_are_not_made_without_tools(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="tools"):
        export("pdf", store, ALL, at=AT)


def test_progress_ends_with_the_count(store: SqliteStore) -> None:
    keep(store, FORM, "SF-2026-AAAAAA")
    seen: list[int] = []
    content("csv", store, progress=seen.append)
    assert seen[-1] == 1


def test_an_unknown_format_is_refused_and_the_known_ones_are_named(store: SqliteStore) -> None:
    with pytest.raises(QingdanError, match="xlsx、csv、tables、jsonl、pdf、zip"):
        export("docx", store, ALL, at=AT)
