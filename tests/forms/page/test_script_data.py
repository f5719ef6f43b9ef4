"""The data for the form script: the server's messages, and conditions with the server's meaning."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from functions.forms.definition import Definition
from functions.forms.page.progress import holds
from functions.forms.page.script_data import form_data, script_data
from tests.support.forms import condition_tests, registration, self_check

FORMS = [self_check(), registration()]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.sampled_from(["annual", "catalogue", "no", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["project", "phase", "basis", "result", "no_database", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("test", condition_tests(), ids=lambda test: json.dumps(test)[:60])
@given(value=JSON)
def test_conditions_mean_here_what_json_schema_means(test: Any, value: Any) -> None:
    assert holds(test, value) == Draft202012Validator(test).is_valid(value)


@pytest.mark.parametrize("definition", FORMS, ids=lambda one: one.id)
def test_every_message_has_only_gaps_that_the_script_fills(definition: Definition) -> None:
    for text in form_data(definition)["texts"]:
        assert "〈" not in text
        assert "98765432109876" not in text
        filled = text.format_map(dict.fromkeys(("name", "group", "row", "value", "count", "off", "year"), ""))
        assert "{" not in filled


def test_messages_are_the_servers_words_with_gaps() -> None:
    data = form_data(self_check())
    uscc = data["nodes"]["unit.uscc"]["m"]
    assert data["texts"][uscc["short1"]] == "{name}应为 18 位，现在是 {count} 位。请对照证书补上缺的一位"
    note = data["nodes"]["checks.check_2.note"]["m"]["required"]
    assert data["texts"][note["part"]] == "{group}选了“部分符合”，请写哪一点没做到、打算什么时候做到"


def test_no_text_of_a_form_can_end_the_block() -> None:
    text = script_data(self_check())
    inside = text.removeprefix('<script type="application/json" id="form-data">').removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside)["form"] == "annual-self-check"


def test_a_page_knows_how_many_files_are_too_many_and_is_made_in_little_memory() -> None:
    """A number's limit, which may be a thousand million, is never taken for a number of files."""
    tracemalloc.start()
    data = form_data(self_check())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    node = data["nodes"]["files.scans"]
    assert (node["k"], node["max"]) == ("attachments", 10)
    assert data["texts"][node["m"]["many"]] == "“{name}”最多 10 个文件，现在是 {count} 个。请移除多的"
    assert "few" not in node["m"]
    assert peak < 16 * 1024 * 1024
