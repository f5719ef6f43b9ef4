"""A filer gets every problem at once, one for each field, in form order, in the promised words."""

from __future__ import annotations

import sys
from datetime import date
from subprocess import run
from typing import Any

import pytest

from functions.forms.characters import name_character
from functions.forms.checking.explain import faults_of
from functions.forms.checking.gate import Gate
from functions.forms.checking.messages import first_clause
from functions.forms.checking.validation import DISAGREEMENT, prune, validate, warnings
from functions.forms.definition import Definition
from functions.forms.problem import Problem
from tests.support.filings import make_uscc, valid_registration, valid_self_check
from tests.support.forms import GONE, changed, registration, self_check

TODAY = date(2026, 9, 1)


@pytest.mark.parametrize("unseen", ["\u202e", "\u2066", "\u2028", "\u200b", "\u2060", "\ufeff", "\u00ad"])
@pytest.mark.parametrize("at", ["/unit/unit_name", "/holdings/storage_status"])
def test_bidirectional_and_invisible_characters_are_refused(at: str, unseen: str) -> None:
    [(where, message)] = _judge({at: f"示例{unseen}中学"})
    assert where == at
    assert f"里有看不见的字符{name_character(unseen)}。请删去后重新输入" in message


@pytest.mark.parametrize("name", ["\u200d", "\u3164", "\u2800\u200f", "\u115f"])
def test_an_invisible_name_is_refused(name: str) -> None:
    [(where, _)] = _judge({"/unit/unit_name": name})
    assert where == "/unit/unit_name"


@pytest.mark.parametrize("name", ["示例👩\u200d🌾合作社", "نمونە\u200cمەكتەپ", "示例𠮷𪚥", "示例（Ａ）"])
def test_invisible_characters_that_a_script_needs_are_accepted(name: str) -> None:
    assert _judge({"/unit/unit_name": name}) == []


@pytest.mark.parametrize("hidden", ["\u200e", "\u200d", "\ufe0f", "\u3164", "\u2800", "\u115f", "\u180e"])
def test_a_hidden_character_is_refused_in_a_name_and_accepted_in_long_text(hidden: str) -> None:
    message = f"单位名称里有看不见的字符{name_character(hidden)}。请删去后重新输入"
    assert _judge({"/unit/unit_name": f"示例{hidden}中学"}) == [("/unit/unit_name", message)]
    assert _judge({"/holdings/storage_status": f"情况{hidden}正常"}) == []


@pytest.mark.parametrize(
    ("at", "typed", "character", "cure"),
    [
        ("/unit/report_year", "202①", "“①”（U+2460）", "请改成 0 到 9 的数字"),
        ("/holdings/y30/y30_items", "٣20", "“٣”（U+0663）", "请改成 0 到 9 的数字"),
        ("/databases/databases/0/size_gb", "½", "“½”（U+00BD）", "请改成 0 到 9 的数字和小数点，如 12.50"),
        ("/databases/databases/0/last_backup", "2026-3-1①", "“①”（U+2460）", "请用 0 到 9 的数字写，如 2026-03-01"),
        ("/databases/databases/0/last_backup", "二〇二六年", "“〇”（U+3007）", "请用 0 到 9 的数字写，如 2026-03-01"),
        ("/unit/uscc", "9113042600000000②", "“②”（U+2461）", "只有数字和大写字母，请对照证书改正"),
        ("/unit/uscc", make_uscc(1) + "\u200e", "“文字方向标记”（U+200E）", "只有数字和大写字母，请对照证书改正"),
        ("/unit/contact_phone", "0310-389123Ⅷ", "“Ⅷ”（U+2167）", "请改成 0 到 9 的数字和短横，如 0000-1234567"),
        ("/unit/contact_email", "a²@example.com", "“²”（U+00B2）", "请改成半角的字母、数字，如 name@example.com"),
    ],
)
def test_a_character_that_only_looks_plain_is_shown_with_its_code_point(
    at: str, typed: str, character: str, cure: str
) -> None:
    [(where, message)] = _judge({at: typed})
    assert where == at
    assert message.endswith(f"里有{character}。{cure}")


def test_the_first_clause_of_a_message_ends_at_our_full_stop_and_not_at_the_filers() -> None:
    [(_, message)] = _judge({"/holdings/y30/y30_items": "一。二”。三“四"})
    assert message == "30 年档案的件应为整数，现在是“一。二’。三‘四”。请只填数字"
    assert first_clause(message) == "30 年档案的件应为整数，现在是“一。二’。三‘四”"
    assert first_clause("没有说完") == "没有说完"
    assert first_clause("“没有关上。接着说") == "“没有关上"


def _judge(changes: dict[str, Any]) -> list[tuple[str, str]]:
    problems = validate(self_check(), changed(valid_self_check(), changes), TODAY)
    return [(problem.pointer, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("changes", "pointer", "message"),
    [
        (
            {"/unit/uscc": "12000000000000001"},
            "/unit/uscc",
            "统一社会信用代码应为 18 位，现在是 17 位。请对照证书补上缺的一位",
        ),
        (
            {"/unit/uscc": make_uscc(1)[:-1] + "A"},
            "/unit/uscc",
            "统一社会信用代码的最后一位不对。多半是抄错了一位，请逐位核对",
        ),
        (
            {"/checks/check_2/note": GONE},
            "/checks/check_2/note",
            "检查事项（二）选了“部分符合”，请写哪一点没做到、打算什么时候做到",
        ),
        (
            {"/databases/databases/1/maintenance_note": GONE},
            "/databases/databases/1/maintenance_note",
            "请写数据库 2 的维护情况：谁负责、多久检查一次、上次检查是哪天",
        ),
        (
            {
                "/holdings/permanent": {"permanent_volumes": 0, "permanent_items": 0},
                "/holdings/y30": {"y30_volumes": 0, "y30_items": 0},
            },
            "/holdings/y30",
            "上面选了有 30 年或永久档案，这里卷和件都是 0。请填实际数量，或者改上面的选择",
        ),
        (
            {"/databases/databases/0/last_backup": "2026-02-30"},
            "/databases/databases/0/last_backup",
            "数据库 1 的最近一次备份填的是 2026-02-30，日历上没有这一天。请核对",
        ),
    ],
)
def test_each_mistake_has_its_promised_message(changes: dict[str, Any], pointer: str, message: str) -> None:
    assert _judge(changes) == [(pointer, message)]


def test_a_start_in_the_future_is_named_with_its_date() -> None:
    data = changed(valid_registration(), {"/progress/start_date": "2026-12-01"})
    (problem,) = validate(registration(), data, TODAY)
    assert problem == Problem(
        "/progress/start_date",
        "开工日期",
        "开工日期是 2026 年 12 月 1 日，还没有到。请填实际开工的日期",
        "date_has_come",
    )


def test_all_problems_come_at_once_in_form_order_with_their_rows_named() -> None:
    data = changed(
        valid_self_check(),
        {
            "/declaration/truth_declared": GONE,
            "/databases/databases/2/name": "",
            "/databases/databases/0/size_gb": "1.234",
            "/unit/report_year": 2026,
            "/checks/check_1/result": GONE,
        },
    )
    labels = [problem.label for problem in validate(self_check(), data, TODAY)]
    assert labels == [
        "报告年度",
        "数据库 1 数据量",
        "数据库 3 数据库名称",
        "检查事项（一）检查结果",
        "本单位对报告的真实性负责",
    ]


def test_an_empty_filing_names_every_missing_answer_not_the_missing_sections() -> None:
    problems = validate(registration(), {}, TODAY)
    always = {"/" + "/".join(item.path) for item in registration().walk() if getattr(item, "required", "") == "always"}
    assert {problem.pointer for problem in problems} == {
        at for at in always if not at.startswith("/three_syncs") or at.endswith("/result")
    }


@pytest.mark.parametrize(
    "junk",
    [
        None,
        [],
        "",
        5,
        {"unit": {"unit_name": "长" * 10_000_000}},
        {"databases": {"databases": [{"name": "x"}] * 50_000}},
        {f"k{number}": number for number in range(100_000)},
        {"unit": {"uscc": "9" * 5_000_000}},
        {"unit": {"contact_phone": "0" * 5_000_000}},
        {"databases": {"databases": [{"last_backup": "2026-" * 1_000_000}]}},
    ],
    ids=[
        "null",
        "list",
        "text",
        "number",
        "long text",
        "many rows",
        "many fields",
        "long code",
        "long phone",
        "long date",
    ],
)
def test_a_hostile_filing_gets_a_short_refusal(junk: Any) -> None:
    problems = validate(self_check(), junk, TODAY)
    assert 1 <= len(problems) <= 60
    assert all(len(problem.message) < 200 and len(problem.pointer) < 200 for problem in problems)


def test_deep_nesting_is_one_problem() -> None:
    nested: Any = []
    for _ in range(400):
        nested = [nested]
    problems = validate(self_check(), changed(valid_self_check(), {"/unit/unit_name": nested}), TODAY)
    assert [(problem.pointer, problem.rule) for problem in problems] == [("/unit/unit_name", "type")]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "2025", 2025.5, True, None, [2025], 2**70])
def test_an_invalid_year_is_one_problem(value: Any) -> None:
    assert [at for at, _ in _judge({"/unit/report_year": value})] == ["/unit/report_year"]


def test_a_year_written_with_a_decimal_point_is_the_same_year() -> None:
    assert [at for at, _ in _judge({"/unit/report_year": 2030.0})] == ["/unit/report_year"]
    data, dotted = valid_self_check(year=2025), changed(valid_self_check(), {"/unit/report_year": 2025.0})
    assert validate(self_check(), dotted, TODAY) == ()
    assert self_check().guard(dotted) == self_check().guard(data)


def test_a_lone_surrogate_is_refused_and_not_repeated() -> None:
    ((pointer, message),) = _judge({"/unit/unit_name": "示例\ud800"})
    assert pointer == "/unit/unit_name"
    assert message == "单位名称里有无法保存的字符。请删去后重新输入"


def test_no_message_repeats_a_name_or_a_telephone_number() -> None:
    for key in ("unit_name", "contact_name", "contact_phone"):
        for wrong in ("示例乙\x00", "示例乙" * 40, ["示例乙"]):
            ((_, message),) = _judge({f"/unit/{key}": wrong})
            assert "示例乙" not in message


def test_text_at_the_limit_is_accepted_and_one_more_character_is_refused() -> None:
    assert _judge({"/unit/unit_name": "𠮷" * 100}) == []
    assert _judge({"/unit/unit_name": "𠮷" * 101}) == [
        ("/unit/unit_name", "单位名称最多 100 字，现在是 101 字。请删去一些")
    ]


def test_an_older_year_and_no_staff_are_warned_of_and_accepted() -> None:
    older = valid_self_check(year=2023)
    assert validate(self_check(), older, TODAY) == ()
    assert [warning.pointer for warning in warnings(self_check(), older, TODAY)] == ["/unit/report_year"]
    none = changed(valid_registration(), {"/people/staff": {"fulltime_staff": 0, "parttime_staff": 0}})
    assert validate(registration(), none, TODAY) == ()
    assert [warning.pointer for warning in warnings(registration(), none, TODAY)] == ["/people/staff"]
    assert warnings(registration(), changed(none, {"/people/staff": {}}), TODAY) == ()


@pytest.mark.parametrize("junk", [None, [], 5, "x", {}, {"project": 5, "progress": [], "people": {"staff": [1]}}])
def test_warnings_and_pruning_accept_any_shape(junk: Any) -> None:
    assert warnings(registration(), junk, TODAY) == ()
    assert prune(registration(), junk)[0] == junk


def test_answers_to_questions_that_do_not_apply_are_dropped_and_named() -> None:
    data = changed(valid_registration("post_acceptance"), {"/project/phase": "start", "/project/reporting_year": 2026})
    before = changed(data, {})
    pruned, dropped = prune(registration(), data)
    assert set(dropped) == {"/project/reporting_year", "/progress/archive_acceptance_date", "/progress/grade"}
    assert data == before
    assert validate(registration(), pruned, TODAY) == ()


def test_pruning_leaves_a_valid_filing_as_it_is() -> None:
    data = valid_self_check()
    assert prune(self_check(), data) == (data, ())


def test_ticking_no_database_drops_the_databases_and_names_them() -> None:
    data = changed(valid_self_check(), {"/databases/no_database": True})
    pruned, dropped = prune(self_check(), data)
    assert dropped == ("/databases/databases",)
    assert pruned["databases"] == {"no_database": True}


def test_a_disagreement_of_the_validators_refuses_the_filing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Gate, "accepts", lambda self, data: False)
    (problem,) = validate(self_check(), valid_self_check(), TODAY)
    assert problem.rule == DISAGREEMENT
    assert problem.pointer == ""
    assert "请检查后再提交一次" in problem.message


def test_a_wrong_choice_causes_no_problems_in_dependent_fields() -> None:
    data = changed(valid_registration("annual"), {"/project/phase": "later"})
    assert [fault.tokens for fault in faults_of(registration(), data)] == [("project", "phase")]


def test_validating_a_valid_filing_does_not_import_the_explainer() -> None:
    script = (
        "import sys\nfrom datetime import date\n"
        "from tests.support.forms import self_check\nfrom tests.support.filings import valid_self_check\n"
        "from functions.forms.checking.validation import validate\n"
        "form, data, day = self_check(), valid_self_check(), date(2026, 9, 1)\nvalidate(form, data, day)\n"
        "assert 'jsonschema' not in sys.modules\n"
    )
    run([sys.executable, "-c", script], check=True)


def test_a_form_rebuilt_from_its_document_validates_the_same() -> None:
    again = Definition.from_document(self_check().document)
    assert again == self_check()
    assert again.digest == self_check().digest
    assert validate(again, valid_self_check(), TODAY) == ()
    assert [section.key for section in again.sections] == list(self_check().schema["properties"])


def test_a_name_that_begins_with_a_digit_begins_its_sentence_without_a_space() -> None:
    assert _judge({"/holdings/y30": "很多\ud800"}) == [
        ("/holdings/y30", "30 年档案里有无法保存的字符。请删去后重新输入")
    ]
    assert _judge({"/holdings/y30/y30_items": GONE}) == [
        ("/holdings/y30/y30_items", "请填写 30 年档案的件，没有的填 0")
    ]
