"""A mistake in a form is reported with the file, the line, the cause and the cure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import yaml

from functions.errors import AuthoringError
from functions.forms.authoring.examples import check_examples
from functions.forms.authoring.holidays import HOLIDAYS
from functions.forms.authoring.reader import read_catalogue, read_form
from functions.forms.authoring.rules import rules_schema
from functions.forms.definition import Definition
from functions.forms.filing_rules import DaysOff
from tests.support.forms import SCHEMAS, shipped

FORM = "annual-self-check"
BOX = '{ "type": "boolean", "title": "本单位没有这类数据库" }'
TEST = '{ "properties": { "basis": { "contains"'


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    """A copy of the shipped schemas, to be spoiled."""
    return Path(shutil.copytree(SCHEMAS, tmp_path / "schemas"))


def _spoil(path: Path, old: str, new: str) -> int:
    """Replace the first occurrence; the line, from 1, on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def _refusal(schemas: Path) -> str:
    with pytest.raises(AuthoringError) as refused:
        read_catalogue(schemas)
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"x-width": "w-full"', '"x-widht": "w-full"', "这里不能写“x-widht”"),
        ("common.json#/$defs/year", "common.json#/$defs/yaer", "那里没有 /$defs/yaer"),
        ("../common.json#/$defs/year", "../commun.json#/$defs/year", "没有文件 ../commun.json"),
        (TEST, '{ "minProperties": 1, "properties": { "basis": { "contains"', "minProperties"),
        (TEST, '{ "properties": { "bases": { "contains"', "“bases”不是表里的栏目"),
        ('"then": { "required": ["professional_types"] }', '"then": { "required": ["profesional"] }', "“profesional”"),
        ('"then": { "required": ["professional_types"] }', '"then": { "dependentRequired": {} }', "dependentRequired"),
        ('"maxItems": 100', '"maxItems": 100000', "maxItems"),
        ('"x-item": "数据库",', "", "没有写 x-item"),
        ('"title": "报告年度",', "", "“report_year”没有 title"),
        ('"const": "fault"', '"const": "normal"', "两个选项的 const 相同"),
        (BOX, '{ "type": "number", "title": "个数" }', "小数不能用 number"),
        (BOX, '{ "type": "string", "title": "个数" }', "没有写 maxLength"),
        (BOX, '{ "type": "integer", "title": "个数" }', "minimum"),
        ('"required": ["report_year",', '"required": ["raport_year",', "“raport_year”不在 properties 里"),
        ('"maxItems": 4', '"maxItems": "4"', "“maxItems”的值不合 JSON Schema"),
        ('"x-pair": true', '"x-pair": "yes"', "“x-pair”的值写法不对"),
        ("draft/2020-12/schema", "draft/2019-09/schema", "$schema 不是 2020-12"),
        ('"uniqueItems": true,', "", "uniqueItems"),
    ],
)  # fmt: skip
def test_a_mistake_in_form_json_is_named_with_its_line(schemas: Path, old: str, new: str, said: str) -> None:
    path = schemas / FORM / "form.json"
    line = _spoil(path, old, new)
    refusal = _refusal(schemas)
    assert said in refusal
    where = refusal.split("：")[0]
    assert where.startswith(f"{path}:")
    assert abs(int(where.rsplit(":", 1)[1]) - line) <= 8


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"^\\d+$", r"\d"),
        ("^(a+)+$", "重复里面套重复"),
        ("^(?=a)a$", "环视"),
        ("[0-9]", "从 ^ 开始"),
        ("^[0-9$", "写法不对"),
    ],
)
def test_a_pattern_that_validators_read_differently_is_refused(schemas: Path, pattern: str, said: str) -> None:
    field = f'{{ "type": "string", "title": "代号", "maxLength": 9, "pattern": "{pattern}" }}'
    _spoil(schemas / FORM / "form.json", BOX, field)
    assert said in _refusal(schemas)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("uscc_at: /unit/uscc", "uscc_at: /unit/code", "/unit/code 不是表里的栏目"),
        ("uscc_at: /unit/uscc", "uscc_at: /unit/unit_name", "不是统一社会信用代码"),
        ("official: false", "offical: false", "offical：不认识这一项"),
        ("code: SC", "code: sc", "code：写法不合"),
        ("short: 自查报告\n", "", "short：缺这一项"),
        ("check: year_is_over", "check: year_was_over", "没有叫“year_was_over”的检查"),
        ("{at: /holdings/basis, contains: y30}", "{at: /holdings/basis, contains: y31}", "没有“y31”这个选项"),
        ("at: /holdings/y30\n", "at: /holdings/y33\n", "/holdings/y33 不是表里的一组栏目"),
        ("at: /unit/report_year, years: 1", "at: /unit/unit_name, years: 1", "不是整数"),
        ("month: 9, day: 30", "month: 9, day: 31", "9 月不是每年都有 31 日"),
        ("month: 9, day: 30", "month: 10, day: 30", "“9月30日前”，due 算的是 10 月 30 日"),
        ("years: 1, month", "years: 2, month", "“上一年度”，due 里 years 是 2"),
        ("  words: 9 月 30 日前", "  words: 9 月 29 日前", "“9月29日前”，filings 里没有一项这样算"),
        ("rule: day_of_year, at", "rule: workdays_after, at", "workdays_after 要写 workdays（几个工作日）"),
        ("rule: day_of_year, at", "rule: days_after, at", "days_after 要写 days（几天）"),
        ("rule: day_of_year, at", "rule: day_of_year, days: 3, at", "写了 days（几天），rule 就应是 days_after"),
        ("rule: day_of_year, at", "rule: days_after, days: 3, at", "/unit/report_year 不是日期"),
        ("    title: 年度自查", "    title: 年度自查\n    repeats: once", "repeats 是 once 的，period 写 word"),
        ("    title: 年度自查", "    title: 年度自查\n    repeats: at_each_change", "rule 不能是 day_of_year"),
        (
            "    basis: 丙五2",
            "    repeats: daily\n    basis: 丙五2",
            "只能写 'once', 'per_period' 或者 'at_each_change'",
        ),
        ("audience: public", "audience: public\naudience: staff", "“audience”写了两次"),
        ("  four_eyes: false", "  four_eyes: [", "YAML 写法不对"),
        ("- {at: /unit/uscc}", "- {at: /databases/no_database}", "可以不填，没有它就算不出来"),
        ("- {at: /unit/uscc}", "- {at: /unit/usccc}", "/unit/usccc 不是表里的栏目"),
    ],
)
def test_a_mistake_in_rules_yml_is_named_with_its_line(schemas: Path, old: str, new: str, said: str) -> None:
    path = schemas / FORM / "rules.yml"
    line = _spoil(path, old, new)
    refusal = _refusal(schemas)
    assert said in refusal
    where = refusal.split("：")[0]
    assert where.startswith(f"{path}:")
    assert abs(int(where.rsplit(":", 1)[1]) - line) <= 4


def test_a_case_that_no_deadline_covers_is_named(schemas: Path) -> None:
    _spoil(schemas / "key-project-registration" / "rules.yml", "equals: annual", "equals: start")
    assert "选“年度填报”（annual）的，没有写什么时候报" in _refusal(schemas)


def test_two_forms_cannot_share_a_code(schemas: Path) -> None:
    _spoil(schemas / "key-project-registration" / "rules.yml", "code: KP", "code: SC")
    assert "code “SC”已经被 annual-self-check 用了" in _refusal(schemas)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"title": "单位",', '"title": "单位"', "JSON 写法不对"),
        ('"title": "单位",', '"title": "单位", "title": "部门",', "“title”写了两次"),
        ('"maxItems": 4,', '"maxItems": NaN,', "NaN 不是 JSON 的数"),
    ],
)
def test_broken_json_is_named_with_its_line(schemas: Path, old: str, new: str, said: str) -> None:
    _spoil(schemas / FORM / "form.json", old, new)
    assert said in _refusal(schemas)


def test_a_mistake_is_named_even_where_yaml_cannot_read_the_json(schemas: Path) -> None:
    _spoil(schemas / FORM / "form.json", '"title": "报告年度",', r'"titel": "\ud840\udfb7",')
    assert "form.json:1：“report_year”没有 title" in _refusal(schemas)


def test_missing_and_misencoded_files_are_named(schemas: Path) -> None:
    (schemas / FORM / "rules.yml").write_bytes("short: 自查".encode("gbk"))
    assert "不是 UTF-8 编码" in _refusal(schemas)
    (schemas / FORM / "rules.yml").unlink()
    assert "没有这个文件" in _refusal(schemas)


def test_a_folder_without_forms_is_reported(tmp_path: Path) -> None:
    assert "这里没有表单" in _refusal(tmp_path)


def test_circular_references_are_refused(schemas: Path) -> None:
    _spoil(schemas / "common.json", '"text": {', '"text": {\n      "$ref": "#/$defs/text",')
    assert "引用绕了一圈" in _refusal(schemas)


def test_a_limit_that_contradicts_its_reference_is_refused(schemas: Path) -> None:
    _spoil(
        schemas / FORM / "form.json",
        '"$ref": "../common.json#/$defs/date",',
        '"$ref": "../common.json#/$defs/date", "maxLength": 8,',
    )
    assert "旁边又写了不同的 maxLength" in _refusal(schemas)


def test_a_folder_whose_name_cannot_stand_in_an_address_is_refused(schemas: Path) -> None:
    (schemas / FORM).rename(schemas / "自查报告")
    assert "文件夹名会出现在网址里" in _refusal(schemas)


def test_examples_that_are_judged_otherwise_than_they_say_are_named(schemas: Path) -> None:
    folder = schemas / FORM
    definition = shipped().get(FORM)
    good, bad = folder / "examples/valid/full.json", folder / "examples/invalid/february-30.json"
    _spoil(good, '"uscc": "12', '"uscc": "13')
    _spoil(bad, '"rule": "format"', '"rule": "pattern"')
    said = [str(mistake) for mistake in check_examples(folder, definition)]
    assert len(said) == 2
    assert f"{good}" in said[0]
    assert "应得出 没有问题，实际是 /unit/uscc format" in said[0]
    assert f"{bad}:" in said[1]
    assert "请改例子，或者改表" in said[1]


def test_an_example_in_the_wrong_folder_is_named(schemas: Path) -> None:
    folder = schemas / FORM / "examples"
    (folder / "invalid" / "good.json").write_bytes((folder / "valid" / "full.json").read_bytes())
    (said,) = check_examples(schemas / FORM, shipped().get(FORM))
    assert "例子放错了文件夹" in str(said)


def test_the_document_does_not_depend_on_the_location_of_its_folder(schemas: Path) -> None:
    assert read_form(schemas / FORM) == shipped().get(FORM).document


def test_a_rule_that_changes_changes_the_digest(schemas: Path) -> None:
    _spoil(schemas / FORM / "rules.yml", "note: 单位对报告的真实性负责", "note: 单位负责")
    assert Definition(read_form(schemas / FORM)).digest != shipped().get(FORM).digest


def test_days_off_come_from_the_calendar_and_are_pinned_with_the_form(schemas: Path) -> None:
    holidays = schemas.parent / HOLIDAYS
    holidays.parent.mkdir(parents=True)
    holidays.write_text(
        """years:
  - year: 2026
    complete: true
    notices: [{number: 国办发明电〔2025〕7号, date: 2025-11-04}]
    holidays: [{name: 国庆节, first: 2026-10-01, last: 2026-10-04, work: [2026-10-10]}]
""",
        encoding="utf-8",
    )
    _spoil(schemas / FORM / "rules.yml", "day: 30}", "day: 30, next_workday: true}")
    (filing,) = Definition(read_form(schemas / FORM)).rules.filings
    off, worked = frozenset({"2026-10-01", "2026-10-02"}), frozenset({"2026-10-10"})
    assert filing.due.days_off == DaysOff(off, worked, frozenset({2026}))


def test_a_deadline_in_working_days_needs_the_calendar(schemas: Path) -> None:
    _spoil(schemas / FORM / "rules.yml", "day: 30}", "day: 30, next_workday: true}")
    assert "holidays.yml:1：没有这个文件" in _refusal(schemas)


def test_days_off_are_allowed_in_the_calendar_only(schemas: Path) -> None:
    _spoil(schemas / FORM / "rules.yml", "day: 30}", "day: 30, next_workday: {holidays: [2026-10-01]}}")
    assert "只写 true，放假和调休都写在 content/data/holidays.yml 里" in _refusal(schemas)


@pytest.mark.parametrize("form", list(shipped()), ids=lambda form: form.id)
def test_unused_rules_are_not_in_the_document(form: Definition) -> None:
    """New optional rules do not change documents of forms that do not use them: filings pin the digest."""
    for filing in json.loads(form.document)["rules"]["filings"]:
        assert set(filing) - {"when"} == {"id", "title", "period", "due", "words", "basis"}
        assert set(filing["due"]) == {"rule", "at", "months", "years", "month", "day"}


def test_no_reference_is_left_in_a_bundled_form() -> None:
    for definition in shipped():
        assert b'"$ref"' not in definition.document
        assert b'"$defs"' not in definition.document


def test_a_unit_name_that_no_qr_code_could_hold_is_named(schemas: Path) -> None:
    _spoil(schemas / "common.json", '"maxLength": 100', '"maxLength": 201')
    said = _refusal(schemas)
    assert "rules.yml" in said
    assert "单位名称可以写 201 个字，印不进回执的二维码" in said


def test_the_schema_of_the_rules_is_the_one_that_the_model_makes() -> None:
    assert (SCHEMAS / "rules.schema.json").read_bytes() == rules_schema()


def test_the_shipped_rules_keep_the_published_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "rules.schema.json").read_text(encoding="utf-8")))
    for path in SCHEMAS.glob("*/rules.yml"):
        validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_forms_outside_the_official_list_are_marked_unofficial() -> None:
    assert [definition.rules.official for definition in shipped()] == [False, False]
