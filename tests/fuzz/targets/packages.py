"""Packages for other archives: the check says what it found and never fails; no changed member goes unnoticed."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from functions.errors import QingdanError
from functions.exports.bag import About, Package
from functions.exports.pdf import Letterhead, Press
from functions.local.verify.package_check import SIGNATURE, check_package, is_package
from functions.storage.keys import load_keys
from tests.fuzz.zips import Spliced
from tests.support.exports.attachments import Attachments
from tests.support.filings import valid_self_check
from tests.support.forms import self_check
from tests.support.records import History

FOLDER = tempfile.TemporaryDirectory(prefix="qingdan-fuzz-")
KEYS = load_keys(Path(FOLDER.name), os.urandom)


def package() -> bytes:
    """A package of one filing with an attachment."""
    held = Attachments()
    answers = valid_self_check()
    answers["responsible"] |= {"scans": [held.add("盖章页.pdf", b"%PDF-1.7 sample")]}
    history = History(KEYS).file(answers).accept()
    package = Package(Press(Letterhead("示例县档案局", ""), KEYS), KEYS, lambda _: self_check().document, held)
    about = About("示例县档案局", "", "示例", "qingdan-package-1", datetime(2026, 10, 1, tzinfo=UTC))
    return b"".join(package.stream([history.record], about))


SPLICED = Spliced.of(package())


def seeds() -> list[bytes]:
    return SPLICED.seeds()


def check(data: bytes) -> None:
    name, content = SPLICED.replaced(data)
    path = Path(FOLDER.name) / "package.zip"
    path.write_bytes(SPLICED.made_from(data))
    if not is_package(path):
        return
    for keys in (KEYS.public_keys, None):
        try:
            report = check_package(path, keys, lambda done: None)
        except QingdanError:
            continue
        unchanged = not name or SPLICED.members[name].strip() == content.strip()
        assert report.findings or unchanged or (keys is None and name.endswith(SIGNATURE)), name
