"""States, timeliness and decisions are worded in one module, which all others use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from functions.records.words import CONTESTED, CORRECTIONS, DECISIONS, STATUSES, TIMELINESS
from tests.conftest import ROOT

HOME = ROOT / "functions" / "records" / "words.py"
MARKS = (*STATUSES.values(), *TIMELINESS.values(), *CORRECTIONS.values(), CONTESTED)
WORDS = {mark.word for mark in MARKS} | set(DECISIONS.values())


def texts_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_no_other_module_has_these_words_of_its_own() -> None:
    modules = [path for path in (ROOT / "functions").rglob("*.py") if path != HOME]
    found = {(str(path.relative_to(ROOT)), text) for path in modules for text in texts_of(path) if text in WORDS}
    assert not found


def test_a_filing_that_was_voided_has_one_word_for_it_everywhere() -> None:
    assert STATUSES["voided"].word == DECISIONS["void"] == "作废"
    sources = [path for path in (ROOT / "functions").rglob("*") if path.suffix in (".py", ".html")]
    assert not [path for path in sources if "已作废" in path.read_text(encoding="utf-8")]


def test_the_page_that_verifies_a_receipt_has_the_words_of_the_receipt() -> None:
    script = (ROOT / "site" / "theme" / "assets" / "javascripts" / "verify" / "wording.js").read_text(encoding="utf-8")
    found = re.search(r'on_time: "([^"]+)",\s*late: "([^"]+)"', script)
    assert found is not None
    assert found.groups() == (TIMELINESS["on_time"].word, TIMELINESS["late"].word)
