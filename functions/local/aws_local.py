"""A local cloud for trials and tests: ministack as a child process, removed when no longer needed."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from functions.bootstrap import Entropy
from functions.errors import SettingError
from functions.settings import Settings
from functions.storage.aws.locations import Cloud

HOST: Final = "127.0.0.1"
SERVICES: Final = "dynamodb,s3,ssm"
# Credentials of the local cloud, which checks signed addresses by them. It never receives this machine's AWS account.
CREDENTIALS: Final[Mapping[str, str]] = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "",
}
START_SECONDS: Final = 60
STOP_SECONDS: Final = 10
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG
# Below the ports that Linux (32768) and macOS (49152) give to clients and to port 0.
_UNASKED: Final = range(20_000, 32_000)


@contextmanager
def twin_of(settings: Settings) -> Iterator[Settings]:
    """Yield these settings with a fresh local cloud, ready for use and removed when the block ends."""
    with local_cloud() as url:
        os.environ.update(CREDENTIALS)
        cloud = cloud_at(url, "qingdan-local")
        furnish(cloud)
        yield replace(settings, cloud=cloud)


def cloud_at(url: str, name: str) -> Cloud:
    """Return the resources of this name in the cloud at this address."""
    return Cloud(
        table=name,
        bucket=name,
        exports_bucket=f"{name}-exports",
        parameters=f"/{name}",
        region="us-east-1",
        endpoint=url,
    )


def furnish(cloud: Cloud) -> None:
    """Make the table, the buckets and the keys of a local cloud; existing ones stay."""
    from functions.storage.aws.opening import open_parameters
    from functions.storage.aws.provision import make_bucket, make_table
    from functions.storage.aws.session import Clients

    clients = Clients(cloud.region, cloud.endpoint)
    make_table(clients.dynamodb(), cloud.table)
    for bucket in (cloud.bucket, cloud.exports_bucket):
        make_bucket(clients.s3(), bucket)
    entropy = Entropy()
    open_parameters(cloud, entropy).make(entropy)


@contextmanager
def local_cloud() -> Iterator[str]:
    """Yield the address of a fresh, empty cloud, removed when the block ends; SettingError without ministack."""
    if find_spec("ministack") is None:
        raise SettingError("这台机器上没有 ministack，不能用 --store aws-local。请运行 pip install -e '.[dev]' 装上它")
    with TemporaryDirectory(prefix="qingdan-twin-") as scratch:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            env={**os.environ, **CREDENTIALS, **_variables(port, scratch)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        try:
            url = f"http://{HOST}:{port}"
            wait_until_ready(process, f"{url}/_ministack/health")
            yield url
        finally:
            stop(process)


def die_with_parent() -> None:
    """Run in a child before its program: it ends with its parent process, however that ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def free_port() -> int:
    """Return a free port of the loopback address that the system gives to nobody by itself."""
    while True:
        port = secrets.choice(_UNASKED)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
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
        **CREDENTIALS,
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "SERVICES": SERVICES,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "TMPDIR": scratch,
        "DOCKER_HOST": f"unix://{scratch}/none.sock",
    }
