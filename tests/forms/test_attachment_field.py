"""A field of files: how it is written, posted, validated, changed and explained."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.errors import AuthoringError
from functions.forms import attachment_field as filefield
from functions.forms.attachment_field import MOST_BYTES
from functions.forms.authoring.reader import read_form
from functions.forms.checking.validation import validate
from functions.forms.definition import Definition
from functions.forms.outline import Field
from functions.forms.page.decode import decode
from functions.forms.page.encode import encode
from functions.forms.page.row_buttons import Action, change_rows, parse_action
from functions.records.attachments.file_types import MEDIA_TYPES, kind_of_name
from functions.records.attachments.named import attachments_in, located
from tests.support.filings import scan, valid_self_check, with_scans
from tests.support.forms import SCHEMAS, self_check

TODAY = date(2026, 9, 1)
SCANS = "/files/scans"
NAME = "files.scans"
REFERENCE = {"$ref": "../common.json#/$defs/attachment"}


def _written(tmp_path: Path, change: Any = None, **fields: Any) -> Definition:
    """The self-check with these fields of files in its section 附件, after `change` to the whole form."""
    folder = tmp_path / "annual-self-check"
    folder.mkdir(exist_ok=True)
    common = (SCHEMAS / "common.json").read_text(encoding="utf-8")
    (tmp_path / "common.json").write_text(common, encoding="utf-8")
    schema = json.loads((SCHEMAS / folder.name / "form.json").read_text(encoding="utf-8"))
    if fields:
        schema["properties"]["files"]["properties"] = fields
    if change:
        change(schema)
    (folder / "form.json").write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    rules = (SCHEMAS / folder.name / "rules.yml").read_text(encoding="utf-8")
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    return Definition(read_form(folder))


def _asking(most: int = 5, **more: Any) -> dict[str, Any]:
    return {
        "type": "array", "title": "盖章扫描件", "items": REFERENCE, "maxItems": most, "uniqueItems": True, **more
    }  # fmt: skip


def _messages(definition: Definition, data: Any) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.message) for problem in validate(definition, data, TODAY)]


def test_forms_pages_records_and_store_keep_to_the_same_limits() -> None:
    assert (filefield.MOST_FILES, filefield.MOST_BYTES) == (10, 50 * 1024 * 1024)


def test_the_file_chooser_offers_exactly_the_accepted_types() -> None:
    assert all(kind_of_name(f"a{end}") and kind_of_name(f"a{end.upper()}") for end in filefield.EXTENSIONS)
    assert {kind_of_name(f"a{end}") for end in filefield.EXTENSIONS} == set(MEDIA_TYPES)


def test_a_field_of_files_is_one_field_with_a_number_of_files() -> None:
    field = self_check().field_at(SCANS)
    assert isinstance(field, Field)
    assert (field.kind, field.minimum, field.maximum, field.required) == ("attachments", None, 10, "never")
    assert self_check().field_at(f"{SCANS}/1") is field
    assert self_check().label_at(f"{SCANS}/1") == "盖章扫描件"


def test_files_go_into_hidden_fields_and_come_back() -> None:
    data = {"files": {"scans": [scan(1), scan(2)]}}
    pairs = encode(self_check(), data)
    assert pairs[0] == (NAME, '{"name":"盖章扫描件（示例 1）.pdf","size":1258291,"sha256":"' + f"{1:064x}" + '"}')
    assert decode(self_check(), pairs).data == data


def test_a_name_is_kept_in_nfc_and_the_same_file_posted_twice_once() -> None:
    name = unicodedata.normalize("NFD", "Réglement 𠮷.pdf")
    posted = json.dumps({**scan(), "name": name})
    found = decode(self_check(), [(NAME, posted), (NAME, posted)])
    assert found.data == {"files": {"scans": [{**scan(), "name": "Réglement 𠮷.pdf"}]}}
    assert found.problems == ()


_ALIKE = st.sampled_from(
    ["{}", "[]", "null", "[" * 10_000, '{"name":1,"size":1,"sha256":""}', '{"name":"\\ud800","size":1,"sha256":""}',
     '{"name":"a","size":true,"sha256":""}', '{"name":"a","size":1e3,"sha256":""}', "9" * 5_000, "NaN"]
)  # fmt: skip


@given(_ALIKE | st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != ""))
@example('{"name":"a.pdf"}')
def test_a_malformed_file_value_is_kept_and_refused_with_the_cure(text: str) -> None:
    found = decode(self_check(), [(NAME, text)])
    assert found.data == {"files": {"scans": [text]}}
    assert decode(self_check(), encode(self_check(), found.data)).data == found.data
    cure = "“盖章扫描件”里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"
    assert (SCANS, cure) in _messages(self_check(), valid_self_check() | found.data)


def test_a_file_that_was_chosen_and_not_sent_is_named_at_its_field() -> None:
    found = decode(self_check(), [(f"upload:{NAME}", "第1页{label}.jpg"), (f"upload:{NAME}", "")])
    assert [(one.pointer, one.message) for one in found.problems] == [
        (SCANS, "“盖章扫描件”选的文件“第1页label.jpg”还没有上传。请再选一次，按“上传”")
    ]
    assert found.data == {}


@pytest.mark.parametrize("name", ["upload:unit.uscc", "upload:", "upload:files", "upload:nothing.here"])
def test_only_a_field_of_files_takes_a_chosen_file(name: str) -> None:
    assert [problem.rule for problem in decode(self_check(), [(name, "a.pdf")]).problems] == ["unknown"]


def test_vouchers_are_not_answers() -> None:
    found = decode(self_check(), [("voucher", "one"), ("voucher", "two")])
    assert (found.data, found.problems) == ({}, ())


def test_a_file_is_taken_out_by_its_place_and_the_next_takes_the_focus() -> None:
    data = {"files": {"scans": [scan(1), scan(2), scan(3)]}}
    assert parse_action(f"upload:{NAME}") == Action("upload", NAME)
    action = parse_action(f"remove:{NAME}:1")
    assert action is not None
    assert change_rows(self_check(), data, action) == ({"files": {"scans": [scan(1), scan(3)]}}, f"{SCANS}/1")
    last = Action("remove", NAME, 0)
    assert change_rows(self_check(), {"files": {"scans": [scan(1)]}}, last) == ({"files": {"scans": []}}, SCANS)
    assert change_rows(self_check(), data, Action("remove", NAME, 3))[0] == data
    assert change_rows(self_check(), data, Action("add", NAME))[0] == data


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([scan(n) for n in range(11)], "“盖章扫描件”最多 10 个文件，现在是 11 个。请移除多的"),
        ([scan(size=MOST_BYTES + 1)], "“盖章扫描件”里有一个文件超过 50 MB。请移除它，分成几个文件上传"),
        ([scan(size=80 * 1024 * 1024)], "“盖章扫描件”里有一个文件超过 50 MB。请移除它，分成几个文件上传"),
        ([scan(), scan()], "“盖章扫描件”里同一个文件有两次。请移除一个"),
        ("a.pdf", "“盖章扫描件”的写法不对，应是文件的列表。请重新上传"),
        ([{**scan(), "path": "C:"}], "“盖章扫描件”里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"),
        ([{**scan(), "name": " "}], "“盖章扫描件”里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"),
        ([{**scan(), "name": "长" * 201}], "“盖章扫描件”里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"),
        ([{**scan(), "sha256": "F" * 64}], "“盖章扫描件”里有一个文件的名称、大小或者摘要不对。请移除它，重新上传"),
        ([{**scan(), "name": "\ud800.pdf"}], "盖章扫描件里有无法保存的字符。请删去后重新输入"),
    ],
)
def test_problems_with_files_are_reported_at_their_field(files: Any, message: str) -> None:
    assert _messages(self_check(), valid_self_check() | {"files": {"scans": files}}) == [(SCANS, message)]


@pytest.mark.parametrize("files", [[scan(size=1)], [scan(size=MOST_BYTES)], [scan(n) for n in range(5)], []])
def test_files_at_their_limits_are_taken(files: list[Any]) -> None:
    assert _messages(self_check(), with_scans(valid_self_check(), *files)) == []


@pytest.mark.parametrize("data", [{}, {"files": {}}, {"files": {"scans": []}}])
def test_a_form_may_demand_files(tmp_path: Path, data: Any) -> None:
    def demand(schema: Any) -> None:
        schema["required"] += ["files"]
        schema["properties"]["files"]["required"] = ["scans"]

    form = _written(tmp_path, demand, scans=_asking(minItems=1))
    assert _messages(form, valid_self_check() | data) == [(SCANS, "请上传盖章扫描件")]
    assert _messages(form, with_scans(valid_self_check(), scan())) == []


def test_too_few_files_are_counted(tmp_path: Path) -> None:
    form = _written(tmp_path, scans=_asking(minItems=2))
    message = "“盖章扫描件”至少要 2 个文件，现在是 1 个。请上传缺的"
    assert _messages(form, with_scans(valid_self_check(), scan())) == [(SCANS, message)]


def test_a_form_may_ask_for_ten_files_in_all(tmp_path: Path) -> None:
    form = _written(tmp_path, scans=_asking(4), plans=_asking(6))
    assert [item.maximum for item in form.walk() if isinstance(item, Field) and item.kind == "attachments"] == [4, 6]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scans": _asking(11)}, "一共可以传 11 个文件，太多了。一份填报最多 10 个文件。请把各处的 maxItems 改小"),
        ({"scans": _asking(4), "plans": _asking(7)}, "一共可以传 11 个文件"),
        ({"scans": _asking(minItems=6)}, "minItems 比 maxItems 大"),
        ({"scans": _asking(uniqueItems=False)}, "一栏文件没有写 uniqueItems: true"),
        ({"scans": _asking() | {"items": REFERENCE | {"required": ["name"]}}}, "旁边又写了不同的 required"),
        (
            {"scans": _asking() | {"items": {"type": "object", "format": "attachment", "properties": {"name": {}}}}},
            "样子和 common.json 里的不一样",
        ),
        ({"scans": _asking() | {"x-item": "扫描件"}}, "这里不能写“x-item”"),
        (
            {"rows": {"type": "array", "title": "行", "x-item": "行", "maxItems": 3, "items": {
                "type": "object", "additionalProperties": False, "properties": {"scans": _asking(1)}}}},
            "一栏文件不能放在可以加好几项的行里。请放到外面，如单独一个“附件”部分",
        ),
    ],
)  # fmt: skip
def test_a_field_of_files_that_is_written_wrongly_is_refused_with_the_cure(
    tmp_path: Path, fields: Any, said: str
) -> None:
    with pytest.raises(AuthoringError) as refused:
        _written(tmp_path, **fields)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path / 'annual-self-check' / 'form.json'}:")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 字节"), (1023, "1023 字节"), (1024, "1 KB"), (1536, "1.5 KB"), (1024 * 1024 - 1, "1 MB"),
        (1_258_291, "1.2 MB"), (MOST_BYTES, "50 MB"), (3 * 1024**3, "3 GB"), (2**60, "1073741824 GB"),
    ],
)  # fmt: skip
def test_sizes_are_shown_in_words(size: int, words: str) -> None:
    assert filefield.size_words(size) == words


def test_a_row_may_not_look_like_a_file(tmp_path: Path) -> None:
    """Every stored value that looks like a file counts as one, so only fields of files may hold such a value."""

    def change(schema: Any) -> None:
        text = {"$ref": "../common.json#/$defs/text", "title": "指纹"}
        schema["properties"]["unit"]["properties"]["sha256"] = text

    with pytest.raises(AuthoringError, match=r"sha256.*附件专用"):
        _written(tmp_path, change)


def test_files_are_found_where_the_form_has_them(tmp_path: Path) -> None:
    data = with_scans(valid_self_check(), scan(1), scan(2))
    written = _written(tmp_path)
    assert written.file_paths == (("files", "scans"),)
    assert [(at, file.name) for at, file in located(written, data)] == [
        (("files", "scans", 0), scan(1)["name"]),
        (("files", "scans", 1), scan(2)["name"]),
    ]
    assert [file for _, file in located(written, data)] == list(attachments_in(data))


@pytest.mark.parametrize("data", [None, [], {}, {"files": []}, {"files": {"scans": {}}}, {"files": {"scans": [7, {}]}}])
def test_answers_of_any_shape_are_looked_through(tmp_path: Path, data: Any) -> None:
    assert list(located(_written(tmp_path), data)) == []
