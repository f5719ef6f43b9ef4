"""The guides to AWS say what the template has."""

from __future__ import annotations

import re

from functions.local.packing.closure import function_names
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "deploy-aws.md").read_text(encoding="utf-8")
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
TEMPLATE = (ROOT / "serverless.yml").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_parameter_that_is_named_is_one_and_every_one_is_named() -> None:
    parts = (*sorted((ROOT / "functions" / "cloud").glob("*.yml")), ROOT / "serverless.yml")
    used = {name for part in parts for name in re.findall(r"\$\{param:(\w+)", part.read_text(encoding="utf-8"))}
    named = set(re.findall(r"--param=(\w+)=", GUIDE + SCALE))
    listed = {name for row in re.findall(r"^\| (`.+?) \|", GUIDE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert named <= used
    assert used - {"keep", "protected"} <= named | listed


def test_every_function_is_started_anew_for_new_keys() -> None:
    found = re.search(r"for f in ([\w ]+); do", GUIDE)
    assert found is not None
    assert set(found.group(1).split()) == set(function_names(ROOT))


def test_every_make_target_and_link_of_the_guides_exists() -> None:
    for guide in (GUIDE, SCALE):
        for target in re.findall(r"(?:^|`|[0-9] )make ([a-z-]+)", guide):
            assert target in TARGETS, target
        assert [link for link in re.findall(r"\]\(([^)#:]+)\)", guide) if not (ROOT / "docs" / link).exists()] == []


def test_the_outputs_that_are_named_are_given() -> None:
    given = "".join(part.read_text(encoding="utf-8") for part in (ROOT / "functions" / "cloud").glob("*.yml"))
    assert "DistributionDomain:" in given
