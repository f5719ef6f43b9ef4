"""How a form is read from its folder into its document; every mistake names file, line, cause and cure."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from functions.errors import AuthoringError
from functions.forms.authoring.bundle import BrokenReference, bundle
from functions.forms.authoring.rosters import FOLDER as ROSTERS
from functions.forms.authoring.rosters import read_rosters
from functions.forms.authoring.rules import RulesFile
from functions.forms.authoring.rules_lint import check_rules
from functions.forms.authoring.schema_lint import check_schema, check_syntax
from functions.forms.authoring.source import Source, mistake
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition, write_document

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,49}")
_CAUSES: Final = {
    "extra_forbidden": "不认识这一项",
    "missing": "缺这一项",
    "literal_error": "只能写 {expected}",
    "union_tag_invalid": "没有叫“{tag}”的检查，可以写 {expected_tags}",
    "union_tag_not_found": "缺检查的名字（check）",
    "string_pattern_mismatch": "写法不合 {pattern}",
    "value_error": "{error}",
    "string_type": "应为文字",
    "bool_type": "应为 true 或 false",
    "int_type": "应为整数",
    "list_type": "应为列表",
    "too_short": "至少要写一项",
    "string_too_short": "不能空着",
    "model_type": "应为一组栏目",
}


def read_catalogue(schemas: Path) -> Catalogue:
    """Every form below `schemas` (a folder each), in the order of their names.

    Raises AuthoringError. The examples are not tried here: see `functions.forms.authoring.examples`.
    """
    found = schemas.glob("[!._]*") if schemas.is_dir() else ()
    folders = sorted(path for path in found if path.is_dir() and path.name != ROSTERS)
    if not folders:
        raise AuthoringError(f"{schemas}：这里没有表单。每种填报是一个文件夹，里面要有 form.json 和 rules.yml")
    definitions = [Definition(read_form(folder)) for folder in folders]
    _refuse_same_code(definitions, schemas)
    return Catalogue(definitions, read_rosters(schemas))


def read_form(folder: Path) -> bytes:
    """The form document of one folder: form.json with every reference inlined, and rules.yml. Raises AuthoringError."""
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
    try:
        return RulesFile.model_validate(source.value).document()
    except ValidationError as invalid:
        error = min(invalid.errors(), key=lambda error: error["type"] != "extra_forbidden")
        where = tuple(part for part in error["loc"] if part in _names_in(source, error["loc"]))
        raise mistake(source, where, _cause(error), "能写什么见 schemas/rules.schema.json") from None


def _names_in(source: Source, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The parts of a pydantic location that stand in the file; it adds the names of union members."""
    value, present = source.value, []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            present.append(part)
            value = value[part]  # type: ignore[index, call-overload, unused-ignore]
    return tuple(present)


def _cause(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    context = {key: str(value).replace(" or ", " 或者 ") for key, value in error.get("ctx", {}).items()}
    words = _CAUSES.get(error["type"], "写法不对").format_map(context)
    return f"{name}：{words}" if name else words


def _refuse_same_code(definitions: list[Definition], schemas: Path) -> None:
    seen: dict[str, str] = {}
    for definition in definitions:
        other = seen.setdefault(definition.code, definition.id)
        if other != definition.id:
            source = Source.yaml(schemas / definition.id / "rules.yml")
            cause = f"code “{definition.code}”已经被 {other} 用了"
            raise mistake(source, ("code",), cause, "编号以它开头，请换一个没用过的")
