"""Validates a filing and returns all its problems at once, in form order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from functions.forms import pointer
from functions.forms.checking.checks import run_checks, unseen_in_names
from functions.forms.checking.gate import Gate, gate_of, tests_of
from functions.forms.definition import Definition
from functions.forms.outline import Condition
from functions.forms.pointer import Path, Token
from functions.forms.problem import Problem

__all__ = ["DISAGREEMENT", "prune", "validate", "warnings"]

DISAGREEMENT = "disagreement"
"""The rule of the one general problem that is given when the gate refuses what the explainer finds nothing wrong with.

Whoever calls `validate` logs the form and its digest then, and nothing of the filing.
"""


def validate(definition: Definition, data: Any, today: date) -> tuple[Problem, ...]:
    """Return every problem of the filing, one for each place, in form order; empty when it is valid.

    `today` is the day of submission in Asia/Shanghai. Never raises, whatever the data is.
    """
    if gate_of(definition).accepts(data):
        found = (*unseen_in_names(definition, data), *run_checks(definition, data, today, warns=False))
        return _in_form_order(definition, found)
    refused = _explained(definition, data)
    taken = {problem.pointer for problem in refused}
    checked = (
        problem
        for problem in (*unseen_in_names(definition, data), *run_checks(definition, data, today, warns=False))
        if not any(at == problem.pointer or at.startswith(problem.pointer + "/") for at in taken)
    )
    return _in_form_order(definition, (*refused, *checked))


def warnings(definition: Definition, data: Any, today: date) -> tuple[Problem, ...]:
    """Return what deserves a second check but is not refused, one for each place; `today` as in `validate`."""
    return _in_form_order(definition, run_checks(definition, data, today, warns=True))


def prune(definition: Definition, data: Any) -> tuple[Any, tuple[str, ...]]:
    """Return the data without the answers to questions that do not apply, and the pointers of the dropped answers.

    Does not change the given data. Dropping an answer also drops the answers that depend on it.
    """
    pruned: Any = data
    dropped: list[str] = []
    for _ in range(len(tests_of(definition)) + 1):
        surplus = [tokens for rule in tests_of(definition) for tokens in _not_applicable(rule, pruned)]
        if not surplus:
            break
        for tokens in surplus:
            pruned = _without(pruned, tokens)
        dropped += [pointer.join(tokens) for tokens in surplus]
    return pruned, tuple(dict.fromkeys(dropped))


def _explained(definition: Definition, data: Any) -> tuple[Problem, ...]:
    # jsonschema takes 70 ms to import, and most filings are valid: a cold start does not wait for it.
    from functions.forms.checking.explain import faults_of
    from functions.forms.checking.messages import GENERAL, label_of, say

    faults = faults_of(definition, data)
    if not faults:
        return (Problem("", definition.title, GENERAL, DISAGREEMENT),)
    return tuple(
        Problem(
            pointer.join(fault.tokens),
            label_of(definition, fault.tokens),
            say(definition, fault.tokens, fault.rule, fault.schema, data),
            fault.rule,
        )
        for fault in faults
    )


def _not_applicable(rule: tuple[Condition, Gate], data: Any) -> Iterable[tuple[Token, ...]]:
    condition, test = rule
    below = condition.target[len(condition.scope) :]
    for scope in pointer.rows_at(data, condition.scope):
        here = pointer.read(data, scope)
        target = (*scope, *below)
        if isinstance(here, dict) and pointer.read(data, target) is not None and test.accepts(here) != condition.holds:
            yield target


def _without(value: Any, tokens: tuple[Token, ...]) -> Any:
    """Return a copy without the value at these tokens; shares all parts beside the path."""
    token, below = tokens[0], tokens[1:]
    if isinstance(value, list):
        return [_without(item, below) if index == token else item for index, item in enumerate(value)]
    if below:
        return {**value, token: _without(value[token], below)}
    return {key: item for key, item in value.items() if key != token}


@lru_cache(maxsize=64)
def _order(definition: Definition) -> dict[Path, int]:
    order: dict[Path, int] = {section.path: place for place, section in enumerate(definition.sections)}
    return order | {item.path: place for place, item in enumerate(definition.walk())}


def _in_form_order(definition: Definition, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    found: dict[str, Problem] = {}
    for problem in problems:
        found.setdefault(problem.pointer, problem)
    return tuple(sorted(found.values(), key=lambda problem: _place(definition, problem.pointer)))


def _place(definition: Definition, at: str) -> tuple[int, ...]:
    order, tokens = _order(definition), pointer.split(at)
    paths = [pointer.general(tokens[: length + 1]) for length in range(len(tokens))]
    return tuple(
        int(token) if pointer.is_index(token) else order.get(path, len(order))
        for token, path in zip(tokens, paths, strict=True)
    )
