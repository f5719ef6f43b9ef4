"""One strict build by MkDocs itself, with the files our build adds, and copies of the content to break."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.content.content import load_content
from publisher.data.open_data import write_files
from tests.support.site.built_page import Node, read
from tests.support.suite.once import once

ROOT = Path(__file__).resolve().parents[2]


def run_mkdocs(root: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(out: Path) -> None:
        run = run_mkdocs(ROOT, out)
        assert run.returncode == 0, run.stderr
        write_files(load_content(ROOT), out)

    return once(tmp_path_factory, "site by MkDocs itself", make)


@pytest.fixture(scope="session")
def main_of(site: Path) -> Callable[[str], Node]:
    def main(page: str) -> Node:
        return read((site / page / "index.html").read_text(encoding="utf-8")).find("main")[0]

    return main


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what an editor may change, with its settings."""
    for name in ("content", "schemas"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "site").mkdir()
    shutil.copytree(ROOT / "site" / "theme", tmp_path / "site" / "theme")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path / "mkdocs.yml")
    return tmp_path
