"""The guides to AWS say what the template has."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session

from functions.local.packing.closure import function_modules
from functions.storage.aws.provision import make_bucket
from tests.conftest import ROOT
from tests.support.cloud import Cloud

GUIDE = (ROOT / "docs" / "deploy-aws.md").read_text(encoding="utf-8")
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "serverless.yml").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```", GUIDE + SCALE, re.MULTILINE | re.DOTALL)
CALLS = sorted(
    {
        call.replace("\\\n", " ")
        for text in (*BLOCKS, *re.findall(r"`(aws [^`]+)`", GUIDE + SCALE))
        for call in re.findall(r"(?<![=\w])aws (?:\$\(date [^)]*\)|[^\n;|)#&>]|(?<=\\)\n)+", text)
    }
)
# What the command line takes whatever it is asked for, and commands of its own that are no operation of a service.
EVERYWHERE = {"region", "query", "output", "max-items"}
OF_ITS_OWN = {"s3 sync"}
STAND_IN = """#!{python}
import json, sys, boto3, jmespath
asked = dict(zip(sys.argv[3::2], sys.argv[4::2]))
s3 = boto3.client("s3", endpoint_url={twin!r}, region_name="us-east-1")
if sys.argv[2] == "list-object-versions":
    found = s3.list_object_versions(Bucket=asked["--bucket"], MaxKeys=3)
    print(json.dumps(jmespath.search(asked["--query"], found)))
else:
    s3.delete_objects(Bucket=asked["--bucket"], Delete=json.loads(asked["--delete"]))
"""
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_parameter_that_is_named_is_one_and_every_one_is_named() -> None:
    parts = (*sorted((ROOT / "functions" / "cloud").glob("*.yml")), ROOT / "serverless.yml")
    used = {name for part in parts for name in re.findall(r"\$\{param:(\w+)", part.read_text(encoding="utf-8"))}
    scripts = (each.read_text(encoding="utf-8") for each in (ROOT / "functions" / "cloud").glob("*.js"))
    used |= {name for script in scripts for name in re.findall(r'"param:(\w+)"', script)}
    named = set(re.findall(r"--param=(\w+)=", GUIDE + SCALE))
    listed = {name for row in re.findall(r"^\| (`.+?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named <= used
    assert used - {"keep", "replaced", "protected"} <= named | listed


def test_every_function_is_started_anew_for_new_keys() -> None:
    found = re.search(r"for f in ([\w ]+); do", GUIDE)
    assert found is not None
    assert set(found.group(1).split()) == set(function_modules(ROOT))


def test_every_make_target_and_link_of_the_guides_exists() -> None:
    for guide in (GUIDE, SCALE):
        for target in re.findall(r"(?:^|`|[0-9] )make ([a-z-]+)", guide):
            assert target in TARGETS, target
        assert [link for link in re.findall(r"\]\(([^)#:]+)\)", guide) if not (ROOT / "docs" / link).exists()] == []


def test_the_outputs_that_are_named_are_given() -> None:
    given = "".join(part.read_text(encoding="utf-8") for part in (ROOT / "functions" / "cloud").glob("*.yml"))
    assert "DistributionDomain:" in given


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_shell(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False, timeout=10)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("call", CALLS)
def test_every_call_of_aws_is_one_with_the_options_it_takes(call: str) -> None:
    _, service, operation, *rest = shlex.split(call.replace("\\", "").replace("'", ""))
    if f"{service} {operation}" in OF_ITS_OWN:
        return
    session = get_session()
    if operation == "wait":
        waiter = session.get_waiter_model(service).get_waiter("".join(part.title() for part in rest.pop(0).split("-")))
        operation = xform_name(waiter.operation, "-")
    model = session.get_service_model("s3" if service == "s3api" else service)
    (name,) = [each for each in model.operation_names if xform_name(each, "-") == operation]
    shape = model.operation_model(name).input_shape
    assert shape is not None
    members: dict[str, Any] = {xform_name(each, "-"): member for each, member in shape.members.items()}
    given = {word.removeprefix("--") for word in rest if word.startswith("--")}
    switches = {f"no-{member}" for member, of in members.items() if of.type_name == "boolean"}
    assert given <= {*members, *switches, *EVERYWHERE}
    assert {xform_name(each, "-") for each in shape.required_members} <= given


def test_the_calls_are_found() -> None:
    assert len(CALLS) > 15
    assert {"aws s3api", "aws dynamodb", "aws ssm", "aws lambda"} <= {" ".join(call.split()[:2]) for call in CALLS}


def test_a_bucket_is_emptied_of_every_version(ministack: Cloud, twin: str, tmp_path: Path) -> None:
    """With a stand-in for the command line that asks as it does: the loop ends, and leaves nothing."""
    bucket = "qingdan-prod-exports-000000000000"
    make_bucket(ministack.s3, bucket)
    for name in ("示例 1", "2"):
        for _ in range(2):
            ministack.s3.put_object(Bucket=bucket, Key=name, Body=b"x")
    ministack.s3.delete_object(Bucket=bucket, Key="2")
    (block,) = [each for each in BLOCKS if each.startswith("empty()")]
    body = block[: block.index("npx osls")]
    (tmp_path / "aws").write_text(STAND_IN.format(python=sys.executable, twin=twin), encoding="utf-8")
    (tmp_path / "aws").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["bash", "-euc", body], env={**os.environ, "PATH": path}, check=True, timeout=60)
    left = ministack.s3.list_object_versions(Bucket=bucket)
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")
