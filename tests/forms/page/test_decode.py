"""A browser's post decodes to typed data and encodes back; an unreadable value is named and never lost."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.characters import UNSEEN
from functions.forms.checking.validation import validate
from functions.forms.definition import Definition, Group, Rows
from functions.forms.outline import Item
from functions.forms.page.decode import SPARE_ROWS, decode
from functions.forms.page.encode import encode
from functions.forms.page.row_buttons import change_rows, focus_of, parse_action
from tests.support.filings import valid_self_check
from tests.support.forms import SCHEMAS, registration, self_check

SHOWN = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")).filter(lambda one: not UNSEEN.match(one))
TEXT = st.text(SHOWN, min_size=1, max_size=30)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "long_text": st.lists(TEXT, min_size=1, max_size=3).map("\n".join),
    "integer": st.integers(0, 999999999),
    "decimal": st.from_regex(r"(0|[1-9][0-9]{0,9})([.][0-9]{1,2})?", fullmatch=True),
    "date": st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat),
    "boolean": st.booleans(),
    "uscc": st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18),
    "email": st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.example", fullmatch=True),
    "attachments": st.lists(
        st.fixed_dictionaries(
            {
                "name": TEXT.map(partial(unicodedata.normalize, "NFC")),
                "size": st.integers(),
                "sha256": st.text("0123456789abcdef", min_size=64, max_size=64),
            }
        ),
        max_size=3,
        unique_by=str,
    ),
    "phone": st.from_regex(r"1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}", fullmatch=True).filter(str.isascii),
}


def values_of(item: Item) -> st.SearchStrategy[Any]:
    """Answers of the right type for one part of a form."""
    if isinstance(item, Group):
        return objects(item.items)
    if isinstance(item, Rows):
        return st.lists(objects(item.items), max_size=4)
    choices = [value for value, _ in item.choices]
    if item.kind == "choices":
        return st.lists(st.sampled_from(choices), unique=True, max_size=4)
    return st.sampled_from(choices) if item.kind == "choice" else VALUES[item.kind]


def objects(items: tuple[Item, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={item.key: values_of(item) for item in items})


def filings(definition: Definition) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({section.key: objects(section.items) for section in definition.sections})


@pytest.mark.parametrize("definition", [self_check(), registration()], ids=lambda one: one.id)
@given(data=st.data())
def test_hidden_fields_decode_to_the_encoded_filing(definition: Definition, data: st.DataObject) -> None:
    filing = data.draw(filings(definition))
    decoded = decode(definition, encode(definition, filing))
    assert decoded.data == filing
    assert decoded.problems == ()


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*/examples/valid/*.json")), ids=lambda path: path.stem)
def test_every_valid_example_survives_the_page_to_check(path: Path) -> None:
    definition = self_check() if path.parts[-4] == "annual-self-check" else registration()
    filing = json.loads(path.read_text(encoding="utf-8"))["data"]
    assert decode(definition, encode(definition, filing)).data == filing


def test_empty_fields_are_absent_and_a_tick_is_true() -> None:
    pairs = [("unit.unit_name", "  "), ("unit.uscc", ""), ("declaration.truth_declared", "true")]
    assert decode(self_check(), pairs).data == {"declaration": {"truth_declared": True}}


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("unit.report_year", "２０２５", 2025),
        ("holdings.y30.y30_items", "1,200", 1200),
        ("holdings.y30.y30_items", "约1200", "约1200"),
        ("unit.uscc", "ａ１ 2-c", "A12C"),
        ("unit.contact_phone", "０３１０－１２３４５６７", "0310-1234567"),
        ("databases.databases[0].size_gb", "１８．５", "18.5"),
        ("databases.databases[0].last_backup", "2026年3月1日", "2026-03-01"),
        ("databases.databases[0].last_backup", "２０２６／３／１", "2026-03-01"),
        ("databases.databases[0].last_backup", "去年秋天", "去年秋天"),
        ("holdings.storage_status", " 第一行\r\n第二行 ", "第一行\n第二行"),
        ("unit.unit_name", "示例县Ａ中学", "示例县Ａ中学"),
        ("unit.unit_name", "\u202a示例县\u200b中学\u202c\ufeff", "示例县中学"),
        ("unit.contact_phone", "\u202d0310-1234567\u202c", "0310-1234567"),
        ("holdings.storage_status", "第一行\u2028\n👩\u200d🌾", "第一行\n👩\u200d🌾"),
    ],
)
def test_numbers_dates_codes_and_phones_lose_full_width_forms_and_the_rest_stays(
    name: str, typed: str, value: Any
) -> None:
    data = decode(self_check(), [(name, typed)]).data
    assert [value] == _leaves(data)


def _leaves(data: Any) -> list[Any]:
    if isinstance(data, dict):
        return [leaf for inner in data.values() for leaf in _leaves(inner)]
    return [leaf for inner in data for leaf in _leaves(inner)] if isinstance(data, list) else [data]


def test_a_single_field_posted_twice_is_a_problem_that_keeps_the_first() -> None:
    decoded = decode(self_check(), [("unit.uscc", "1"), ("unit.uscc", "2")])
    assert decoded.data["unit"]["uscc"] == "1"
    assert [(one.pointer, one.rule) for one in decoded.problems] == [("/unit/uscc", "duplicate")]
    assert "统一社会信用代码" in decoded.problems[0].message


@pytest.mark.parametrize(
    "name",
    [
        "unit.nickname",
        "nothing",
        "unit.uscc.more",
        "databases.databases.name",
        "databases.databases[-1].name",
        "databases.databases[10000].name",
        "databases.databases[99999999999999999999].name",
        "databases.databases[１].name",
        "databases.databases[*].name",
        "unit[0].uscc",
        "__proto__.x",
        "",
    ],
)
def test_an_unknown_name_is_a_problem_and_makes_no_data(name: str) -> None:
    decoded = decode(self_check(), [(name, "x")])
    assert decoded.data == {}
    assert [one.rule for one in decoded.problems] == ["unknown"]


def test_names_of_buttons_and_keys_are_no_answers() -> None:
    pairs = [("action", "review"), ("form_digest", "x"), ("key", "y"), ("contest", "true")]
    decoded = decode(self_check(), pairs)
    assert decoded.data == {}
    assert decoded.problems == ()


def test_rows_are_counted_anew_in_the_order_of_their_indexes() -> None:
    pairs = [(f"databases.databases[{index}].name", f"库{index}") for index in (9999, 3, 7)]
    rows = decode(self_check(), pairs).data["databases"]["databases"]
    assert [row["name"] for row in rows] == ["库3", "库7", "库9999"]


def test_too_many_rows_are_a_problem_and_not_read() -> None:
    """What was typed comes back, though it is more than the form takes; the rest is not even looked at."""
    most = 100 + SPARE_ROWS
    pairs = [(f"databases.databases[{index}].name", "库") for index in range(most + 1)]
    assert not decode(self_check(), pairs[:-1]).problems
    decoded = decode(self_check(), pairs)
    assert len(decoded.data["databases"]["databases"]) == most
    assert [one.pointer for one in decoded.problems] == ["/databases/databases"]


def test_an_empty_row_stays_a_row_until_it_is_removed() -> None:
    data = decode(self_check(), [("databases.databases[0]", ""), ("databases.databases[0].name", "")]).data
    assert data == {"databases": {"databases": [{}]}}


def test_a_row_is_added_and_removed_without_a_script_and_the_focus_follows() -> None:
    definition, data = self_check(), valid_self_check(databases=2)
    add, remove = parse_action("add:databases.databases"), parse_action("remove:databases.databases:0")
    assert add is not None
    assert remove is not None
    more, focus = change_rows(definition, data, add)
    assert (len(more["databases"]["databases"]), focus) == (3, "/databases/databases/2")
    less, focus = change_rows(definition, data, remove)
    assert (less["databases"]["databases"], focus) == ([data["databases"]["databases"][1]], "/databases/databases/0")
    none, focus = change_rows(definition, less, remove)
    assert (none["databases"]["databases"], focus) == ([], "/databases/databases")
    assert data == valid_self_check(databases=2)


@pytest.mark.parametrize(
    "value", ["", "save", "remove:databases.databases:-1", "remove:databases.databases:99999", "add:x:y"]
)
def test_an_unknown_button_is_not_an_action(value: str) -> None:
    assert parse_action(value) is None


@pytest.mark.parametrize(
    "value", ["add:unit", "add:nothing.here", "remove:databases.databases:7", "remove:unit.uscc:0"]
)
def test_an_action_on_what_is_not_there_changes_nothing(value: str) -> None:
    action = parse_action(value)
    assert action is not None
    assert change_rows(self_check(), valid_self_check(), action)[0] == valid_self_check()


def test_a_button_to_change_an_answer_names_its_place() -> None:
    action = parse_action("edit:databases.databases[1].name")
    assert action is not None
    assert focus_of(action) == "/databases/databases/1/name"


def test_posted_nonsense_is_validated_like_any_other_filing() -> None:
    pairs = [("unit.report_year", "去年"), ("holdings.basis", "x"), ("checks.check_1", "x")]
    found = validate(self_check(), decode(self_check(), pairs).data, date(2026, 9, 18))
    assert {"/unit/report_year", "/holdings/basis"} <= {one.pointer for one in found}
