"""How many modules whoever reads a filing's way has to open: counted while one filing is answered."""

from __future__ import annotations

import sys
import threading
from types import FrameType
from typing import Any

from starlette.testclient import TestClient

from tests.conftest import ROOT
from tests.support.filings import valid_self_check

FUNCTIONS = str(ROOT / "functions") + "/"
MOST_MODULES = 46
MOST_OF_FORMS = 12


def test_a_filing_passes_through_few_modules(client: TestClient) -> None:
    opened: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        name = frame.f_code.co_filename
        if event == "call" and name.startswith(FUNCTIONS):
            opened.add(name.removeprefix(FUNCTIONS))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        answer = client.post("/api/submissions/annual-self-check", json=valid_self_check())
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    assert answer.status_code == 201
    assert {"submit.py", "web/filing/intake.py", "records/event.py"} <= opened
    assert len(opened) <= MOST_MODULES, sorted(opened)
    assert len([name for name in opened if name.startswith("forms/")]) <= MOST_OF_FORMS, sorted(opened)
