"""A cloud on this machine for looking and testing: ministack as a process beside, gone when it is no longer needed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from functions.errors import SettingError

HOST: Final = "127.0.0.1"
SERVICES: Final = "dynamodb,s3,ssm"
# Any will do: the twin checks no signature. Nothing of this machine's own account is ever sent to it.
CREDENTIALS: Final[Mapping[str, str]] = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "",
}
START_SECONDS: Final = 30
STOP_SECONDS: Final = 10


@contextmanager
def local_cloud() -> Iterator[str]:
    """The address of a fresh, empty cloud, gone when the block ends; SettingError without ministack."""
    if find_spec("ministack") is None:
        raise SettingError("这台机器上没有 ministack，不能用 --store aws-local。请运行 pip install -e '.[dev]' 装上它")
    with TemporaryDirectory(prefix="qingdan-twin-") as scratch:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={**os.environ, **_variables(port, scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            url = f"http://{HOST}:{port}"
            wait_until_ready(process, f"{url}/_ministack/health")
            yield url
        finally:
            stop(process)


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Return once the address answers; SettingError when the process ends before that, or takes too long."""
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            urlopen(url, timeout=1).close()  # noqa: S310 - a loopback address
        except HTTPError:
            return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.02)
        else:
            return
    raise SettingError("本机的云端没有启动起来。请再试一次；还是不行，请改用默认的存储")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _variables(port: int, scratch: str) -> dict[str, str]:
    return {
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "SERVICES": SERVICES,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "TMPDIR": scratch,
        "DOCKER_HOST": f"unix://{scratch}/none.sock",
    }
