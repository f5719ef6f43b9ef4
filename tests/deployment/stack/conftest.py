"""The CloudFormation that serverless.yml comes to, made offline as `make deploy-check` does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from functions.local.packing.closure import function_modules
from functions.local.packing.stack import describe
from tests.conftest import ROOT

Template = dict[str, Any]
WORLD, CHINA = "eu-central-1", "cn-northwest-1"
DOMAIN = ("--param=domain=list.example.invalid", "--param=certificate=arn:aws:acm:us-east-1:000000000000:certificate/x")


@pytest.fixture(scope="session")
def stack(site: Path) -> dict[str, Any]:
    """What packing says of the code: headers and events; zips for arm64."""
    return describe(ROOT, site, function_modules(ROOT), "arm64")


@pytest.fixture(scope="session")
def packaged(stack: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Template]:
    """Makes the template of a stage and region, each combination once. The zips are empty: nothing looks into them."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "functions" / "cloud", project / "functions" / "cloud")
    shutil.copy(ROOT / "serverless.yml", project)
    packages = project / "build" / "package"
    packages.mkdir(parents=True)
    (packages / "stack.json").write_text(json.dumps(stack), encoding="utf-8")
    for name in function_modules(ROOT):
        zipfile.ZipFile(packages / f"{name}.zip", "w").close()

    @cache
    def make(stage: str, region: str, *options: str) -> Template:
        out = project / "-".join(["out", stage, region, str(abs(hash(options)))])
        command = ["package", f"--stage={stage}", f"--region={region}", f"--package={out}", *options]
        done = subprocess.run(
            [str(ROOT / "node_modules" / ".bin" / "osls"), *command],
            cwd=project,
            env={"PATH": os.environ["PATH"], "HOME": str(project)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        template: Template = json.loads((out / "cloudformation-template-update-stack.json").read_text(encoding="utf-8"))
        return template

    return make


@pytest.fixture(scope="session", params=[WORLD, CHINA])
def template(request: pytest.FixtureRequest, packaged: Callable[..., Template]) -> Template:
    """The stage `prod` with a domain, in China and elsewhere."""
    return packaged("prod", request.param, *DOMAIN)


def of_type(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a type, by logical id."""
    resources = template["Resources"].items()
    return {name: each.get("Properties", {}) for name, each in resources if each["Type"] == f"AWS::{kind}"}


def text(value: Any) -> str:
    """A value of CloudFormation as people would write it: references in ${}."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if name == "Fn::Sub":
            return str(inner)
        if name == "Ref":
            return f"${{{inner}}}"
        if name == "Fn::GetAtt":
            return f"${{{'.'.join(inner)}}}"
        if name == "Fn::Join":
            return str(inner[0]).join(text(part) for part in inner[1])
    return json.dumps(value, sort_keys=True)
