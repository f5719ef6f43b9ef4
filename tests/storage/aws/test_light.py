"""A cold `submit` in the cloud carries only what filing takes: no exporter, no page of the desk, and no S3 client."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.forms.catalogue import Catalogue
from tests.conftest import ROOT
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import environment
from tests.support.stores import Stores

# Anything of these in a cold `submit` costs more than it does.
HEAVY = (
    "argon2",
    "functions.exports",
    "functions.local",
    "functions.storage.sqlite",
    "functions.forms.authoring",
    "jinja2",
    "jsonschema",
    "openpyxl",
    "pydantic",
    "sqlite3",
    "typer",
    "typst",
    "uvicorn",
    "xlsxwriter",
    "yaml",
    "zipstream",
)
PARTS = tuple(f"{name}." for name in HEAVY)
PROGRAM = """
import json, sys
from functions.storage.aws import session

made = []
real = session.Clients._client

def note(self, service, *given, **more):
    made.append(service)
    return real(self, service, *given, **more)

session.Clients._client = note

from functions.submit import handler

answer = handler(json.load(sys.stdin), None)
print(json.dumps({"status": answer["statusCode"], "made": made, "modules": sorted(sys.modules)}))
"""


@pytest.fixture
def variables(twin: str, site: Path, catalogue: Catalogue, tmp_path: Path) -> dict[str, str]:
    """What Lambda gives the function, over a fresh cloud."""
    (tmp_path / "catalogue.json").write_bytes(catalogue.dump())
    named = {"QINGDAN_SITE": str(site), "QINGDAN_CATALOGUE": str(tmp_path / "catalogue.json")}
    return {**Stores(url=twin).variables(tmp_path / "light"), **named}


def file(n: int, variables: dict[str, str]) -> dict[str, Any]:
    """What a fresh process says of its first filing."""
    event = json.loads((ROOT / "tests" / "events" / "file-json.json").read_text(encoding="utf-8"))
    event["body"] = json.dumps(valid_self_check(uscc=make_uscc(n)))
    event["headers"]["idempotency-key"] = f"light-{n}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(event), env=environment(variables), cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["status"] == 201, done.stderr
    return told


def test_a_filing_imports_no_heavy_module_and_uses_s3_only_for_a_new_form(variables: dict[str, str]) -> None:
    first, second = file(1, variables), file(2, variables)
    for told in (first, second):
        assert [name for name in told["modules"] if name in HEAVY or name.startswith(PARTS)] == []
    assert sorted(first["made"]) == ["dynamodb", "s3", "ssm"], "the form document is kept before the first filing"
    assert sorted(second["made"]) == ["dynamodb", "ssm"]


def test_the_one_machine_setup_imports_no_aws_library() -> None:
    program = "import sys, functions.submit, functions.desk.app as _; "
    program += "print([n for n in ('boto3', 'botocore') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
