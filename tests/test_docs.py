"""The documentation says what the code does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions import __version__
from functions.local.commands.cli import app
from functions.settings import KNOWN_VARIABLES
from functions.storage.aws.table import TTL_ATTRIBUTE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ONE_MACHINE = (ROOT / "docs" / "deploy-one-machine.md").read_text(encoding="utf-8")
AWS = (ROOT / "docs" / "deploy-aws.md").read_text(encoding="utf-8")
DECISIONS = ROOT / "docs" / "decisions"
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md")
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
    said = CliRunner().invoke(app, [*plain[:depth], "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert said.exit_code == 0, said.output
    assert all(option in said.output for option in options)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_every_target_and_every_link_of_the_readmes_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named
    assert named <= targets
    assert [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / link).exists()] == []


SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED_TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", SECURITY)))


def test_every_test_that_the_page_on_security_names_exists() -> None:
    assert len(NAMED_TESTS) > 50
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path, _ in NAMED_TESTS}
    assert [f"{path}::{name}" for path, name in NAMED_TESTS if f"def {name}(" not in sources[path]] == []


def test_every_chapter_of_the_standard_has_its_place() -> None:
    assert re.findall(r"^## V(\d+) ", SECURITY, re.MULTILINE) == [str(chapter) for chapter in range(1, 18)]


def test_the_readme_lists_every_target_that_make_lists() -> None:
    listed = re.findall(r"^\| `make ([a-z-]+)` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(re.findall(r"^([a-z-]+):.*## (?!list the targets)", MAKEFILE, re.MULTILINE))


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


def test_the_changelog_opens_with_what_is_unreleased_and_speaks_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\](.*)$", changelog, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert versions[1][0] == __version__
    assert all(re.fullmatch(r" - \d{4}-\d\d-\d\d", day) for _, day in versions[1:])


def row_of(page: Path) -> str:
    """The row of the index that a decision's page asks for."""
    text = page.read_text(encoding="utf-8")
    opening = re.match(r"# (\d+)\. (.+)\n\n- Date: (\d{4}-\d\d-\d\d)\n- Status: (.+)\n", text)
    assert opening, f"{page.name} must open with title, date and status, as {DECISIONS.name}/README.md shows"
    number, title, day, status = opening.groups()
    assert page.name.startswith(f"{int(number):04}-")
    return f"| {number} | [{title}]({page.name}) | {day} | {status} |"


def test_the_index_of_decisions_and_the_folder_are_equal() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages)
    rows = [row_of(page) for page in pages]
    assert re.findall(r"^\| \d.*$", index, re.MULTILINE) == rows


def test_every_number_without_a_decision_is_explained() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    used = {int(page.name[:4]) for page in DECISIONS.glob("[0-9]*.md")}
    explained = re.findall(r"^- ([\d, ]+)$", index.partition("## Numbers without a page")[2], re.MULTILINE)
    assert {int(number) for line in explained for number in line.split(", ")} == set(range(1, max(used))) - used


def named_paths(text: str) -> list[str]:
    """Every path of the repository that stands in backticks; commands and patterns are none."""
    folders = "functions|site|tests|docs|content|schemas|benchmarks"
    return re.findall(rf"`((?:{folders})/[\w./-]*|[\w-]+\.(?:md|toml|yml|json))`", text)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_of_the_guides_for_engineers_exists(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)[^)]*\)", text)
    assert [link for link in links if not ((ROOT / guide).parent / link).exists()] == []
    paths = [path for path in named_paths(text) if "NAME" not in path]
    assert len(paths) > 5
    assert [path for path in paths if not exists(path)] == []


def exists(path: str) -> bool:
    # A form's own files are named without their folder.
    return (ROOT / path).exists() or any((ROOT / "schemas").glob(f"*/{path}"))


def test_every_name_that_the_architecture_page_gives_is_in_its_file() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    joined = re.sub(r"\n +", " ", text)
    pairs = re.findall(r"`((?:functions|site)/[\w./]+\.(?:py|html))`(?: \||,)? `(\w+)`", joined)
    assert len(pairs) > 40
    missing = [(path, name) for path, name in pairs if not defines(path, name)]
    assert missing == []


def defines(path: str, name: str) -> bool:
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.search(rf"(?:def |class |^){name}\b|INDEX {name}\b", text, re.MULTILINE) is not None
