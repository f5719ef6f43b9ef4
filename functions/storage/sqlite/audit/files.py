"""Checks the files of a data folder that are named by their SHA-256: forms and everything else we made ourselves."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from functions.records.attachments.store import FROM_OUTSIDE
from functions.records.proof.audit import Finding, Report

_NAMED = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


def check_files(folder: Path, report: Report) -> None:
    """Report every file whose content no longer matches its name.

    Skips uploaded files: the check of the records covers those that are named, and nothing vouches for the others.
    """
    for path in sorted(folder.rglob("*")):
        if _NAMED.fullmatch(path.name) and path.is_file() and path.parent.name not in FROM_OUTSIDE:
            report.count("files")
            if digest_of(path) != path.name:
                where = path.relative_to(folder).as_posix()
                report.findings.append(
                    Finding("file_changed", f"文件 {where} 的内容和文件名（指纹）对不上，被换过或者坏了")
                )


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file of any size, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
