"""Proxies in front of the service: a site built for an address, and nginx or Caddy before it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from publisher.output.build import build

ROOT = Path(__file__).parents[3]
CONFIGS = ROOT / "docs" / "deploy"
UNPACKED = ROOT / "build" / "proxies"
START_SECONDS = 30
STOP_SECONDS = 10


def build_site(folder: Path, *, site_url: str, service_url: str = "") -> Path:
    """The site of this repository, built for an address, with the service at another when one is given."""
    for name in ("content", "schemas", "site/theme"):
        shutil.copytree(ROOT / name, folder / name)
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    text = text.replace('site_url: ""', f'site_url: "{site_url}"')
    text = text.replace('service_url: ""', f'service_url: "{service_url}"')
    (folder / "mkdocs.yml").write_text(text, encoding="utf-8")
    build(folder, folder / "build" / "site")
    return folder / "build" / "site"


def tool(name: str) -> str:
    """The program, installed or unpacked by `make proxies`; the test is skipped where it is neither."""
    places = [os.environ["PATH"], "/usr/sbin", *(str(UNPACKED / part) for part in ("usr/sbin", "usr/bin"))]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        pytest.skip(f"no {name} here; `make proxies` unpacks one")
    return found


def config(name: str, changes: dict[str, str]) -> str:
    """A configuration of the documentation, with what a test has otherwise put in its place."""
    text = (CONFIGS / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, f"{name} no longer says {old}"
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Certificate:
    """Two PEM files."""

    chain: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Certificate:
        """One for this machine, signed by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "daj.example.gov.cn")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), False
            )
            .sign(key, hashes.SHA256())
        )
        chain, private = folder / "fullchain.pem", folder / "privkey.pem"
        chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return cls(chain, private)


def nginx_config(folder: Path, servers: str) -> Path:
    """A whole configuration around server blocks; everything it writes lies in the folder."""
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"{user}\npid {folder}/nginx.pid;\nerror_log {folder}/error.log warn;\nworker_processes 1;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n"
        "types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }\n"
        f"{servers}\n}}\n",
        encoding="utf-8",
    )
    return file


@contextmanager
def nginx(folder: Path, servers: str, port: int) -> Iterator[None]:
    """An nginx with these server blocks, listening on the port as long as the block lasts."""
    file, log = nginx_config(folder, servers), folder / "error.log"
    command = [tool("nginx"), "-e", str(log), "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with listening(command, port, folder / "nginx.log"):
        yield


@contextmanager
def caddy(folder: Path, sites: str, port: int) -> Iterator[None]:
    """A Caddy with these sites, listening on the port as long as the block lasts."""
    file = folder / "Caddyfile"
    settings = (
        "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n"
        "\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n"
    )
    file.write_text(settings + sites, encoding="utf-8")
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    command = [tool("caddy"), "run", "--config", str(file), "--adapter", "caddyfile"]
    with listening(command, port, folder / "caddy.log", homes):
        yield


@contextmanager
def listening(command: list[str], port: int, log: Path, variables: Mapping[str, str] | None = None) -> Iterator[None]:
    """The program as long as the block lasts, once it takes connections; AssertionError with its words if never."""
    with (
        log.open("wb") as words,
        subprocess.Popen(
            command, stdout=words, stderr=words, env={"PATH": os.environ["PATH"], **(variables or {})}
        ) as process,
    ):
        try:
            end = time.monotonic() + START_SECONDS
            while not takes_connections(port):
                running = process.poll() is None and time.monotonic() < end
                assert running, log.read_text(encoding="utf-8")
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
