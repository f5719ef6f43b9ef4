"""A folder filled as `make demo` does, on an invented day, made once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.bootstrap import Services, open_services
from functions.local.demo.command import make_demo
from functions.local.demo.fill import Plan
from functions.settings import Settings
from tests.conftest import ROOT

NOW = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Filled:
    """The folder, open, with what was planned and the passwords that were given."""

    services: Services
    plan: Plan
    passwords: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.services.settings.data


def open_folder(folder: Path) -> Services:
    return open_services(Settings(data=folder, schemas=ROOT / "schemas"), lock=False)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("demo")
    plan, passwords = make_demo(Settings(data=folder, schemas=ROOT / "schemas"), NOW)
    services = open_folder(folder)
    yield Filled(services, plan, passwords)
    services.close()
