"""Promises of the open data: the list verbatim, in stable files, safe to open in a spreadsheet, explained on a page."""

import csv
import io
import json
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.check import check_content
from publisher.content.content import load_content
from publisher.data.open_data import datasets, made_files, write_files
from tests.publisher.conftest import ROOT
from tests.support.filings import valid_registration, valid_self_check
from tests.support.site.built_page import Node, official

SOURCE = (Path(__file__).parents[1] / "responsibility-list.txt").read_text(encoding="utf-8")
FILES = {
    "data/duties.csv", "data/duties.json", "data/services.csv", "data/services.json", "data/laws.json",
    "data/regimes/jia.json", "data/regimes/yi.json", "data/regimes/bing.json", "data/regimes/ding.json",
    "data/changes.json", "data/datapackage.json", "data/forms/annual-self-check.schema.json",
    "data/forms/key-project-registration.schema.json", "deadlines.ics", "changes.atom",
    *(f"data/{kind}.schema.json" for kind in ("duties", "services", "regimes", "laws", "changes")),
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("data")
    write_files(load_content(ROOT), site)
    return site


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def parsed(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_files_keep_their_names(data: Path) -> None:
    assert {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()} == FILES


@pytest.mark.parametrize("name", ["duties", "services"])
def test_a_table_opens_in_a_spreadsheet(name: str, data: Path) -> None:
    text = (data / "data" / f"{name}.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = table(data / "data" / f"{name}.csv")
    assert text.count(b"\r\n") == len(rows) + 1
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_the_duties_are_all_there_word_for_word(data: Path) -> None:
    """C1: 10 duties, 17 work items; D18, D19 stand with their rows."""
    rows = table(data / "data" / "duties.csv")
    assert len(rows) == 17
    assert len({row["序号"] for row in rows}) == 10
    assert all(row["主要职责"] in SOURCE and row["具体工作事项"] in SOURCE for row in rows)
    duties = parsed(data / "data" / "duties.json")["duties"]
    items = [item for duty in duties for item in duty["items"]]
    assert [(item["id"], item["text"], item["url"]) for item in items] == [
        (row["编号"], row["具体工作事项"], row["网址"]) for row in rows
    ]
    offices = ["、".join(office["name"] for office in item["sections"]) for item in items]
    assert offices == [row["责任科室"] for row in rows]
    assert "未列编辑研究科" in rows[-1]["编注"]


def test_the_services_are_all_there_word_for_word(data: Path) -> None:
    """C2, D20: five services, one number."""
    rows = table(data / "data" / "services.csv")
    assert [row["承办机构"] for row in rows] == ["办公室", "业务指导科", "业务指导科", "管理科", "管理科"]
    assert {row["联系电话"] for row in rows} == {"18833073162"}
    services = parsed(data / "data" / "services.json")["services"]
    assert [one["content"] for one in services] == [row["主要内容"] for row in rows]
    assert [one["number"] for one in services] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(("key", "parts"), [("jia", 5), ("yi", 5), ("bing", 6), ("ding", 6)])
def test_a_regime_is_there_as_its_page_shows_it(
    key: str, parts: int, data: Path, main_of: Callable[[str], Node]
) -> None:
    """C3-C7: every paragraph with its address, id and words; an empty part stays (D1)."""
    regime = parsed(data / "data" / "regimes" / f"{key}.json")
    assert len(regime["parts"]) == parts
    paragraphs = [one for part in regime["parts"] for one in part["paragraphs"]]
    shown = main_of(f"regimes/{key}").find("div", class_="para")
    assert [one["id"] for one in paragraphs] == [node.attributes["id"] for node in shown]
    assert [one["address"] for one in paragraphs] == [node.find("a", class_="addr")[0].text for node in shown]
    assert [[one["text"]] for one in paragraphs] == [official(node) for node in shown]
    notes = [note for part in regime["parts"] for place in (part, *part["paragraphs"]) for note in place["notes"]]
    assert len(notes) == len(main_of(f"regimes/{key}").find("aside", class_="ed"))


def test_a_law_names_its_state_and_every_place(data: Path) -> None:
    laws = {law["name"]: law for law in parsed(data / "data" / "laws.json")["laws"]}
    measures = laws["中华人民共和国档案法实施办法"]
    assert measures["state"] == "repealed"
    assert "甲二" in [place["address"] for place in measures["cited_at"]]


def test_pages_link_to_the_files_and_nothing_else(main_of: Callable[[str], Node]) -> None:
    made = set(made_files(load_content(ROOT)))
    linked = set()
    for page in ("", "duties", "services", "laws", "forms", "open-data", "changes", "regimes/bing"):
        for node in main_of(page).find("a"):
            target = posixpath.normpath(posixpath.join(page, node.attributes["href"]))
            if target.startswith("data/") or target.endswith((".ics", ".atom")):
                linked.add(target)
    assert linked == made == FILES


def test_every_column_and_key_is_explained(data: Path, main_of: Callable[[str], Node]) -> None:
    words = main_of("open-data").text
    for name in ("duties", "services"):
        assert all(column in words for column in table(data / "data" / f"{name}.csv")[0])
    for dataset in datasets(load_content(ROOT)):
        assert all(column.key in words and column.meaning in words for column in dataset.columns)
    assert all(key in words for key in parsed(data / "data" / "laws.json")["laws"][0])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_a_text_that_would_become_a_formula_is_refused(start: str, project: Path) -> None:
    path = project / "content" / "data" / "duties.yml"
    text = path.read_text(encoding="utf-8").replace("text: 上级交办的事项。", f"text: '{start}1+1'")
    path.write_text(text, encoding="utf-8")
    problems = [problem for problem in check_content(project) if "公式" in problem.cause]
    assert [problem.file for problem in problems] == ["content/data/duties.yml"]
    assert f"{start}1+1" in text.splitlines()[problems[0].line - 1]


def _kind(name: str) -> str:
    return "regimes" if name.startswith("data/regimes/") else posixpath.basename(name).removesuffix(".json")


@pytest.mark.parametrize(
    "name",
    sorted(name for name in FILES if name.endswith(".json") and not name.endswith(("schema.json", "package.json"))),
)
def test_a_json_file_has_the_shape_that_is_published_with_it(name: str, data: Path) -> None:
    schema = parsed(data / "data" / f"{_kind(name)}.schema.json")
    Draft202012Validator.check_schema(schema)
    found = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [error.message for error in found.iter_errors(parsed(data / name))] == []
    assert list(found.iter_errors({**parsed(data / name), "more": 1})), "a key that is not described is none"


def test_the_columns_of_the_tables_are_described_in_their_order(data: Path) -> None:
    package = parsed(data / "data" / "datapackage.json")
    for resource in package["resources"]:
        rows = table(data / "data" / resource["path"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == list(rows[0])
        assert all(row[field["name"]].isdecimal() for row in rows for field in fields if field["type"] == "integer")
        keys = [row[resource["schema"]["primaryKey"]] for row in rows]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("form", ["annual-self-check", "key-project-registration"])
def test_the_schema_of_a_form_stands_by_itself(form: str, data: Path) -> None:
    """Whoever keeps the answers in a program can check them by it, with any validator."""
    schema = parsed(data / "data" / "forms" / f"{form}.schema.json")
    filed = valid_self_check() if form == "annual-self-check" else valid_registration()
    validator = Draft202012Validator(schema)
    assert list(validator.iter_errors(filed)) == []
    assert list(validator.iter_errors({**filed, "unit": {}}))
