"""Every template of the desk gets a dataclass with every name it uses, and its lines are as short as code lines."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

from functions.desk.frame import TEMPLATES
from tests.conftest import ROOT

LONGEST = 120
FRAME = {"frame", "who", "ways"}
SHARED = {"base.html", "due_macros.html", "macros.html"}
ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
NAMES = sorted(path.name for path in TEMPLATES.glob("*.html"))


def views() -> Iterator[tuple[str, Any]]:
    """The dataclasses of the desk that name a template."""
    for path in (ROOT / "functions" / "desk").rglob("*.py"):
        if "template: ClassVar" in path.read_text(encoding="utf-8"):
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for each in vars(module).values():
                template = getattr(each, "template", None)
                if is_dataclass(each) and isinstance(template, str):
                    yield template, each


VIEWS = dict(views())


def test_each_template_has_a_view() -> None:
    assert set(VIEWS) == set(NAMES) - SHARED


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_view_has_what_the_template_uses_and_nothing_else(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    tree = ENVIRONMENT.parse(source)
    own = {each.name for each in tree.find_all(nodes.Macro)}
    own |= {each.target.name for each in tree.find_all(nodes.Assign) if isinstance(each.target, nodes.Name)}
    imported = {name for each in tree.find_all(nodes.FromImport) for name in each.names}
    used = meta.find_undeclared_variables(tree) - FRAME - own - imported
    assert used == {field.name for field in fields(VIEWS[name])}


@pytest.mark.parametrize("name", NAMES)
def test_template_lines_are_as_short_as_code_lines(name: str) -> None:
    lines = (TEMPLATES / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > LONGEST] == []
