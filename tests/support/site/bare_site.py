"""The part of a built site that reminders read, for tests that show no page."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.support.serving import ROOT


def write_bare_site(folder: Path, address: str = "https://daj.example/") -> Path:
    """Write it with the words of this repository's content."""
    words = yaml.safe_load((ROOT / "content" / "data" / "reminders.yml").read_text(encoding="utf-8"))
    service = folder / "_service"
    service.mkdir(parents=True, exist_ok=True)
    (service / "shell.html").write_text("")
    facts = {"base": "/", "address": address, "bureau": "示例县档案局", "reminders": words}
    (service / "assets.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder
