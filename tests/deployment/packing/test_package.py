"""A package holds what its function imports and nothing else, and comes out the same, byte for byte, each time."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from functions.errors import QingdanError
from functions.forms.catalogue import Catalogue
from functions.local.packing.archive import Compiler
from functions.local.packing.closure import closure_of, function_modules
from functions.local.packing.libraries import installed, pinned, required
from functions.local.packing.pack import Source, pack
from functions.local.packing.symbols import without_symbols
from tests.conftest import ROOT
from tests.deployment.packing.conftest import FAST, FUNCTIONS


def names_in(package: Path) -> set[str]:
    with zipfile.ZipFile(package) as archive:
        return set(archive.namelist())


def test_function_files_are_the_modules_that_define_a_handler() -> None:
    assert {"submit", "desk"} <= set(FUNCTIONS)
    assert not {"bootstrap", "settings", "errors", "__init__"} & set(FUNCTIONS)


def test_packing_twice_gives_the_same_bytes(source: Source, compiler: Compiler, packages: Path, tmp_path: Path) -> None:
    root, site = tmp_path / "elsewhere", tmp_path / "site"
    shutil.copytree(ROOT / "functions", root / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(source.site, site)
    again = Source(root, source.catalogue, site)
    for function in ("submit", "nightly"):
        made = pack(again, function, installed(), tmp_path / "packages", compiler=compiler, level=FAST)
        assert made.path.read_bytes() == (packages / f"{function}.zip").read_bytes()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_packages_leave_out_code_that_lambda_never_runs(packages: Path, function: str) -> None:
    names = names_in(packages / f"{function}.zip")
    tops = {name.partition("/")[0].removesuffix(".pyc") for name in names}
    unwanted = {"tests", "benchmarks", "publisher", "site-packages", "boto3", "botocore", "pydantic", "yaml", "mkdocs"}
    assert not tops & (unwanted | {"typer", "uvicorn", "rich"})
    never = ("functions/local/", "functions/storage/sqlite/", "functions/forms/authoring")
    assert not [name for name in names if name.startswith(never)]
    assert not [name for name in names if "/tests/" in name or name.endswith((".pyi", "/RECORD", "/METADATA"))]


def test_the_package_holds_only_the_needed_time_zone_and_cffi_files(packages: Path) -> None:
    names = names_in(packages / "submit.zip")
    zones = {name for name in names if name.startswith("tzdata/zoneinfo/") and not name.endswith(".pyc")}
    assert zones == {"tzdata/zoneinfo/Asia/Shanghai"}
    assert [name for name in names if name.startswith("_cffi_backend")]
    assert not [name for name in names if name.startswith(("cffi/", "pycparser/"))]
    assert [name for name in names if re.fullmatch(r"cryptography-[^/]+/licenses/LICENSE", name)]


def test_debug_symbols_are_blanked() -> None:
    header = b"\x7fELF\2\1".ljust(0x28, b"\0") + struct.pack("<Q", 128) + bytes(10) + struct.pack("<3H", 64, 4, 3)
    body = header.ljust(64, b"\0") + b"code" * 4 + b"symbols!" * 2 + b"names-of-symbols" + b"names-of-section"
    sections = ((1, 64, 0), (2, 80, 2), (3, 96, 0), (3, 112, 0))
    table = b"".join(struct.pack("<2I4Q2I2Q", 0, kind, 0, 0, at, 16, link, 0, 0, 0) for kind, at, link in sections)
    assert without_symbols(body + table) == body[:80] + bytes(32) + body[112:] + table
    assert without_symbols(b"no ELF") == b"no ELF"


def test_the_public_function_holds_no_exporter_and_no_page_of_the_desk(packages: Path) -> None:
    submit, desk = names_in(packages / "submit.zip"), names_in(packages / "desk.zip")
    heavy = (
        "xlsxwriter/",
        "jinja2/",
        "argon2/",
        "functions/exports/",
        "functions/staff/pass",
        "functions/desk/templates/",
    )
    assert not [name for name in submit if name.startswith(heavy)]
    assert {"functions/desk/templates/list.html", "jinja2/__init__.pyc", "xlsxwriter/__init__.pyc"} <= desk


@pytest.mark.parametrize("function", FUNCTIONS)
def test_modules_are_unchecked_bytecode(packages: Path, function: str) -> None:
    names = names_in(packages / f"{function}.zip")
    module = function_modules(ROOT)[function].replace(".", "/")
    assert f"{module}.pyc" in names
    assert [name for name in names if name.endswith(".py") or "__pycache__" in name] == []
    with zipfile.ZipFile(packages / f"{function}.zip") as archive:
        flags = archive.read(f"{module}.pyc")[4:8]
    assert int.from_bytes(flags, "little") == 0b01  # hash-based and unchecked, PEP 552


def test_without_a_compiler_modules_are_source(source: Source, tmp_path: Path) -> None:
    names = names_in(pack(source, "nightly", installed(), tmp_path, level=FAST).path)
    assert "functions/nightly.py" in names
    assert [name for name in names if name.endswith(".pyc")] == []


def test_the_forms_are_compiled_and_the_frame_of_the_site_is_there(packages: Path, source: Source) -> None:
    with zipfile.ZipFile(packages / "submit.zip") as archive:
        catalogue = Catalogue.load(archive.read("catalogue.json"))
        assert archive.read("site/_service/shell.html") == (source.site / "_service" / "shell.html").read_bytes()
        assert [name for name in archive.namelist() if name.startswith("site/")] == sorted(
            f"site/_service/{file.name}" for file in (source.site / "_service").iterdir()
        )
    assert [form.digest for form in catalogue] == [form.digest for form in source.catalogue]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_package_has_every_module_that_it_needs_to_start(packages: Path, function: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(packages / f"{function}.zip") as archive:
        archive.extractall(tmp_path)
    module = function_modules(ROOT)[function]
    words = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {module}; print(sys.path[-1])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "site-packages" not in done.stdout


def test_an_interpreter_of_another_version_is_refused() -> None:
    with pytest.raises(QingdanError, match=r"PACKAGE_PYTHON 是 Python .*，函数要的是 3\.7"):
        Compiler.of(sys.executable, (3, 7))
    with pytest.raises(QingdanError, match="运行不了"):
        Compiler.of("/nowhere/python", (3, 13))


def test_every_library_that_goes_into_a_package_is_pinned_with_its_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for function in FUNCTIONS:
        names = required(closure_of(ROOT, function).imported)
        assert "orjson" in names
        part = pinned(lock, names)
        assert part.count("==") >= len(names)
        assert part.count("--hash=sha256:") >= len(names)
    with pytest.raises(QingdanError, match="not-a-library"):
        pinned(lock, ["not-a-library"])
