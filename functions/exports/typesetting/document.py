"""What is to be set in type: words and their places, decided by whoever wrote them; knows no record and no form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """One document: `parts` are what the template shows, `code` what its QR code says, `made` the day it is of."""

    parts: dict[str, Any]
    code: str
    made: tuple[int, int, int]
