"""What tests of the whole share: the built site, the forms, services on fresh data, a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from functions.bootstrap import Services, open_services, read_forms
from functions.forms.authoring.reader import read_catalogue
from functions.forms.catalogue import Catalogue
from functions.forms.definition import Definition
from functions.local.aws_local import CREDENTIALS, local_cloud
from functions.local.server.server import create_app
from functions.settings import Settings
from tests.support.browser.chromium import browser
from tests.support.clock import Clock, now
from tests.support.cloud import Cloud
from tests.support.serving import Server, start_server
from tests.support.store.dynamodb_local import start_dynamodb_local
from tests.support.stores import STORES
from tests.support.suite.once import once

__all__ = ["Clock", "Server", "browser"]
pytest_plugins = tuple(f"tests.support.suite.{name}" for name in ("counting", "examples", "order"))

ROOT = Path(__file__).parents[1]
CHEAP = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
SLOW_TO_START = frozenset(("browser", "server", "start", "twin"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("quick", "the folders and files of --quick", type="args")
    parser.addoption("--quick", action="store_true", help="only what needs no server, browser or cloud")
    parser.addoption("--conformance", action="store_true", help="on every engine, with the large tests")
    parser.addoption(
        "--store", choices=("sqlite", "aws-local"), default="sqlite", help="what the tests of the whole work on"
    )


def pytest_configure(config: pytest.Config) -> None:
    """With --quick, look only into what pyproject.toml names."""
    if config.getoption("--quick"):
        config.args[:] = [str(ROOT / place) for place in config.getini("quick")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, over a cloud, the tests of what only a folder on one machine has; when in a hurry, those that wait."""
    if config.getoption("--store") != "sqlite":
        leave_out(config, items, lambda item: item.get_closest_marker("one_machine") is not None)
    if config.getoption("--quick"):
        leave_out(config, items, lambda item: not SLOW_TO_START.isdisjoint(getattr(item, "fixturenames", ())))


def leave_out(config: pytest.Config, items: list[pytest.Item], unwanted: Callable[[pytest.Item], bool]) -> None:
    left_out = [item for item in items if unwanted(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def stores(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --store aws-local, a cloud for the whole session."""
    if request.config.getoption("--store") == "aws-local":
        STORES.url = request.getfixturevalue("twin")
    yield
    STORES.url = ""


@pytest.fixture(scope="session", autouse=True)
def forms_read_once(catalogue: Catalogue) -> Iterator[None]:
    """Give all services of this process one catalogue, whose forms compile their checks once."""

    def read(settings: Settings) -> Catalogue:
        ours = settings.catalogue is None and settings.schemas == ROOT / "schemas"
        return catalogue if ours else read_forms(settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.bootstrap.read_forms", read)
        yield


@pytest.fixture(scope="session", autouse=True)
def set_time() -> Iterator[None]:
    """With TODAY in the environment, let this process go by that time too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.bootstrap.read_clock", now)
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords at the lowest cost, in this process only: the servers that tests start hash at full cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.staff.passwords.PasswordHasher", CHEAP)
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built once a run; tests only read it."""
    from publisher.output.build import build

    return once(tmp_path_factory, "site", lambda folder: build(ROOT, folder))


@pytest.fixture(scope="session")
def site(built: Path) -> Path:
    """The site that the functions answer with."""
    return built


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The forms of this repository."""
    return read_catalogue(ROOT / "schemas")


@pytest.fixture
def definition(catalogue: Catalogue) -> Definition:
    """The self-check report (F11)."""
    return catalogue.get("annual-self-check")


@pytest.fixture
def settings(site: Path, tmp_path: Path) -> Settings:
    """Settings for fresh data, without a rate limit."""
    data = tmp_path / "data"
    return Settings(
        data=data,
        site=site,
        schemas=ROOT / "schemas",
        rate_limit=False,
        cloud=STORES.cloud(data),
        listens="http://127.0.0.1",
    )


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on an invented day on which self-check reports for 2025 are on time."""
    return Clock(datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC))


@pytest.fixture
def services(settings: Settings, clock: Clock) -> Iterator[Services]:
    """The real services on fresh data, at the time of `clock`."""
    opened = replace(open_services(settings, lock=True), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    """A client of the whole application, in this process, on fresh data."""
    client = TestClient(create_app(services), base_url="http://127.0.0.1", raise_server_exceptions=False)
    yield client
    client.close()


@pytest.fixture(scope="session")
def server(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process on a free port, on fresh data, stopped at the end."""
    running = start_server(site=site, data=tmp_path_factory.mktemp("served") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def twin() -> Iterator[str]:
    """The address of DynamoDB, S3 and the parameters on this machine, stopped at the end."""
    with pytest.MonkeyPatch.context() as patch, local_cloud() as url:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield url


@pytest.fixture(scope="session")
def ministack(twin: str) -> Cloud:
    """All that the store needs in one engine."""
    return Cloud(twin, twin)


@pytest.fixture(scope="session")
def dynamodb_local(twin: str) -> Iterator[Cloud]:
    """Amazon's own engine for the table; it has no S3, which is the other's."""
    with start_dynamodb_local() as url:
        yield Cloud(url, twin)
