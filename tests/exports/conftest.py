"""What exports of documents and packages are made with, for tests: real keys, a letterhead, attachments in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from functions.errors import NotFound
from functions.exports.pdf import Letterhead, Press
from functions.exports.writers import Tools
from functions.records.attachments.inspection import Standing
from functions.records.keys import Keys
from functions.storage.keys import load_keys

LETTERHEAD = Letterhead("示例县档案局", "https://daj.example.gov.cn/")


@dataclass
class Attachments:
    """Files that have arrived, by digest; `kept_back` are those that nobody may have, and why."""

    held: dict[str, bytes] = field(default_factory=dict)
    kept_back: dict[str, Standing] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> dict[str, Any]:
        """Keep the file; how a filing names it."""
        digest = hashlib.sha256(content).hexdigest()
        self.held[digest] = content
        return {"name": name, "size": len(content), "sha256": digest}

    def standing(self, digest: str) -> Standing:
        return self.kept_back.get(digest, "ready" if digest in self.held else "gone")

    def stream(self, digest: str) -> Iterator[bytes]:
        content = self.held.get(digest)
        if content is None:
            raise NotFound("没有这个文件")
        return iter((content[:1000], content[1000:]))


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def keys(keys_folder: Path) -> Keys:
    return load_keys(keys_folder, os.urandom)


@pytest.fixture(scope="session")
def press(keys: Keys) -> Press:
    return Press(LETTERHEAD, keys)


@pytest.fixture
def attachments() -> Attachments:
    return Attachments()


@pytest.fixture
def tools(press: Press, keys: Keys, attachments: Attachments) -> Tools:
    return Tools(press, keys, attachments)
