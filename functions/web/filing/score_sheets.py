"""Where the bureau's score sheet lies: a file beside its forms, which a bureau replaces as it does a form."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from functions.errors import NotFound
from functions.settings import Settings
from functions.supervision.scoring import ScoreSheet, load_sheet

FILE: Final = "score-sheet.json"


def has_sheet(settings: Settings) -> bool:
    """Whether the bureau has one."""
    return _path(settings).is_file()


def read_sheet(settings: Settings) -> ScoreSheet:
    """The sheet; NotFound where there is none, AuthoringError where it is wrong."""
    path = _path(settings)
    try:
        return load_sheet(path.read_bytes(), str(path))
    except FileNotFoundError:
        raise NotFound(f"这里没有评分表。评分表放在 {settings.schemas / FILE}") from None


def _path(settings: Settings) -> Path:
    """Beside the compiled forms in a package, else among the forms."""
    return settings.catalogue.with_name(FILE) if settings.catalogue else settings.schemas / FILE
