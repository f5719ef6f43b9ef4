"""The examples beside a form: some that must be valid, and some that must be refused for named reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from functions.errors import AuthoringError
from functions.forms.authoring.source import Source, mistake
from functions.forms.checking.validation import validate, warnings
from functions.forms.definition import Definition
from functions.forms.problem import Problem

Expected = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Example:
    """One example file: `data` submitted on `today` (Asia/Shanghai), and the (pointer, rule) of what it must give."""

    source: Source
    today: date
    data: Any
    problems: Expected
    warnings: Expected


def read_examples(folder: Path) -> Iterator[Example]:
    """Read every example of the form in this folder, valid ones first; AuthoringError for a malformed file."""
    for path in sorted(folder.glob("examples/valid/*.json")):
        yield _example(Source.json(path), refused=False)
    for path in sorted(folder.glob("examples/invalid/*.json")):
        yield _example(Source.json(path), refused=True)


def check_examples(folder: Path, definition: Definition) -> tuple[AuthoringError, ...]:
    """Return every example of this form whose result is not the expected one."""
    found: list[AuthoringError] = []
    try:
        for example in read_examples(folder):
            found += _judge(example, definition)
    except AuthoringError as unreadable:
        found.append(unreadable)
    return tuple(found)


def _judge(example: Example, definition: Definition) -> Iterator[AuthoringError]:
    problems = _named(validate(definition, example.data, example.today))
    if problems != example.problems:
        cause = f"应得出 {_listed(example.problems)}，实际是 {_listed(problems)}"
        yield mistake(example.source, ("expected",), cause, "请改例子，或者改表")
    elif not problems and (given := _named(warnings(definition, example.data, example.today))) != example.warnings:
        cause = f"应提醒 {_listed(example.warnings)}，实际是 {_listed(given)}"
        yield mistake(example.source, ("warnings",), cause, "请改例子，或者改表")


def _example(source: Source, *, refused: bool) -> Example:
    raw = source.value
    try:
        problems, given = _expected(raw.get("expected", [])), _expected(raw.get("warnings", []))
        example = Example(source, date.fromisoformat(raw["today"]), raw["data"], problems, given)
    except (KeyError, TypeError, ValueError, AttributeError):
        cure = "请写 today（如 2026-09-01）、data，不合格的还要写 expected"
        raise mistake(source, (), "例子缺 today 或 data，或者写法不对", cure) from None
    if refused != bool(problems):
        cure = "请移到 valid，或者写上 expected" if refused else "请移到 invalid，或者删去 expected"
        raise mistake(source, ("expected",), "例子放错了文件夹", cure)
    return example


def _expected(raw: Any) -> Expected:
    return tuple((entry["pointer"], entry["rule"]) for entry in raw)


def _named(problems: tuple[Problem, ...]) -> Expected:
    return tuple((problem.pointer, problem.rule) for problem in problems)


def _listed(expected: Expected) -> str:
    return "、".join(f"{at} {rule}" for at, rule in expected) or "没有问题"
