"""Promises that the guide for editors is complete and true: every block, examples that work, messages that are said."""

import re
from pathlib import Path

import pytest

from functions.forms.address import parse_address
from publisher.blocks import BLOCKS
from publisher.check import check_content
from publisher.content.content import load_content
from publisher.content.models import Law
from tests.publisher.checks.test_typo_lint import SLIPS
from tests.publisher.conftest import ROOT
from tests.publisher.test_check import MISTAKES

GUIDE = (ROOT / "docs" / "editing.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`::: ([^\s`]+)", GUIDE))
ADDED = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", GUIDE, re.DOTALL))
SAID = re.findall(r"^\| ([^|]*[一-鿿][^|]*) \| [a-z]", GUIDE[GUIDE.index("| It says |") :], re.MULTILINE)


def test_the_guide_names_exactly_the_existing_blocks() -> None:
    assert {name for name in NAMED if parse_address(name) is None} == set(BLOCKS)


def test_every_address_in_the_guide_is_one_of_the_list_or_a_good_example() -> None:
    known = load_content(ROOT).anchors
    assert {name for name in NAMED if parse_address(name)} <= set(known)


@pytest.mark.parametrize("name", sorted(ADDED))
def test_content_added_as_in_the_guide_passes_the_check(name: str, project: Path) -> None:
    with (project / name).open("a", encoding="utf-8") as file:
        file.write(ADDED[name])
    assert check_content(project) == []


def test_the_page_in_the_guide_is_a_page(project: Path) -> None:
    page = re.findall(r"```markdown\n(---.*?)```", GUIDE, re.DOTALL)[0]
    (project / "content" / "forms" / "annual-self-check.md").write_text(page, encoding="utf-8")
    assert check_content(project) == []


def test_messages_quoted_in_the_guide_are_those_of_check() -> None:
    causes = [*(cause for *_, cause, _ in MISTAKES.values()), *(words for *_, words in SLIPS.values())]
    assert len(SAID) > 10
    assert [words for words in SAID if not any(cause in words or words in cause for cause in causes)] == []


def test_every_state_and_kind_of_a_law_is_explained() -> None:
    fields = Law.model_json_schema()["properties"]
    states = [state for choice in fields["state"]["anyOf"] for state in choice.get("enum", ())]
    assert [word for word in [*states, *fields["kind"]["enum"]] if f"`{word}`" not in GUIDE] == []
