"""The configurations in the documentation are accepted by their programs and printed unchanged."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from functions.local.server.server import DRAIN_SECONDS
from functions.settings import KNOWN_VARIABLES
from tests.support.web.portals import CONFIGS, ROOT, Certificate, config, nginx_config, tool

PAGE = (ROOT / "docs" / "deploy-one-machine.md").read_text(encoding="utf-8")
UNITS = ("qingdan.service", "qingdan-backup.service", "qingdan-backup.timer")
PROGRAM = "/opt/qingdan/current/.venv/bin/qingdan"
MOST_EXPOSED = 2.0


@pytest.mark.parametrize("file", sorted(path.name for path in CONFIGS.iterdir()))
def test_the_page_shows_every_file_as_it_is(file: str) -> None:
    assert f"\n{(CONFIGS / file).read_text(encoding='utf-8')}```\n" in PAGE


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units in a folder, with a program that exists."""
    for name in UNITS:
        text = (CONFIGS / name).read_text(encoding="utf-8")
        assert name.endswith(".timer") or PROGRAM in text
        (tmp_path / name).write_text(text.replace(PROGRAM, "/bin/true"), encoding="utf-8")
    return tmp_path


def test_systemd_accepts_the_units(units: Path) -> None:
    told = subprocess.run(
        [tool("systemd-analyze"), "verify", *(str(units / name) for name in UNITS)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_systemd_units_are_sandboxed(units: Path, name: str) -> None:
    told = subprocess.run(
        [tool("systemd-analyze"), "security", "--offline=true", str(units / name)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)
    assert found, told.stderr
    assert float(found[1]) < MOST_EXPOSED


def test_systemd_waits_until_the_server_has_drained() -> None:
    found = re.search(r"^TimeoutStopSec=(\d+)$", config("qingdan.service", {}), re.MULTILINE)
    assert found
    assert int(found[1]) > DRAIN_SECONDS


@pytest.mark.parametrize("name", UNITS)
def test_systemd_units_set_only_known_settings(name: str) -> None:
    assert set(re.findall(r"QINGDAN_\w+", config(name, {}))) <= KNOWN_VARIABLES


@pytest.mark.parametrize("name", ["nginx.conf", "nginx-portal.conf"])
def test_nginx_accepts_its_configurations(name: str, tmp_path: Path) -> None:
    certificate = Certificate.make(tmp_path)
    if name == "nginx.conf":
        files = {
            "/etc/ssl/qingdan/fullchain.pem": str(certificate.chain),
            "/etc/ssl/qingdan/privkey.pem": str(certificate.key),
        }
        servers = config(name, files)
    else:
        servers = f"server {{ listen 127.0.0.1:18080; {config(name, {})} }}"
    told = subprocess.run(
        [tool("nginx"), "-t", "-e", str(tmp_path / "error.log"), "-c", str(nginx_config(tmp_path, servers))],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "[warn]" not in told.stderr


@pytest.mark.parametrize("name", ["Caddyfile", "Caddyfile-portal"])
def test_caddy_accepts_its_configurations(name: str, tmp_path: Path) -> None:
    shutil.copy(CONFIGS / name, tmp_path / "Caddyfile")
    told = subprocess.run(
        [tool("caddy"), "validate", "--config", str(tmp_path / "Caddyfile")],
        capture_output=True, text=True, check=False, timeout=60, env={"HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert "Valid configuration" in told.stdout + told.stderr
    assert '"level":"warn"' not in told.stderr
