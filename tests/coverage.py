"""`python -m tests.coverage` writes docs/coverage.md: the rows of docs/domain.md and the tests whose markers name them.

It reads the tests' text and runs none of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOT_DONE = "未做"
OPENING = f"""# Coverage

Each row of [the domain](domain.md) and the tests that prove it. {NOT_DONE}: no test proves it yet.
`make coverage` writes this page from the markers in the tests, `@pytest.mark.proves("T5")`.
To give up a row that was proven, delete its line here first.
"""
_ROW = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \|", re.MULTILINE)
_NO_PROOF = {"skip", "skipif", "xfail"}

Proofs = Mapping[str, Sequence[str]]


def main() -> int:
    """Write the page, unless a row that was proven would no longer be: then 1."""
    page = ROOT / "docs" / "coverage.md"
    proofs = proofs_in(ROOT)
    if lost := lost_rows(page.read_text(encoding="utf-8"), proofs):
        print(f"no test proves these rows any more: {', '.join(lost)}; docs/coverage.md is left as it was")
        return 1
    page.write_text(page_of(domain(), proofs), encoding="utf-8")
    rows = _ROW.findall(domain())
    print(f"{sum(row in proofs for row, _ in rows)} of {len(rows)} rows are proven")
    return 0


def domain() -> str:
    """The text of docs/domain.md."""
    return (ROOT / "docs" / "domain.md").read_text(encoding="utf-8")


def page_of(domain_text: str, proofs: Proofs) -> str:
    """The page; ValueError where a marker names a row that the domain does not have."""
    if unknown := sorted(set(proofs) - {row for row, _ in _ROW.findall(domain_text)}):
        raise ValueError(f"docs/domain.md has no row {', '.join(unknown)}: {proofs[unknown[0]][0]}")
    parts = [OPENING]
    for section in domain_text.split("\n## ")[1:]:
        lines = [
            f"| {row} | {words} | {'<br>'.join(proofs.get(row, [NOT_DONE]))} |" for row, words in _ROW.findall(section)
        ]
        table = ["| ID | Row | Proven by |", "|---|---|---|", *lines]
        parts.append("\n".join([f"## {section.partition(chr(10))[0]}", "", *table, ""]))
    return "\n".join(parts)


def lost_rows(page: str, proofs: Proofs) -> list[str]:
    """The rows that this page calls proven and no test proves."""
    proven = (line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if "](../tests/" in line)
    return [row for row in proven if row not in proofs]


def proofs_in(root: Path) -> dict[str, list[str]]:
    """By row, the tests under tests/ that prove it, by file."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.proves" in text:
            place = path.relative_to(root).as_posix()
            for row, names in _by_row(ast.parse(text, place)).items():
                tests = ", ".join(f"`{name}`" for name in names)
                found.setdefault(row, []).append(f"[{place.removeprefix('tests/')}](../{place}): {tests}")
    return found


def _by_row(module: ast.Module) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, rows in _marked(module, ()):
        for row in dict.fromkeys(rows):
            found.setdefault(row, []).append(name)
    return found


def _marked(scope: ast.Module | ast.ClassDef, above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The tests in the module or class, with the rows that they, their class or the module are marked with."""
    own = [node.value for node in scope.body if isinstance(node, ast.Assign) and _is_pytestmark(node)]
    if _skipped(own):
        return
    above += _rows(own)
    for node in scope.body:
        if isinstance(node, ast.ClassDef) and not _skipped(node.decorator_list):
            yield from _marked(node, above + _rows(node.decorator_list))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            rows = above + _rows(node.decorator_list)
            if rows and not _skipped(node.decorator_list):
                yield node.name, rows


def _is_pytestmark(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def _rows(marks: Sequence[ast.expr]) -> tuple[str, ...]:
    """What proves(...) names in these expressions, pytest.param(..., marks=...) included."""
    calls = [node for mark in marks for node in ast.walk(mark) if isinstance(node, ast.Call)]
    named = [call.args for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "proves"]
    return tuple(str(ast.literal_eval(argument)) for arguments in named for argument in arguments)


def _skipped(marks: Sequence[ast.expr]) -> bool:
    """Whether the whole test, class or module is left out or expected to fail."""
    lists = [mark.elts if isinstance(mark, ast.List) else [mark] for mark in marks]
    names = [mark.func if isinstance(mark, ast.Call) else mark for each in lists for mark in each]
    return any(isinstance(name, ast.Attribute) and name.attr in _NO_PROOF for name in names)


if __name__ == "__main__":
    raise SystemExit(main())
