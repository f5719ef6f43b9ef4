"""How a program's filing names a file."""

from __future__ import annotations

from typing import Any

from tests.support.filings import valid_self_check


def named(*sent: dict[str, Any]) -> dict[str, Any]:
    """A report that names these files."""
    scans = [{key: one[key] for key in ("name", "size", "sha256")} for one in sent]
    return valid_self_check() | {"files": {"scans": scans}}
