"""Reads a roster from its folder; every mistake names file, line, cause and cure."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Final

from functions.errors import AuthoringError
from functions.forms.authoring.bundle import BrokenReference, bundle
from functions.forms.authoring.schema_lint import check_syntax
from functions.forms.authoring.source import Source, mistake
from functions.forms.roster_form import RosterForm, write_roster

FOLDER: Final = "rosters"
_NEEDED: Final = ("unit_name", "uscc")
_COLUMNS: Final = ("project", "since", "until")


def read_rosters(schemas: Path) -> tuple[RosterForm, ...]:
    """Read every roster below `schemas/rosters` (a folder each), in the order of their names; AuthoringError."""
    folders = sorted(path for path in (schemas / FOLDER).glob("[!._]*") if path.is_dir())
    return tuple(_read(folder) for folder in folders)


def _read(folder: Path) -> RosterForm:
    source = Source.json(folder / "roster.json")
    check_syntax(source)
    schema = _bundled(source)
    _check(source, schema)
    try:
        return RosterForm(write_roster(folder.name, schema))
    except (KeyError, TypeError, ValueError) as broken:
        raise mistake(source, (), f"这份名册读不懂（{broken}）", "请照别的名册的样子写") from None


def _bundled(source: Source) -> Any:
    @cache
    def load(name: str) -> Any:
        path = Path(os.path.normpath(source.path.parent / name))
        if not path.is_file():
            raise LookupError(name)
        return Source.json(path).value

    try:
        return bundle(source.value, load)
    except BrokenReference as broken:
        cure = "请核对文件名和 #/$defs/ 后面的名字"
        raise mistake(source, broken.where, f"$ref “{broken.reference}”用不了：{broken}", cure) from None


def _check(source: Source, schema: Any) -> None:
    columns = schema.get("properties", {})
    facts = schema.get("x-roster")
    if not isinstance(facts, dict) or not facts.get("key"):
        raise mistake(source, (), "缺 x-roster 的 key", '请写明哪几栏合起来认一行，如 ["uscc"]')
    for key in _NEEDED:
        if key not in columns:
            raise mistake(source, ("properties",), f"缺 {key} 一栏", "名册都要有单位名称和统一社会信用代码")
    named = [*facts["key"], *facts.get("feeds", {}), *(facts[name] for name in _COLUMNS if name in facts)]
    for key in named:
        if key not in columns:
            raise mistake(source, ("x-roster",), f"没有名为“{key}”的栏目", "请核对 properties 里的名字")
    titles = [part.get("title") for part in columns.values()]
    if None in titles or len(set(titles)) < len(titles):
        raise AuthoringError(f"{source.path}：每一栏都要有自己的 title，它是表格里的表头")
