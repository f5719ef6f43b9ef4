"""Every example file of a form gets the verdict that it states; adding a case is adding a file."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import pytest

from functions.forms.authoring.examples import Example, check_examples, read_examples
from functions.forms.checking.gate import gate_of
from functions.forms.checking.validation import validate, warnings
from functions.forms.formats import CUSTOM_FORMATS
from tests.support.forms import SCHEMAS, shipped

EXAMPLES = [
    pytest.param(definition.id, example, id=f"{definition.id}-{example.source.path.stem}")
    for definition in shipped()
    for example in read_examples(SCHEMAS / definition.id)
]


@pytest.mark.parametrize(("form", "example"), EXAMPLES)
def test_an_example_is_judged_as_it_says(form: str, example: Example) -> None:
    definition = shipped().get(form)
    problems = validate(definition, example.data, example.today)
    assert tuple((problem.pointer, problem.rule) for problem in problems) == example.problems
    if not problems:
        given = warnings(definition, example.data, example.today)
        assert tuple((warning.pointer, warning.rule) for warning in given) == example.warnings


@pytest.mark.parametrize("form", [definition.id for definition in shipped()])
def test_each_form_has_enough_examples_and_its_own_check_agrees(form: str) -> None:
    examples = list(read_examples(SCHEMAS / form))
    assert sum(not example.problems for example in examples) >= 3
    assert sum(bool(example.problems) for example in examples) >= 12
    assert check_examples(SCHEMAS / form, shipped().get(form)) == ()


def _plain_schema(form: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SCHEMAS / form / "form.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("form", [definition.id for definition in shipped()])
def test_the_file_as_written_means_the_same_to_any_other_validator(form: str) -> None:
    common = json.loads((SCHEMAS / "common.json").read_text(encoding="utf-8"))
    plain = jsonschema_rs.Draft202012Validator(
        _plain_schema(form),
        base_uri=f"https://forms.example/{form}/form.json",
        registry=jsonschema_rs.Registry([("https://forms.example/common.json", common)]),
        formats=dict(CUSTOM_FORMATS),
        validate_formats=True,
    )
    gate = gate_of(shipped().get(form))
    for example in read_examples(SCHEMAS / form):
        assert plain.is_valid(example.data) == gate.accepts(example.data), example.source.path
