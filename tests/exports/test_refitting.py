"""An answer in a column that another version gave its kind: a number where it is one, else a marked text."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from itertools import product
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.exports.refitting import refit
from functions.exports.table import build_tables
from functions.exports.xlsx import write_xlsx
from functions.forms.definition import Definition, Field
from functions.records.versions import answers_of
from tests.exports.test_csv import rows
from tests.support.exports.samples import ANSWERS, FORM, SCHEMA, form, record, text, with_added
from tests.support.forms import changed
from tests.support.questions import FILED, KINDS

MARK = "〔旧版填法〕"
INTEGER: dict[str, Any] = {"type": "integer", "title": "卷"}
DECIMAL = text("卷", **{"x-decimals": 2})
TEXT, DATE, BOOLEAN = text("卷"), text("卷", format="date"), {"type": "boolean", "title": "卷"}
CHOICE = text("卷", oneOf=[{"const": "y", "title": "是"}, {"const": "n", "title": "12"}])
CHOICES = {"type": "array", "title": "卷", "items": {k: v for k, v in CHOICE.items() if k != "title"}}


def asking(asked: dict[str, Any]) -> Definition:
    return form(with_added(SCHEMA, "work", volumes=asked))


def field(asked: dict[str, Any]) -> Field:
    found = asking(asked).field_at("/work/volumes")
    assert isinstance(found, Field)
    return found


def measured(asked: dict[str, Any], unit: str) -> dict[str, Any]:
    return {**asked, "x-unit": unit}


@pytest.mark.parametrize(
    ("asked", "value", "asked_now", "cell"),
    [
        (INTEGER, 40, DECIMAL, "40"),
        (INTEGER, -5, DECIMAL, "-5"),
        (DECIMAL, "12.00", INTEGER, "12"),
        (DECIMAL, "12.50", INTEGER, f"{MARK}12.50"),
        (DECIMAL, "-0.00", INTEGER, "0"),
        (TEXT, "40", INTEGER, "40"),
        (TEXT, "40.0", INTEGER, "40"),
        (TEXT, "007", INTEGER, f"{MARK}007"),
        (TEXT, "４０", INTEGER, f"{MARK}４０"),
        (TEXT, "1e3", DECIMAL, f"{MARK}1e3"),
        (TEXT, "约 40 GB", DECIMAL, f"{MARK}约 40 GB"),
        (TEXT, "=1+1", DECIMAL, f"{MARK}=1+1"),
        (TEXT, "9" * 18, INTEGER, "9" * 18),
        (TEXT, "9" * 19, INTEGER, MARK + "9" * 19),
        (TEXT, "9" * 5000, DECIMAL, MARK + "9" * 5000),
        (TEXT, "", INTEGER, ""),
        (TEXT, "2025-08-31", DATE, "2025-08-31"),
        (TEXT, "2025-02-30", DATE, f"{MARK}2025-02-30"),
        (TEXT, "是", BOOLEAN, "是"),
        (TEXT, "对", BOOLEAN, f"{MARK}对"),
        (BOOLEAN, False, TEXT, "否"),
        (BOOLEAN, True, CHOICE, "是"),
        (BOOLEAN, False, CHOICE, f"{MARK}否"),
        (BOOLEAN, True, INTEGER, f"{MARK}是"),
        (CHOICE, "n", INTEGER, "12"),
        (CHOICE, "n", CHOICES, "12"),
        (CHOICES, ["y"], CHOICE, "是"),
        (CHOICES, ["y", "n"], CHOICE, f"{MARK}是、12"),
        (CHOICES, [], INTEGER, ""),
        (measured(INTEGER, "万元"), 3, measured(INTEGER, "元"), f"{MARK}3 万元"),
        (measured(INTEGER, "万元"), 3, measured(DECIMAL, "万元"), "3"),
        (measured(INTEGER, "件"), 3, INTEGER, "3"),
        (measured(DECIMAL, "GB"), "3.50", TEXT, "3.50 GB"),
        (TEXT, "40", measured(INTEGER, "GB"), f"{MARK}40"),
    ],
)
def test_a_cell_is_a_number_only_where_nothing_is_lost(
    asked: dict[str, Any], value: Any, asked_now: dict[str, Any], cell: str
) -> None:
    old, new = asking(asked), asking({**asked_now, "description": "新版"})
    filed = record(changed(ANSWERS, {"/work/volumes": value}), definition=old)
    unit = f"（{asked_now['x-unit']}）" if "x-unit" in asked_now else ""
    (row,) = rows(filed, versions=[new, old])
    assert row[f"卷{unit}"] == cell


@given(st.text(max_size=30), st.sampled_from([INTEGER, DECIMAL, DATE, BOOLEAN, CHOICE, CHOICES]))
def test_no_text_makes_a_column_fail(words: str, asked: dict[str, Any]) -> None:
    """Any typed text can be exported, and the cell holds all of it."""
    kind, shown = refit(words, field(TEXT), field(asked))
    if kind == "text":
        assert shown in (words, MARK + words)
    elif kind == "date":
        assert shown == words
    else:
        assert float(shown) == float(words)


AT = datetime(2026, 10, 1, tzinfo=UTC)
ONE_ANSWER = [kind for kind in KINDS if kind not in ("group", "rows", "none")]


def in_rows(kind: str, hint: str) -> Definition:
    """The form whose databases ask one thing, of this kind."""
    item = {"type": "object", "properties": {"x": KINDS[kind]}}
    rows = {"type": "array", "title": "数据库", "description": hint, "x-item": "数据库", "maxItems": 9, "items": item}
    return form(with_added(SCHEMA, "work", databases=rows))


def with_row(value: Any) -> Any:
    return changed(ANSWERS, {"/work/databases": [{"x": value}]})


@pytest.mark.parametrize(("old", "new"), list(product(ONE_ANSWER, ONE_ANSWER)))
def test_a_question_in_repeated_rows_may_change_too(old: str, new: str) -> None:
    """Table and sheet of the rows: what is a number counts, what is none says so."""
    versions = [in_rows(new, "新"), in_rows(old, "旧")]
    before = record(with_row(FILED[old][0]), definition=versions[1])
    after = record(with_row(FILED[new][1]), definition=versions[0])
    out = io.BytesIO()
    write_xlsx(map(answers_of, (before, after)), versions, out, at=AT)
    lines = list(openpyxl.load_workbook(out)["示例表 数据库"].iter_rows(values_only=True))
    first, second = (line[-1] for line in lines[1:])
    marked = isinstance(first, str) and first.startswith(MARK)
    fits = old == new or (old, new) in {("number", "decimal"), ("decimal", "number")} or new == "text" != old != "file"
    assert marked != fits
    if new in ("number", "decimal"):
        assert isinstance(second, int | float)
        assert isinstance(first, int | float) == (old in ("number", "decimal"))
    csv = [row["某栏"] for row in rows(before, after, versions=versions, table="work.databases")]
    assert csv[0].startswith(MARK) == marked


def test_two_older_questions_of_one_name_have_a_column_each() -> None:
    """A group is asked apart from a text: its own answer has the very label that the text had in between."""
    group = {"type": "object", "title": "某项", "properties": {"inner": text("情况")}}
    newest, between, oldest = FORM, asking_for(x=text("情况")), asking_for(x=group)
    headers = [column.header for column in build_tables([newest, between, oldest])[0].columns]
    assert headers[-2:] == ["情况（旧版）", "情况（旧版 2）"]


def asking_for(**added: Any) -> Definition:
    return form(with_added(SCHEMA, "work", **added))
