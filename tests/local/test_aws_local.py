"""`serve --store aws-local`: the same server over a local imitation of the cloud that ends with the server."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.filings import valid_self_check
from tests.support.serving import Server, start_server
from tests.support.web.raw_http import connect, post_bytes, read_answer

pytestmark = pytest.mark.one_machine


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and not yet seen end."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def command_of(pid: int) -> bytes:
    """What the process was started with."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def file(server: Server, key: str) -> tuple[int, bytes]:
    with connect(server.port, post_bytes(valid_self_check(), key=key)) as connection:
        return read_answer(connection)


@pytest.mark.parametrize("end", [Server.stop, Server.kill])
def test_the_server_stores_in_the_local_cloud_and_removes_it_on_exit(
    end: Callable[[Server], object], site: Path, tmp_path: Path
) -> None:
    server = start_server(site=site, data=tmp_path / "data", arguments=("--store", "aws-local"))
    try:
        assert server.password, "the cloud is fresh, so there is a first account"
        status, first = file(server, "a-key")
        assert (status, json.loads(first)["form"]) == (201, "annual-self-check")
        assert file(server, "a-key") == (201, first)
        assert file(server, "another")[0] == 409
        (cloud,) = (pid for pid in children_of(server.process.pid) if b"ministack" in command_of(pid))
        watched = os.pidfd_open(cloud)
    finally:
        end(server)
    assert not (tmp_path / "data").exists()
    # Readable once the process has ended.
    ended, _, _ = select.select([watched], [], [], 10)
    os.close(watched)
    assert ended
