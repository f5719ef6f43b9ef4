"""A format is one entry of the registry, which the command line, the contract and the desk agree with."""

from __future__ import annotations

from typing import Any

import yaml

from functions.exports.audit_log import LOG_FORMATS
from functions.exports.formats import FORMATS, FileKind
from functions.local.commands.cli import FormatName
from tests.conftest import ROOT

CONTRACT = ROOT / "schemas" / "openapi.yml"


def operation(path: str) -> Any:
    return yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["paths"][path]["get"]


def names_in(described: Any) -> list[str]:
    (found,) = (each["schema"]["enum"] for each in described["parameters"] if each.get("name") == "format")
    return list(found)


def media_in(described: Any) -> set[str]:
    return set(described["responses"]["200"]["content"])


def media_of(kinds: list[FileKind]) -> set[str]:
    return {kind.media_type.partition(";")[0] for kind in kinds}


def test_the_contract_offers_every_format_of_an_export() -> None:
    described = operation("/api/desk/exports/{form}.{format}")
    assert names_in(described) == list(FORMATS)
    assert media_in(described) == media_of([format.kind for format in FORMATS.values()])


def test_the_contract_offers_every_format_of_the_audit_log() -> None:
    described = operation("/api/desk/trail.{format}")
    assert names_in(described) == list(LOG_FORMATS)
    assert media_in(described) == media_of([format.kind for format in LOG_FORMATS.values()])


def test_the_command_line_offers_every_format() -> None:
    assert [name.value for name in FormatName] == list(FORMATS)


def test_at_least_one_format_holds_several_forms() -> None:
    """The desk leads to it when another one cannot hold the selection."""
    assert any(format.several_forms for format in FORMATS.values())
