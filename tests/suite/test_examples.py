"""Hypothesis tries the same examples in every run, whatever was imported before."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st


def tried() -> list[str]:
    """The texts that a test of any text is given."""
    found: list[str] = []

    @given(st.text())
    def look(text: str) -> None:
        found.append(text)

    look()
    return found


def test_a_module_loaded_in_between_changes_no_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = [f"constant {n}" for n in range(400)]
    (tmp_path / "full_of_constants.py").write_text(f"CONSTANTS = {constants!r}\n", encoding="utf-8")
    before = tried()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "full_of_constants", importlib.import_module("full_of_constants"))
    assert tried() == before
