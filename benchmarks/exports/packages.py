"""How fast filings with attachments become a package, beside `zipfile` copying as many bytes; what their PDFs take."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bagit

from benchmarks.report import Table
from benchmarks.sample import FORM
from benchmarks.seed import steps, store_all
from functions.forms.authoring.reader import read_form
from functions.forms.definition import Definition
from functions.records.event import make_event
from functions.records.store import Append
from functions.storage.document_cache import PAPERS
from functions.storage.sqlite import open_store

FILINGS = 10_000
FILES = 2
SMALLEST, LARGEST = 200_000, 2_000_000
ROOM = 50_000
PATIENCE = 3600


def run(folder: Path, year: int, filings: int = FILINGS, sizes: tuple[int, int] = (SMALLEST, LARGEST)) -> Table:
    """The package beside its floor. Needs twice the disk that it holds: some 45 GB; with smaller `sizes`, less."""
    del year
    needed = 2 * filings * FILES * (sum(sizes) // 2 + ROOM)
    if shutil.disk_usage(folder).free < needed * 1.1:
        raise RuntimeError(f"{folder} needs {needed / 1e9:.0f} GB of free disk; set TMPDIR to where there is as much")
    data, package = folder / "data", folder / "package.zip"
    table = Table(f"package of {filings:,} filings with {FILES} attachments of {sizes[0]:,} to {sizes[1]:,} bytes each")
    _seed(data, filings, sizes)
    documents = child("documents", data, folder)
    table.add("one PDF, warm", documents["one"] * 1000, "ms", "below", 300)
    table.add("300 PDFs in a zip", documents["many"], "s", "below", 30)
    first = child("package", data, package)
    (folder / "sizes.json").write_text(json.dumps(_sizes(package)))
    package.unlink()
    shutil.rmtree(data / PAPERS)
    night = child("night", data, package)
    floor = child("package-floor", data, package)
    package.unlink()
    seen = child("package", data, package)
    size, papers = package.stat().st_size / 1e9, f"{seen['papers']:.1f} GB of them PDF"
    table.add("the night that sets their documents", night["seconds"], "s", note=_cpu(night))
    table.add("… the next, which finds them all there", night["again"], "s")
    table.add("seconds, reading from the store included", seen["seconds"], "s", note=_cpu(seen))
    table.add("bytes", size, "GB", note=papers)
    table.add("floor: zipfile copies as many bytes of as many files", floor["seconds"], "s", note=_cpu(floor))
    table.add("throughput against the floor", floor["seconds"] / seen["seconds"], "x", "at least", 0.6)
    table.add("… of the first package, where no night was", floor["seconds"] / first["seconds"], "x", note=_cpu(first))
    others = f"{first['others']:.0f} MB besides, of the process that sets documents"
    table.add("growth of peak memory", seen["growth"], "MB", "below", 150)
    table.add("… of the first package", first["growth"], "MB", "below", 150, others)
    for path in (data / "attachments").iterdir():
        path.unlink()
    with zipfile.ZipFile(package) as packed:
        packed.extractall(folder / "unpacked")
    package.unlink()
    (bag,) = (folder / "unpacked").iterdir()
    table.add("bagit.py finds wrong", 0 if bagit.Bag(str(bag)).validate(processes=2) else 1, "", "at most", 0)
    return table


def child(what: str, data: Path, out: Path) -> dict[str, float]:
    """What the process for this one thing printed."""
    command = [sys.executable, "-m", "benchmarks.exports.package_child", what, str(data), str(out)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=PATIENCE)
    seen: dict[str, float] = json.loads(done.stdout)
    return seen


def _cpu(seen: dict[str, float]) -> str:
    return f"{seen['cpu']:.0f} s of processor time"


def _sizes(package: Path) -> list[tuple[str, int]]:
    """The members in their order: of an attachment its digest's name in the store, of others none."""
    found = []
    with zipfile.ZipFile(package) as packed:
        named = _digests(packed)
        for info in packed.infolist():
            if not info.is_dir():
                digest = named.get(info.filename.partition("/")[2], "") if "/attachments/" in info.filename else ""
                found.append((digest, info.file_size))
    return found


def _digests(packed: zipfile.ZipFile) -> dict[str, str]:
    """The digest of each file of the payload, from the manifest."""
    (manifest,) = (name for name in packed.namelist() if name.endswith("/manifest-sha256.txt"))
    lines = packed.read(manifest).decode().splitlines()
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines)}


def _seed(data: Path, count: int, sizes: tuple[int, int]) -> None:
    """Filings and their files, laid down as the store lays them, but for the syncing of each."""
    definition = Definition.from_document(read_form(Path("schemas") / FORM))
    store = open_store(data)
    try:
        store.keep_document(definition.digest, definition.document)
        store_all(store, _with_files(data, definition, count, sizes))
    finally:
        store.close()
    os.sync()


def _with_files(data: Path, definition: Definition, count: int, sizes: tuple[int, int]) -> Iterator[Append]:
    chance = random.Random(20260930)
    block = chance.randbytes(sizes[1])
    folder = data / "attachments"
    folder.mkdir(mode=0o700)
    for place, step in enumerate(steps(data, definition, count)):
        files = [_file(folder, f"{place} {n}", block[: chance.randrange(*sizes)]) for n in range(FILES)]
        (first,) = step.events
        body = json.loads(first.body or b"")
        body["data"]["files"] = {"scans": files}
        event = make_event(
            number=first.number,
            form=first.form,
            sequence=first.sequence,
            type=first.type,
            at=first.at,
            actor=first.actor,
            previous=first.previous,
            body=body,
            salt=first.salt or b"",
        )
        yield replace(step, events=(event,))


def _file(folder: Path, name: str, block: bytes) -> dict[str, Any]:
    """A file of its own, of bytes that do not compress; how a filing names it."""
    content = f"%PDF-1.7 {name}\n".encode() + block
    digest = hashlib.sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return {"name": f"盖章扫描件 {name}.pdf", "size": len(content), "sha256": digest}
