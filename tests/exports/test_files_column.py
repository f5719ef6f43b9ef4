"""A field of files in an export: one column with the names in tables, all of it in JSON Lines."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest

from functions.exports.jsonl import stream_jsonl
from functions.exports.pdf.answer_table import sections_of
from tests.exports.test_csv import rows
from tests.exports.test_xlsx import workbook
from tests.support.exports.samples import ANSWERS, SCHEMA, form, record, with_added
from tests.support.filings import scan

SCANS = {"type": "array", "title": "盖章扫描件", "maxItems": 5, "items": {"type": "object", "format": "attachment"}}
FORM = form(with_added(SCHEMA, "work", scans=SCANS))
TWO = "盖章扫描件（示例 1）.pdf；盖章扫描件（示例 2）.pdf"


def filed(*files: Any) -> dict[str, Any]:
    return {**ANSWERS, "work": {**ANSWERS["work"], "scans": [*files]}}


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        ((), ""),
        ((scan(1), scan(2)), TWO),
        (({**scan(), "name": "=1+1；，\".pdf"},), "'=1+1；，\".pdf"),
    ],
)  # fmt: skip
def test_csv_has_the_names_in_one_column(files: Any, shown: str) -> None:
    (row,) = rows(record(filed(*files), definition=FORM), versions=[FORM])
    assert row["盖章扫描件"] == shown


def test_an_older_version_without_files_leaves_the_column_empty() -> None:
    old, new = record(number="SF-2026-2222222"), record(filed(scan(1), scan(2)), definition=FORM)
    found = rows(old, new, versions=[FORM, form()])
    assert [row["盖章扫描件"] for row in found] == ["", TWO]


def test_a_workbook_has_the_names_in_one_column() -> None:
    content = workbook(record(filed(scan(1), scan(2)), definition=FORM), versions=[FORM])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    head, line = (list(row) for row in sheet.iter_rows(values_only=True))
    assert line[head.index("盖章扫描件")] == TWO


def test_json_lines_have_name_size_and_digest() -> None:
    (line,) = stream_jsonl([record(filed(scan(1)), definition=FORM)])
    assert scan(1) in json.loads(line)["events"][0]["body"]["data"]["work"]["scans"]


def test_the_document_has_each_name_with_its_size_on_a_line() -> None:
    cells = [cell["text"] for part in sections_of(FORM, filed(scan(1), scan(2))) for block in part["blocks"]
             for cell in block.get("cells", ())]  # fmt: skip
    assert "盖章扫描件（示例 1）.pdf（1.2 MB）\n盖章扫描件（示例 2）.pdf（1.2 MB）" in cells
