"""Rows of rosters are normalised; every bad row is named by line and column, and then none is imported."""

from __future__ import annotations

import re
from datetime import date

import pytest

from functions.forms.authoring.rosters import read_rosters
from functions.imports.roster_file import template
from functions.imports.roster_rows import Read, read_rows
from functions.imports.sheet import read_sheet
from functions.supervision.rosters.state import Roster, Row
from tests.conftest import ROOT
from tests.support.filings import make_uscc

TODAY = date(2026, 10, 1)
FORMS = {form.id: form for form in read_rosters(ROOT / "schemas")}
ONE, TWO = make_uscc(1), make_uscc(2)
HEADER = "项目名称,单位名称,统一社会信用代码,开工日期,级别,列入年份"


def read(text: str, roster: str = "key-projects") -> Read:
    return read_rows(FORMS[roster], read_sheet(text.encode()), TODAY)


def faults(text: str, roster: str = "key-projects") -> list[str]:
    return [fault.words for fault in read(text, roster).faults]


def test_the_bureau_has_its_rosters() -> None:
    wanted = {
        "key-projects",
        "professional-archives",
        "backup-registration",
        "units",
        "key-monitored",
        "permit-holders",
        "officers",
    }
    assert set(FORMS) == wanted


@pytest.mark.parametrize(
    "written", ["2026-03-01", "2026年3月1日", "2026/3/1", "2026.3.1", "２０２６-３-１", " 2026-3-1 "]
)
def test_a_date_is_taken_as_people_write_it(written: str) -> None:
    (row,) = read(f"{HEADER}\n示例项目,示例单位,{ONE},{written},县级,２０２６\n").rows
    assert row["start_date"] == "2026-03-01"
    assert (row["list_level"], row["list_year"]) == ("county", 2026)


def test_repairs_are_counted_and_blank_cells_are_no_values() -> None:
    found = read(f"{HEADER}\n　示例项目 ,示例单位,{ONE.lower()},2026/3/1,,\n")
    assert found.repairs == 3
    assert found.rows == (
        {"project_name": "示例项目", "unit_name": "示例单位", "uscc": ONE, "start_date": "2026-03-01"},
    )


BAD = {
    "code as a number": (f"{HEADER}\n甲,乙,1.2E+17,,,\n", "C 栏“统一社会信用代码”（写的是“1.2E+17”）：表格软件把代码"),
    "wrong code": (f"{HEADER}\n甲,乙,{ONE[:-1]}0,,,\n", "第 2 行 C 栏“统一社会信用代码”"),
    "short code": (f"{HEADER}\n甲,乙,{ONE[:-1]},,,\n", "应为 18 位，现在是 17 位"),
    "no such day": (f"{HEADER}\n甲,乙,{ONE},2026-02-30,,\n", "第 2 行 D 栏“开工日期”（写的是“2026-02-30”）"),
    "no such choice": (f"{HEADER}\n甲,乙,{ONE},,乡级,\n", "第 2 行 E 栏“级别”（写的是“乡级”）"),
    "no such year": (f"{HEADER}\n甲,乙,{ONE},,,26\n", "第 2 行 F 栏“列入年份”"),
    "name missing": (f"{HEADER}\n,乙,{ONE},,,\n", "项目名称"),
    "formula": (f"{HEADER}\n甲,乙,{ONE},=A1,,\n", "开工日期"),
    "unknown column": (f"{HEADER},税号\n甲,乙,{ONE},,,,1\n", "第 1 行 G 栏“税号”（写的是“税号”）：名册里没有这一栏"),
    "column twice": (f"{HEADER},级别\n甲,乙,{ONE},,,,\n", "这一栏有两个"),
    "column missing": ("项目名称,单位名称,级别\n甲,乙,县级\n", "表头缺“统一社会信用代码”"),
    "title above the header": (f"重点项目名册,,,,,\n{HEADER}\n甲,乙,{ONE},,,\n", "第 1 行.*只能有一行表头"),
    "cell beside the table": (f"{HEADER}\n甲,乙,{ONE},,,,多余\n", "第 2 行 G 栏“没有表头的一栏”（写的是“多余”）"),
    "two that differ": (f"{HEADER}\n甲,乙,{ONE},,县级,\n甲,乙,{ONE},,市级,\n", "和第 2 行是同一项"),
    "header alone": (f"{HEADER}\n", "只有表头"),
    "phone": ("单位名称,统一社会信用代码,类别,联系电话\n乙," + ONE + ",乡镇,123\n", "联系电话"),
    "mail": ("单位名称,统一社会信用代码,类别,电子邮箱\n乙," + ONE + ",乡镇,a@\n", "电子邮箱"),
    "too long": (f"{HEADER}\n{'甲' * 101},乙,{ONE},,,\n", "项目名称"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_every_bad_row_is_named_by_line_and_column_and_nothing_is_taken(name: str) -> None:
    text, words = BAD[name]
    found = read(text, "units" if name in ("phone", "mail") else "key-projects")
    assert found.rows == ()
    message = "\n".join(fault.words for fault in found.faults)
    assert words in message or re.search(words, message), message


def test_all_faults_of_all_rows_are_said_at_once() -> None:
    said = faults(f"{HEADER}\n甲,乙,9.1E+17,2026-13-01,乡级,1\n,乙,{TWO},,,\n")
    assert len(said) == 5
    assert [words[:5] for words in said] == ["第 2 行"] * 4 + ["第 3 行"]


def test_the_same_row_twice_is_one_row() -> None:
    assert len(read(f"{HEADER}\n甲,乙,{ONE},,县级,\n甲,乙,{ONE},,县级,\n").rows) == 1


@pytest.mark.parametrize("roster", FORMS)
def test_a_template_is_a_file_that_can_be_imported(roster: str) -> None:
    form = FORMS[roster]
    values = {
        "unit_name": "示例单位",
        "uscc": ONE,
        "project_name": "示例项目",
        "stratum": "township",
        "permit_number": "1",
        "officer_name": "示例甲",
        "certificate": "冀D04001",
    }
    row = {key: value for key, value in values.items() if key in form.by_key}
    filled = template(form, Roster({(ONE,): Row(row, TODAY)}, 1))
    assert read_rows(form, read_sheet(filled), TODAY).rows == (row,)
    assert [fault.message[:4] for fault in read_rows(form, read_sheet(template(form)), TODAY).faults] == ["只有表头"]
