"""A form definition: names, order, conditions, obligation, uniqueness."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.errors import NotFound
from functions.forms.catalogue import Catalogue
from functions.forms.outline import Field, Group, Rows, Section
from tests.support.filings import valid_registration, valid_self_check
from tests.support.forms import changed, registration, self_check, shipped

REGIME = Path(__file__).parents[2] / "content" / "regimes" / "bing.md"


def test_f11_the_eight_checks_are_the_words_of_the_list() -> None:
    published = REGIME.read_text(encoding="utf-8").splitlines()
    groups = [self_check().field_at(f"/checks/check_{number}") for number in range(1, 9)]
    labels = [group.label for group in groups if isinstance(group, Group)]
    assert len(labels) == 8
    for label in labels:
        assert any(line.rstrip("；。") == label for line in published), label


@pytest.mark.parametrize(
    ("at", "label"),
    [
        ("/databases/databases/1/maintenance_note", "数据库 2 维护情况"),
        ("/checks/check_2/note", "检查事项（二）说明"),
        ("/holdings/y30/y30_items", "30 年档案 件"),
        ("/holdings/y30", "30 年档案"),
        ("/databases/databases", "数据库"),
        ("/databases/databases/4", "数据库 5"),
        ("/holdings/basis/0", "本单位因为哪一条要报"),
        ("/unit", "单位"),
        ("", "档案工作情况自查报告"),
        ("/nowhere", "档案工作情况自查报告"),
    ],
)
def test_every_place_has_its_chinese_label(at: str, label: str) -> None:
    assert self_check().label_at(at) == label


def test_a_pointer_leads_to_the_part_of_the_form() -> None:
    form = self_check()
    assert isinstance(form.field_at("/unit/uscc"), Field)
    assert isinstance(form.field_at("/databases/databases/7"), Rows)
    assert isinstance(form.field_at("/holdings/basis/1"), Field)
    assert isinstance(form.field_at("/unit"), Section)
    assert form.field_at("/unit/nothing") is None
    assert form.field_at("") is None


def test_every_kind_of_field_is_recognised() -> None:
    kinds = {item.kind for form in shipped() for item in form.walk() if isinstance(item, Field)}
    assert kinds == {
        "text", "long_text", "integer", "decimal", "date", "choice", "choices", "boolean", "uscc", "phone", "email",
        "attachments",
    }  # fmt: skip


def test_the_common_fields_of_public_forms_bind_both() -> None:
    for form in shipped():
        required = {item.key for item in form.walk() if isinstance(item, Field) and item.required == "always"}
        assert required >= {"unit_name", "uscc", "contact_name", "contact_phone", "filled_by", "truth_declared"}


def test_a_field_is_needed_sometimes_where_a_condition_asks_for_it() -> None:
    needs = {item.key: item.required for item in registration().walk() if isinstance(item, Field)}
    assert needs["reporting_year"] == "sometimes"
    assert needs["start_date"] == "always"
    assert needs["main_works"] == "never"


def test_conditions_say_what_applies_and_what_is_required() -> None:
    found = {(rule.target, rule.effect, rule.holds) for rule in registration().conditions}
    assert (("project", "reporting_year"), "applies", True) in found
    assert (("project", "reporting_year"), "required", True) in found
    assert (("progress", "grade"), "applies", True) in found
    inverse = {(rule.target, rule.effect, rule.holds) for rule in self_check().conditions}
    assert (("databases", "databases"), "applies", False) in inverse


@pytest.mark.parametrize(
    ("data", "period", "title"),
    [
        (valid_registration("start"), "start", "开工阶段"),
        (valid_registration("annual", year=2026), "2026", "2026 年度"),
        (valid_registration("post_acceptance"), "post_acceptance", "验收后阶段"),
    ],
)
def test_t1_t2_t3_each_phase_is_its_own_period(data: Any, period: str, title: str) -> None:
    filing = registration().filing_for(data)
    assert filing.period_of(data) == period
    assert registration().period_title(period) == title


def test_t5_the_period_of_a_report_is_its_year() -> None:
    data = valid_self_check(year=2025)
    assert self_check().filing_for(data).period_of(data) == "2025"
    assert self_check().period_title("2025") == "2025 年度"


@pytest.mark.parametrize("name", ["示例河 综合治理工程", "示例河综合治理工程\u3000", "示例河综合治理工程"])
def test_a_project_is_the_same_however_wide_or_spaced_its_name_is(name: str) -> None:
    one, other = valid_registration(), changed(valid_registration(), {"/project/project_name": name})
    assert registration().guard(one) == registration().guard(other)


@pytest.mark.parametrize(
    "other",
    [
        valid_registration("annual"),
        valid_registration(project_name="示例河二期工程"),
        changed(valid_registration(), {"/unit/uscc": valid_self_check()["unit"]["uscc"]}),
    ],
)
def test_another_phase_project_or_unit_is_another_filing(other: Any) -> None:
    assert registration().guard(valid_registration()) != registration().guard(other)


def test_the_compiled_catalogue_holds_the_same_forms() -> None:
    again = Catalogue.load(shipped().dump())
    assert [form.digest for form in again] == [form.digest for form in shipped()]
    with pytest.raises(NotFound):
        again.get("nothing")


def test_reading_a_compiled_form_needs_neither_pydantic_nor_yaml_nor_jsonschema() -> None:
    script = (
        "import sys\nimport functions.forms.catalogue, functions.forms.definition\n"
        "import functions.forms.checking.validation\n"
        "heavy = {'pydantic', 'yaml', 'jsonschema', 'jinja2'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
