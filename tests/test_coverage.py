"""docs/coverage.md says which tests prove which row of the domain, and no row loses its proof unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.coverage import ROOT, domain, lost_rows, page_of, proofs_in

PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
DOMAIN = (
    "# Domain\n\n## Deadlines\n\n| ID | Row | Details |\n|---|---|---|\n| T1 | six months | x |\n| T2 | yearly | |\n"
)


def test_every_row_that_was_proven_still_is() -> None:
    lost = lost_rows(PAGE, proofs_in(ROOT))
    assert lost == [], "no test proves these rows any more"


def test_the_page_says_what_the_markers_say() -> None:
    assert page_of(domain(), proofs_in(ROOT)) == PAGE, "run make coverage"


def proofs_of(folder: Path, text: str) -> dict[str, list[str]]:
    (folder / "tests").mkdir()
    (folder / "tests" / "test_one.py").write_text(text, encoding="utf-8")
    return proofs_in(folder)


LINK = "[test_one.py](../tests/test_one.py): "


def test_markers_of_test_class_module_and_parameter_count(tmp_path: Path) -> None:
    found = proofs_of(
        tmp_path,
        """import pytest
pytestmark = [pytest.mark.proves("T1"), pytest.mark.large]
@pytest.mark.proves("T2")
def test_a(): ...
class TestB:
    pytestmark = pytest.mark.proves("T3")
    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.proves("T4", "T2"))])
    async def test_c(self, x): ...
@pytest.mark.proves("T9")
def helper(): ...
""",
    )
    assert found == {
        "T1": [f"{LINK}`test_a`, `test_c`"],
        "T2": [f"{LINK}`test_a`, `test_c`"],
        "T3": [f"{LINK}`test_c`"],
        "T4": [f"{LINK}`test_c`"],
    }


@pytest.mark.parametrize("mark", ["xfail", "skip(reason='x')", "skipif(True, reason='x')"])
def test_a_test_that_is_left_out_or_fails_proves_nothing(mark: str, tmp_path: Path) -> None:
    left_out = f"import pytest\n@pytest.mark.{mark}\n@pytest.mark.proves('T1')\ndef test_a(): ...\n"
    assert proofs_of(tmp_path, left_out) == {}


def test_a_row_without_a_test_is_said_to_be_undone() -> None:
    page = page_of(DOMAIN, {"T2": [f"{LINK}`test_a`"]})
    assert "| T1 | six months | 未做 |\n" in page
    assert f"| T2 | yearly | {LINK}`test_a` |\n" in page


def test_a_row_that_loses_its_last_test_is_named() -> None:
    page = page_of(DOMAIN, {"T2": [f"{LINK}`test_a`"]})
    assert lost_rows(page, {"T1": ["another"]}) == ["T2"]
    assert lost_rows(page, {"T2": ["another"]}) == []


def test_a_row_that_the_domain_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no row T99: .*test_one\.py"):
        page_of(DOMAIN, {"T99": [f"{LINK}`test_a`"]})
