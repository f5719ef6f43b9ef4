"""Packages of every function for this machine, so that tests can inspect and run them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from functions.forms.catalogue import Catalogue
from functions.local.packing.archive import Compiler
from functions.local.packing.closure import function_modules
from functions.local.packing.libraries import installed
from functions.local.packing.pack import Source, pack
from tests.conftest import ROOT
from tests.support.suite.once import once

FUNCTIONS = function_modules(ROOT)
FAST = 1


@pytest.fixture(scope="session")
def compiler() -> Compiler:
    return Compiler.of(sys.executable, sys.version_info[:2])


@pytest.fixture(scope="session")
def source(site: Path, catalogue: Catalogue) -> Source:
    return Source(ROOT, catalogue, site)


@pytest.fixture(scope="session")
def packages(source: Source, compiler: Compiler, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def make(folder: Path) -> None:
        folder.mkdir()
        for function in FUNCTIONS:
            pack(source, function, installed(), folder, compiler=compiler, level=FAST)

    return once(tmp_path_factory, "packages", make)
