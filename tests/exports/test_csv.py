"""CSV that Excel opens: UTF-8 with BOM, CRLF, guarded; streamed in constant memory."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.errors import QingdanError
from functions.exports.csv import stream_csv
from functions.exports.csv_cells import is_plain, quote
from functions.exports.formula_guard import clean, guard
from functions.exports.table import Column, Table, build_tables
from functions.forms.definition import Definition, Field
from functions.records.decision import Decision
from functions.records.keys import Keys
from functions.records.store import Record
from functions.records.transitions import decide
from functions.records.versions import answers_of
from tests.support.exports.samples import (
    ANSWERS,
    FORM,
    SCHEMA,
    form,
    record,
    section,
    text,
    unguard,
    with_added,
    without,
)
from tests.support.records import History, four_eyed


def rows(*records: Record, versions: list[Definition] | None = None, table: str = "") -> list[dict[str, str]]:
    content = b"".join(stream_csv(map(answers_of, records), versions or [FORM], table=table))
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


def test_a_contested_filing_is_marked() -> None:
    (row,) = rows(record(contested=True))
    assert row["状态"] == "待审核，重复待核"


REVIEW = ("收到时间", "补正时间", "状态", "最近的决定", "决定时间", "决定人", "意见")


def reviewed(history: History) -> list[str]:
    (row,) = rows(history.record, versions=[history.definition])
    return [row[header] for header in REVIEW]


def test_the_decision_is_shown_beside_both_submission_times(keys: Keys) -> None:
    """A correction in time keeps the first submission's timeliness: both times are shown."""
    history = History(keys).file()
    first = "2026-09-18 10:24:07"
    assert reviewed(history) == [first, "", "待审核", "", "", "", ""]
    history.at += timedelta(days=1)
    opinion = Decision("return", "=30 年档案数量漏填。\n请补上", date(2026, 9, 25))
    history.take(decide(history.open_record, history.by("jia"), opinion))
    returned = ["退回补正", "2026-09-19 10:24:07", "jia", "'=30 年档案数量漏填。\n请补上"]
    assert reviewed(history) == [first, "", "已退回", *returned]
    history.at += timedelta(days=1)
    history.correct()
    corrected = "2026-09-20 10:24:07"
    assert reviewed(history) == [first, corrected, "待审核", *returned]
    history.at += timedelta(days=1)
    history.accept()
    accepted = ["接受", "2026-09-21 10:24:07", "jia", ""]
    assert reviewed(history) == [first, corrected, "已接受", *accepted]


def test_the_first_of_two_officers_has_agreed_and_not_accepted(keys: Keys) -> None:
    history = History(keys, four_eyed()).file()
    history.accept()
    assert reviewed(history)[2:4] == ["待审核", "同意接受"]
    history.accept("yi")
    assert reviewed(history)[2:6] == ["已接受", "接受", "2026-09-18 10:24:07", "yi"]


def test_reasons_stand_where_opinions_do(keys: Keys) -> None:
    history = History(keys).file()
    history.void()
    assert reviewed(history)[3::3] == ["作废", "示例理由"]


def test_repeated_rows_are_exported_by_table_name() -> None:
    first, second = rows(record(), table="work.databases")
    assert (first["编号"], first["行号"], first["名称"], first["数据量（GB）"]) == (
        "SF-2026-7F3K9Q",
        "1",
        "馆藏目录",
        "12.50",
    )
    assert (first["异地备份"], second["行号"], second["异地备份"]) == ("否", "2", "")


def test_lines_end_with_crlf() -> None:
    content = b"".join(stream_csv([answers_of(record(unit(note="一行")))], [FORM]))
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
        list(stream_csv([answers_of(record())], [form(without(SCHEMA, "work", "volumes"))]))


def test_an_empty_selection_is_a_header() -> None:
    assert b"".join(stream_csv([], [])).decode("utf-8-sig").startswith("编号,单位,")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read_back_after_removing_the_guard(text: str) -> None:
    (row,) = rows(record(unit(note=text, phone=text)))
    assert unguard(row["单位 · 说明"]) == unguard(row["联系电话"]) == clean(text)


AWKWARD = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(alphabet="=+-@＝＋－＠﹦−'\"<r>,，\r\n\t\x00\x7f\u3000\u200b\ufeff\uffff 1示a", max_size=4),
    st.sampled_from(["", "示例县第一中学", "-5", "=1+1", "\uffa0=1", "<r>a</r>", "一,二", "a\r\nb", "𠮷县"]),
)
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
NUMBERS = st.one_of(WHOLE, st.floats(allow_nan=False, allow_infinity=False))
DECIMALS = st.one_of(st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str), AWKWARD)
RESULTS = st.sampled_from(["yes", "no", "gone", "=cmd"])
BASES = st.lists(st.sampled_from(["a", "b", "c,"]), max_size=3)
CHECK = st.fixed_dictionaries({}, optional={"result": RESULTS, "note": AWKWARD})
ROW = st.fixed_dictionaries({}, optional={"name": AWKWARD, "size": DECIMALS, "offsite": st.booleans()})
UNIT = st.fixed_dictionaries(
    {"unit_name": AWKWARD}, optional={"year": WHOLE, "uscc": AWKWARD, "phone": AWKWARD, "note": AWKWARD}
)
WORK = {
    "budget": DECIMALS,
    "start": st.one_of(st.dates().map(str), AWKWARD),
    "basis": BASES,
    "declared": st.booleans(),
    "check_1": CHECK,
    "check_2": CHECK,
    "databases": st.lists(ROW, max_size=3),
}
AWKWARD_SCHEMA = with_added(
    SCHEMA,
    "work",
    check_1=section(
        "（一）机制",
        result=text(
            "结果",
            oneOf=[
                {"const": "yes", "title": "是,符合"},
                {"const": "no", "title": "不符合"},
                {"const": "=cmd", "title": "=cmd"},
            ],
        ),
        note=text("说明"),
    ),
)
OLD = form(AWKWARD_SCHEMA)
# In the newer version, what was a number is a text, and one question is gone.
NEW = form(without(with_added(AWKWARD_SCHEMA, "work", volumes=text("卷")), "work", "start"))


@st.composite
def awkward_records(draw: st.DrawFn) -> Record:
    definition = draw(st.sampled_from([OLD, NEW]))
    volumes = NUMBERS if definition is OLD else AWKWARD
    data = draw(
        st.fixed_dictionaries(
            {"unit": UNIT}, optional={"work": st.fixed_dictionaries({}, optional={**WORK, "volumes": volumes})}
        )
    )
    facts: dict[str, Any] = {
        "status": draw(st.sampled_from(["submitted", "withdrawn"])),
        "contested": draw(st.booleans()),
    }
    made = record(data, definition=definition, **facts)
    erased = draw(st.integers(0, 9)) == 0
    return replace(made, events=tuple(replace(e, salt=None, body=None) for e in made.events)) if erased else made


@given(st.lists(awkward_records(), max_size=6), st.booleans(), st.sampled_from(["", "work.databases"]))
def test_the_bytes_are_those_of_a_plain_writer_of_the_guarded_cells(
    records: list[Record], newest_first: bool, table: str
) -> None:
    versions = [NEW, OLD] if newest_first else [OLD, NEW]
    (shown,) = [each for each in build_tables(versions) if each.key == table]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guard(column.header) for column in shown.columns])
    writer.writerows(line for filed in records for line in plain_lines(filed, shown))
    expected = "\ufeff" + out.getvalue()
    assert b"".join(stream_csv(map(answers_of, records), versions, table=table)).decode() == expected


def plain_lines(filed: Record, table: Table) -> Iterator[list[str]]:
    """The cells of a filing, one at a time, each looked up in its data and guarded; nothing of it is compiled."""
    summary, event = filed.summary, filed.events[0]
    data = json.loads(event.body)["data"] if event.body is not None else {}
    definition = OLD if summary.form_digest == OLD.digest else NEW
    fields = {item.path: item for item in definition.walk() if isinstance(item, Field)}
    facts = [guard(summary.number), guard(summary.unit_name)]
    if table.rows is not None:
        rows = look_up(data, table.rows) or []
        for position, row in enumerate(rows, 1):
            cells = [(look_up(row, column.path[3:]), column) for column in table.columns[3:]]
            yield [facts[0], str(position), facts[1], *(plain_cell(fields, *cell) for cell in cells)]
        return
    status = {"submitted": "待审核", "withdrawn": "已撤回"}[summary.status] + "，重复待核" * summary.contested
    facts += ["示例表", "2025 年度", "2026-10-01 00:30:05", "", "2026-09-30", "延报", status, "1"]
    facts += ["", "", "", "", event.digest]
    cells = [(look_up(data, column.path), column) for column in table.columns[len(facts) :]]
    yield facts + [plain_cell(fields, *cell) for cell in cells]


def plain_cell(fields: dict[tuple[str, ...], Field], value: Any, column: Column) -> str:
    field = fields.get(column.path)
    if field is None or value is None:
        return ""
    if field.kind == "text" and column.kind == "integer":
        whole = re.fullmatch("(-?(?:0|[1-9][0-9]{0,17}))([.]0{1,18})?", value)
        return str(int(whole[1])) if whole else f"〔旧版填法〕{clean(value)}" if value else ""
    if isinstance(value, bool):
        return "是" if value else "否"
    titles: dict[Any, str] = dict(field.choices)
    if isinstance(value, list):
        return guard("、".join(str(titles.get(one, one)) for one in value))
    number = field.kind in ("integer", "decimal") and column.kind == field.kind
    if number and (field.kind == "integer" or re.fullmatch("-?[0-9]+([.][0-9]+)?", value)):
        return str(value)
    return guard(titles.get(value, str(value)))


def look_up(node: Any, path: Sequence[str]) -> Any:
    for key in path:
        node = node.get(key, {}) if isinstance(node, dict) else None
    return node if node != {} else None


@pytest.mark.parametrize("char", [chr(code) for code in (*range(0x20, 0x7F), 0x3400, 0x4DBF, 0x4E00, 0x9FFF)])
def test_a_plain_line_is_one_that_quoting_leaves_as_it_is(char: str) -> None:
    for cell in (char, f"{char}=1", f"示{char}"):
        assert not is_plain(f"{cell},示例", 1) or quote(cell) == cell
        assert not is_plain(f"示例,{cell}", 1) or quote(cell) == cell


def test_common_characters_take_the_fast_path() -> None:
    hidden = [
        chr(code) for code in range(0x3400, 0xA000) if is_plain(chr(code), 0) and guard(f"{chr(code)}=1")[0] == "'"
    ]
    assert hidden == []
    assert is_plain("SC-2026-000000,示例县第一中学,,120,2026-10-01", 4)
