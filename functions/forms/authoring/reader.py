"""Reads a form from its folder into its document; every mistake names file, line, cause and cure."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from functions.errors import AuthoringError
from functions.forms.authoring.bundle import BrokenReference, bundle
from functions.forms.authoring.holidays import read_holidays
from functions.forms.authoring.letters import read_letters
from functions.forms.authoring.model_errors import validated
from functions.forms.authoring.rosters import FOLDER as ROSTERS
from functions.forms.authoring.rosters import read_rosters
from functions.forms.authoring.rules import RulesFile
from functions.forms.authoring.rules_lint import check_rules
from functions.forms.authoring.schema_lint import check_schema, check_syntax
from functions.forms.authoring.source import Source, mistake
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition, write_document

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,49}")


def read_catalogue(schemas: Path) -> Catalogue:
    """Read every form below `schemas` (a folder each), in the order of their names.

    Raises AuthoringError. Does not check the examples: see `functions.forms.authoring.examples`.
    """
    found = schemas.glob("[!._]*") if schemas.is_dir() else ()
    folders = sorted(path for path in found if path.is_dir() and path.name != ROSTERS)
    if not folders:
        raise AuthoringError(f"{schemas}：这里没有表单。每种填报是一个文件夹，里面要有 form.json 和 rules.yml")
    definitions = [Definition(read_form(folder)) for folder in folders]
    _refuse_same_code(definitions, schemas)
    return Catalogue(definitions, read_rosters(schemas), read_letters(schemas))


def read_form(folder: Path) -> bytes:
    """Read one folder into a form document: form.json with references inlined, and rules.yml. Raises AuthoringError."""
    if not _NAME.fullmatch(folder.name):
        raise AuthoringError(f"{folder}：文件夹名会出现在网址里。请只用小写英文字母、数字和连字符，以字母开头")
    form = Source.json(folder / "form.json")
    check_syntax(form)
    schema = _bundled(form)
    check_schema(form, schema)
    source = Source.yaml(folder / "rules.yml")
    rules = _rules(source)
    document = write_document(folder.name, schema, rules)
    check_rules(source, Definition(document))
    return document


def _bundled(form: Source) -> Any:
    @cache
    def load(name: str) -> Any:
        path = Path(os.path.normpath(form.path.parent / name))
        if not path.is_file():
            raise LookupError(name)
        source = Source.json(path)
        check_syntax(source)
        return source.value

    try:
        return bundle(form.value, load)
    except BrokenReference as broken:
        cure = "请核对文件名和 #/$defs/ 后面的名字"
        raise mistake(form, broken.where, f"$ref “{broken.reference}”用不了：{broken}", cure) from None


def _rules(source: Source) -> dict[str, Any]:
    """Return the rules for the document; reads the calendar of working days only when a deadline needs it."""
    file = validated(source, RulesFile, "能写什么见 schemas/rules.schema.json")
    if not any(filing.due.counts_working_days for filing in file.filings):
        return file.document(None)
    return file.document(read_holidays(source.path.parents[2]).days_off())


def _refuse_same_code(definitions: list[Definition], schemas: Path) -> None:
    seen: dict[str, str] = {}
    for definition in definitions:
        other = seen.setdefault(definition.code, definition.id)
        if other != definition.id:
            source = Source.yaml(schemas / definition.id / "rules.yml")
            cause = f"code “{definition.code}”已经被 {other} 用了"
            raise mistake(source, ("code",), cause, "编号以它开头，请换一个没用过的")
