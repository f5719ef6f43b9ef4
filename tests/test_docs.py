"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from functions import __version__
from functions.settings import KNOWN_VARIABLES
from functions.storage.aws.table import TTL_ATTRIBUTE
from tests.support.serving import COMMAND

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ONE_MACHINE = (ROOT / "docs" / "deploy-one-machine.md").read_text(encoding="utf-8")
AWS = (ROOT / "docs" / "deploy-aws.md").read_text(encoding="utf-8")
COMMAND_LINE = re.compile(
    r"^ *(?:runuser -u qingdan -- |QINGDAN_\w+=\S+ )?\.venv/bin/(qingdan [^#\n]*[^#\s])", re.MULTILINE
)
COMMANDS = sorted(set(COMMAND_LINE.findall(README + ONE_MACHINE + AWS)))


def test_every_setting_is_listed_and_no_other() -> None:
    assert set(re.findall(r"^\| `(QINGDAN_\w+)`", README, re.MULTILINE)) == KNOWN_VARIABLES


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_documentation_and_its_options_exist(command: str) -> None:
    words = shlex.split(command)[1:]
    plain = [word for word in words if not word.startswith("--")]
    options = [word for word in words if word.startswith("--")]
    depth = 2 if plain[:1] in (["staff"], ["keys"]) else 1
    said = subprocess.run(
        [*COMMAND, *plain[:depth], "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"COLUMNS": "200", "PATH": "", "NO_COLOR": "1"},
    )
    assert said.returncode == 0, said.stderr
    assert all(option in said.stdout for option in options)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_target_and_every_link_of_the_readmes_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {one or other for one, other in re.findall(r"^make ([a-z]+)|`make ([a-z]+)`", text, re.MULTILINE)}
    assert named
    assert named <= targets
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / link).exists()] == []


def test_the_guide_to_aws_names_settings_alarms_and_a_queue_that_exist() -> None:
    watch = (ROOT / "functions" / "cloud" / "watch.yml").read_text(encoding="utf-8")
    settings = set(re.findall(r"QINGDAN_\w+", AWS))
    assert settings
    assert settings <= KNOWN_VARIABLES
    alarms = re.findall(r"AlarmName: qingdan-\$\{sls:stage\}-([\w-]+)", watch)
    assert alarms
    assert [alarm for alarm in alarms if f"`{alarm}`" not in AWS] == []
    assert "qingdan-prod-nightly-failures" in AWS
    assert "QueueName: qingdan-${sls:stage}-nightly-failures" in watch
    assert f"AttributeName={TTL_ATTRIBUTE}" in AWS


def test_the_changelog_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{__version__}]" in changelog or "## [Unreleased]" in changelog
