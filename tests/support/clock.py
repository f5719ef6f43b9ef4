"""A clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Clock:
    """Called, it gives `at`, aware UTC."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at
