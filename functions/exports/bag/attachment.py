"""Which attachments a version of a filing names; knows no form and no store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a filing names: its SHA-256, its name as it was sent, its size in bytes."""

    digest: str
    name: str
    size: int


def attachments_in(data: Any) -> Iterator[Attachment]:
    """Every attachment in the answers, in their order: an object of `name`, `size` and `sha256`."""
    if isinstance(data, list):
        for item in data:
            yield from attachments_in(item)
    elif isinstance(data, dict):
        name, size, digest = (data.get(key) for key in ("name", "size", "sha256"))
        if isinstance(name, str) and isinstance(size, int) and isinstance(digest, str) and _DIGEST.fullmatch(digest):
            yield Attachment(digest, name, size)
        else:
            for value in data.values():
                yield from attachments_in(value)
