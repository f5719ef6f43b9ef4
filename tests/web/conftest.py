"""A client of the whole application, in this process, on fresh data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from functions.bootstrap import Services
from functions.local.server.server import create_app


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    client = TestClient(create_app(services), base_url="http://127.0.0.1", raise_server_exceptions=False)
    yield client
    client.close()
