"""Every example file beside a form is judged as it says; adding a case is adding a file."""

from __future__ import annotations

import pytest

from functions.forms.examples import Example, check_examples, read_examples
from functions.forms.validation import validate, warnings
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
