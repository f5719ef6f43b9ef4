"""Attachments in memory and a letterhead, for exports of documents and packages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from functions.errors import NotFound
from functions.exports.pdf import Letterhead
from functions.records.attachments.inspection import Standing

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
