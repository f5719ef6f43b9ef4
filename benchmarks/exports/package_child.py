"""A package, its floor, a night or some documents, in a process of its own, so that its memory can be weighed.

`python -m benchmarks.exports.package_child WHAT DATA OUT` prints one JSON object.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from benchmarks.exports.export_child import forget_peak, peak
from benchmarks.sample import FORM
from functions.background.overnight_documents import set_missing
from functions.bootstrap import open_services
from functions.exports.bag import StoredAttachments
from functions.exports.formats import export
from functions.exports.pdf import Letterhead, Press
from functions.exports.writers import Tools
from functions.forms.definition import Definition
from functions.records.document_cache import DocumentStore
from functions.records.store import Selection
from functions.settings import Settings
from functions.storage.keys import load_keys
from functions.storage.sqlite import SqliteStore, open_store

LETTERHEAD = Letterhead("示例县档案局", "https://daj.example.gov.cn/")
AT = datetime(2026, 11, 1, tzinfo=UTC)
SECONDS_BETWEEN_LOOKS = 0.5
MANY = 300


def tools_of(data: Path, store: SqliteStore, papers: DocumentStore | None) -> Tools:
    """What desk and command line make documents with; they always have `papers`."""
    keys = load_keys(data, lambda size: b"")
    return Tools(Press(LETTERHEAD, keys, papers=papers), keys, StoredAttachments(store.blobs))


def set_documents(data: Path, _: Path) -> dict[str, float]:
    """What the server does at night, so that packages find their documents."""
    services = open_services(Settings(data=data, schemas=Path("schemas")), lock=False)
    press = Press(LETTERHEAD, services.keys, papers=services.papers)
    took: list[float] = []
    for _again in range(2):
        began, worked = time.perf_counter(), processor()
        set_missing(services, press, lambda: False)
        took += [time.perf_counter() - began, processor() - worked]
    services.close()
    return {"seconds": took[0], "cpu": took[1], "again": took[2]}


def make_package(data: Path, out: Path) -> dict[str, float]:
    """The package as desk and command line make it; a small one first, so that only growth is weighed."""
    store = open_store(data)
    tools = tools_of(data, store, store.papers)
    for _ in export("zip", store, Selection(numbers=("SC-2026-000000",)), at=AT, tools=tools).chunks:
        pass
    before, weighed = forget_peak(), _Others()
    began, worked = time.perf_counter(), processor()
    with weighed, out.open("wb") as file:
        file.writelines(export("zip", store, Selection(form=FORM), at=AT, tools=tools).chunks)
    took = {"seconds": time.perf_counter() - began, "cpu": processor() - worked}
    growth = (peak() - before) / 1000
    store.close()
    with zipfile.ZipFile(out) as packed:
        papers = sum(info.file_size for info in packed.infolist() if info.filename.endswith("/filing.pdf"))
    return {**took, "growth": growth, "others": weighed.most, "papers": papers / 1e9}


def make_floor(data: Path, out: Path) -> dict[str, float]:
    """As many bytes of as many files, by zipfile: attachments from where they lie, what is written anew from memory."""
    members = json.loads((out.parent / "sizes.json").read_text())
    longest = bytes(max(size for digest, size in members if not digest))
    began, worked = time.perf_counter(), processor()
    with zipfile.ZipFile(out, "w") as packed:
        for place, (digest, size) in enumerate(members):
            if digest:
                packed.write(data / "attachments" / digest, f"package/{place}")
            else:
                packed.writestr(f"package/{place}", longest[:size])
    return {"seconds": time.perf_counter() - began, "cpu": processor() - worked}


def make_documents(data: Path, _: Path) -> dict[str, float]:
    """One document when others were made before, and many in one zip; none is kept."""
    store = open_store(data)
    tools = tools_of(data, store, None)
    records = store.stream(Selection(form=FORM))
    first = next(records)
    form = Definition.from_document(store.document(first.summary.form_digest))
    tools.press.filing(first, form)
    second = next(records)
    began = time.perf_counter()
    tools.press.filing(second, form)
    one = time.perf_counter() - began
    numbers = tuple(f"SC-2026-{number:06d}" for number in range(MANY))
    began = time.perf_counter()
    for _chunk in export("pdf", store, Selection(numbers=numbers), at=AT, tools=tools).chunks:
        pass
    return {"one": one, "many": time.perf_counter() - began}


def processor() -> float:
    """Seconds of processor time, of this process and of those that it has started and ended."""
    return sum(used.ru_utime + used.ru_stime for used in (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)))


class _Others:
    """Looks now and then at the memory that belongs to the processes started; `most` of it at once, in MB."""

    def __init__(self) -> None:
        self.most = 0.0
        self._ended = threading.Event()
        self._looking = threading.Thread(target=self._look)

    def __enter__(self) -> None:
        self._looking.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.most = max(self.most, sum(map(_proportional, _children())) / 1000)


def _children() -> list[str]:
    return [child for task in Path("/proc/self/task").glob("*/children") for child in task.read_text().split()]


def _proportional(process: str) -> float:
    """What it uses, pages that others use too in parts, in KB of 1000 bytes; 0 when it has ended."""
    with suppress(OSError):
        found = re.search(r"Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text())
        return int(found[1]) * 1.024 if found else 0.0
    return 0.0


KINDS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "package": make_package,
    "night": set_documents,
    "package-floor": make_floor,
    "documents": make_documents,
}

if __name__ == "__main__":
    json.dump(KINDS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3])), sys.stdout)
