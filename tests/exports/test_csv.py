"""CSV that Excel opens: UTF-8 with BOM, CRLF, guarded; streamed in constant memory."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.errors import QingdanError
from functions.exports.csv import stream_csv
from functions.exports.guard import clean, unguard
from functions.forms.definition import Definition
from functions.records.store import Record
from tests.exports.samples import ANSWERS, FORM, SCHEMA, form, record, with_added, without


def rows(*records: Record, versions: list[Definition] | None = None, table: str = "") -> list[dict[str, str]]:
    content = b"".join(stream_csv(records, versions or [FORM], table=table))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def unit(**answers: Any) -> dict[str, Any]:
    return {**ANSWERS, "unit": {**ANSWERS["unit"], **answers}}


def test_a_filing_is_one_line_with_titles_for_values_and_beijing_time() -> None:
    (row,) = rows(record())
    assert row["编号"] == "SF-2026-7F3K9Q"
    assert (row["年度或阶段"], row["收到时间"], row["截止日期"]) == ("2025 年度", "2026-10-01 00:30:05", "2026-09-30")
    assert (row["是否按期"], row["状态"], row["版本"]) == ("延报", "待审核", "1")
    assert row["内容指纹"] == record().events[0].digest
    assert (row["预算（万元）"], row["卷"], row["开工日期"]) == ("1234.50", "120", "2025-08-31")
    assert (row["依据"], row["声明"], row["检查（一） · 结果"]) == ("甲类、乙类", "是", "符合")
    assert row["单位 · 说明"] == "一行\n两行"


def test_a_contested_filing_says_so() -> None:
    (row,) = rows(record(contested=True))
    assert row["状态"] == "待审核，重复待核"


def test_repeated_rows_are_had_by_the_name_of_their_table() -> None:
    first, second = rows(record(), table="work.databases")
    assert (first["编号"], first["行号"], first["名称"], first["数据量（GB）"]) == (
        "SF-2026-7F3K9Q",
        "1",
        "馆藏目录",
        "12.50",
    )
    assert (first["异地备份"], second["行号"], second["异地备份"]) == ("否", "2", "")


def test_lines_end_with_crlf() -> None:
    content = b"".join(stream_csv([record(unit(note="一行"))], [FORM]))
    assert content.count(b"\r\n") == content.count(b"\n") == 2


def test_negative_numbers_stay_numbers_and_text_that_looks_like_one_is_guarded() -> None:
    work = {**ANSWERS["work"], "budget": "-5.00", "volumes": -5}
    (row,) = rows(record({**unit(note="-5"), "work": work}))
    assert (row["预算（万元）"], row["卷"], row["单位 · 说明"]) == ("-5.00", "-5", "'-5")


def test_an_answer_of_an_older_version_stands_under_its_marked_column() -> None:
    newer = form(without(SCHEMA, "work", "volumes"))
    work = {key: value for key, value in ANSWERS["work"].items() if key != "volumes"}
    old, new = rows(record(), record({**ANSWERS, "work": work}, definition=newer), versions=[newer, FORM])
    assert (old["卷（旧版）"], new["卷（旧版）"], old["开工日期"], new["开工日期"]) == (
        "120",
        "",
        "2025-08-31",
        "2025-08-31",
    )


def test_a_question_that_changed_its_kind_keeps_both_answers() -> None:
    newer = form(with_added(SCHEMA, "work", volumes={"type": "string", "title": "卷"}))
    changed = {**ANSWERS, "work": {**ANSWERS["work"], "volumes": "约一百"}}
    old, new = rows(record(), record(changed, definition=newer), versions=[newer, FORM])
    assert (old["卷"], new["卷"]) == ("120", "约一百")


def test_an_erased_body_leaves_the_facts() -> None:
    whole = record()
    events = tuple(replace(event, salt=None, body=None) for event in whole.events)
    (row,) = rows(Record(whole.summary, events))
    assert (row["编号"], row["卷"]) == ("SF-2026-7F3K9Q", "")


def test_several_forms_are_refused_before_the_first_byte() -> None:
    with pytest.raises(QingdanError, match="选定一种表"):
        stream_csv([], [FORM, form(form_id="other")])


def test_an_unknown_table_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(QingdanError, match=r"work\.databases（示例表 数据库）"):
        stream_csv([], [FORM], table="nothing")


def test_a_version_that_appears_while_streaming_fails_loudly() -> None:
    with pytest.raises(QingdanError, match="重新导出"):
        list(stream_csv([record()], [form(without(SCHEMA, "work", "volumes"))]))


def test_nothing_selected_is_a_header() -> None:
    assert b"".join(stream_csv([], [])).decode("utf-8-sig").startswith("编号,单位,")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_comes_back_as_it_was_but_for_the_guard(text: str) -> None:
    (row,) = rows(record(unit(note=text, phone=text)))
    assert unguard(row["单位 · 说明"]) == unguard(row["联系电话"]) == clean(text)
