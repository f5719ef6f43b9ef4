"""Servers that a test starts with its own settings and that stop when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.serving import Server, start_server

Start = Callable[..., Server]


@pytest.fixture
def start(site: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server on this test's own data; its arguments are settings, without QINGDAN_."""
    running: list[Server] = []

    def start_one(**variables: str) -> Server:
        named = {f"QINGDAN_{name.upper()}": value for name, value in variables.items()}
        running.append(start_server(site=site, data=tmp_path / "data", variables=named))
        return running[-1]

    yield start_one
    for server in running:
        server.stop()
