"""What stands in front of the service in real life: a site built for an address, and nginx or Caddy before it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from publisher.build import build

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "docs" / "deploy"
UNPACKED = ROOT / "build" / "proxies"


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


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        f"{user}\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nworker_processes 1;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n"
        "types { text/html html; text/css css; text/javascript js; image/svg+xml svg; }\n"
        f"{servers}\n}}\n",
        encoding="utf-8",
    )
    return file


def start_nginx(folder: Path, servers: str) -> int:
    """The process id of an nginx with these server blocks; it listens when this returns."""
    file = nginx_config(folder, servers)
    subprocess.run(
        [tool("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(file)], check=True, timeout=30
    )
    return int((folder / "nginx.pid").read_text())


def start_caddy(folder: Path, sites: str) -> int:
    """The process id of a Caddy with these sites; it listens when this returns."""
    file, pid = folder / "Caddyfile", folder / "caddy.pid"
    settings = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n"
    file.write_text(settings + sites, encoding="utf-8")
    homes = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    # It goes on running: a pipe would be held open by it.
    with (folder / "caddy.log").open("wb") as log:
        subprocess.run(
            [tool("caddy"), "start", "--config", str(file), "--adapter", "caddyfile", "--pidfile", str(pid)],
            check=True, timeout=30, stdout=log, stderr=log, env={"PATH": os.environ["PATH"], **homes},
        )  # fmt: skip
    return int(pid.read_text())


def stop(process: int) -> None:
    """End a proxy that was started here."""
    os.kill(process, signal.SIGTERM)
