"""Erased text is in no file of the data folder: neither in free pages nor in the write-ahead log."""

from __future__ import annotations

from pathlib import Path

from functions.records.document_cache import DocumentName
from functions.storage.sqlite import open_store
from tests.support.store.erasing import NUMBER, erasure
from tests.support.store.steps import first_step

SECRET = "要忘掉的话，只有这里写过一次" * 400


def files_with(words: str, folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_no_file_holds_erased_text(tmp_path: Path) -> None:
    data = tmp_path / "data"
    server = open_store(data, lock=True)
    for n in range(1, 40):
        server.append(first_step(n, text=SECRET if n == 1 else f"别的话 {n}")).result(30)
    server.papers.keep(DocumentName(NUMBER, 1, "a" * 32), SECRET.encode())
    part = SECRET[:14]
    assert files_with(part, data)
    beside = open_store(data)
    beside.erase(erasure(beside.read(NUMBER), 1), 1)
    beside.close()
    assert files_with(part, data) == []
    assert server.read(NUMBER).events[0].body is None
    server.append(first_step(40)).result(30)
    server.close()
    assert files_with(part, data) == []
