"""The input of the typesetter: words and their places, chosen by the caller; knows no record and no form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Document:
    """One document: `parts` for the template, `code` for its QR code, `made` for its date."""

    parts: dict[str, Any]
    code: str
    made: tuple[int, int, int]
