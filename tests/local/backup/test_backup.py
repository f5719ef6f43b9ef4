"""A backup of a server under load restores everything; a damaged one restores nothing and says why."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from functions.bootstrap import Services, open_services
from functions.errors import NotFound
from functions.local.backup.backup import make_backup
from functions.records.attachments.store import FROM_OUTSIDE
from functions.records.document_cache import DocumentName
from functions.records.event import event_is_whole
from functions.settings import Settings
from functions.staff.sessions import SessionLimits, hash_token, open_session, resume_session
from tests.conftest import ROOT
from tests.local.conftest import Start
from tests.support.clock import Clock
from tests.support.command_line import run
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import COMMAND, Server, environment, start_server
from tests.support.store.blobs import begin, put
from tests.support.store.named_files import naming, sha
from tests.support.store.steps import first_step
from tests.support.web.raw_http import connect, file_until_cut, post_bytes, read_answer

pytestmark = pytest.mark.one_machine

CONNECTIONS = 8
BEFORE = 200


@dataclass
class Load:
    """Filings that go in on many connections; `answers` are those acknowledged so far."""

    port: int
    answers: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        asyncio.run(self._run(count(1)))

    async def _run(self, numbers: count[int]) -> None:
        await asyncio.gather(*(self._file(numbers) for _ in range(CONNECTIONS)))

    async def _file(self, numbers: count[int]) -> None:
        while not self.stopped.is_set():
            request = post_bytes(valid_self_check(uscc=make_uscc(next(numbers))))
            found = await file_until_cut(self.port, [request])
            with self.changed:
                self.answers += found
                self.changed.notify_all()

    def wait_for(self, answers: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.answers) >= answers, 60), "too few filings in a minute"


@contextmanager
def load(server: Server) -> Iterator[Load]:
    """The server under load until the block ends."""
    made = Load(server.port)
    filer = threading.Thread(target=made.run)
    filer.start()
    try:
        yield made
    finally:
        made.stopped.set()
        filer.join()


@contextmanager
def opened(data: Path) -> Iterator[Services]:
    services = open_services(Settings(data=data, schemas=ROOT / "schemas"), lock=False)
    try:
        yield services
    finally:
        services.close()


def test_a_backup_under_load_holds_every_filing_acknowledged_before_it(
    start: Start, site: Path, tmp_path: Path
) -> None:
    server = start(access_log="off")
    file, restored = tmp_path / "backup.zip", tmp_path / "restored"
    with load(server) as filed:
        filed.wait_for(BEFORE)
        before = list(filed.answers)
        told = run("backup", str(file), "--data", str(server.data))
        during = len(filed.answers) - len(before)
        filed.wait_for(len(before) + during + 1)
    assert told.returncode == 0, told.stderr
    assert during, "filings were acknowledged while the backup was made"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob(".*")] == []

    told = run("restore", str(file), "--data", str(restored))
    assert told.returncode == 0, told.stderr
    for path in (restored, *restored.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    with opened(restored) as services:
        for answer in before:
            record = services.records.read(answer["number"])
            assert record.events[0].digest == answer["digest"]
            assert all(event_is_whole(event) for event in record.events)
            assert services.records.document(record.summary.form_digest)
            assert (
                services.keys.access_code(answer["number"], kid=services.keys.hmac_kid, epoch=1)
                == answer["access_code"]
            )
            assert services.keys.verify(answer["receipt"])["number"] == answer["number"]
        assert [account.name for account in services.staff.accounts()] == ["admin"]

    second = start_server(site=site, data=restored)
    try:
        assert second.password == "", "the accounts came back, so no first one is made"
        with urlopen(f"{second.url}/healthz", timeout=10) as answer:
            assert answer.status == 200
        with connect(second.port, post_bytes(valid_self_check(uscc=make_uscc(900_000)))) as connection:
            assert read_answer(connection)[0] == 201
    finally:
        second.stop()


@pytest.fixture
def data(services: Services, clock: Clock) -> Path:
    """A data folder with a key pair, form documents, an account, and one file in a folder of a later version."""
    services.records.check_writable()
    folder = services.settings.data
    later = folder / "blobs" / "ab"
    later.mkdir(parents=True)
    (later / "cd").write_bytes(os.urandom(3000))
    (folder / "blobs" / ".half.tmp").write_bytes(b"a draft")
    return folder


@pytest.fixture
def backup(data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "backup.zip"
    assert run("backup", str(file), "--data", str(data)).returncode == 0
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "server.lock"
    }


def test_every_file_but_locks_and_drafts_comes_back_byte_for_byte(data: Path, backup: Path, tmp_path: Path) -> None:
    told = run("restore", str(backup), "--data", str(tmp_path / "restored"))
    assert told.returncode == 0, told.stderr
    back, here = contents(tmp_path / "restored"), contents(data)
    own = {name for name in here if not name.startswith("qingdan.sqlite3")} - {"blobs/.half.tmp"}
    assert set(back) == own | {"qingdan.sqlite3"}
    assert {name: back[name] for name in own} == {name: here[name] for name in own}


@pytest.fixture
def filed(services: Services, data: Path) -> Path:
    """The data folder with a filing that names three files: one looked at, one waiting, one found bad."""
    for n, area in enumerate(FROM_OUTSIDE):
        services.blobs.keep(area, sha(n), b"%d" % n)
    services.records.append(naming(first_step(1), 0, 1, 2)).result(30)
    upload = begin(services.blobs, b"half")
    put(services.blobs, upload, b"half", 1)
    return data


def test_attachments_come_back_and_half_an_upload_does_not(filed: Path, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "b.zip"), "--data", str(filed)).stderr == ""
    told = run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "restored"))
    assert told.returncode == 0
    assert told.stderr.startswith("注意：签名用备份自己带的公钥核对")
    assert len(told.stderr.splitlines()) == 1
    for n, area in enumerate(FROM_OUTSIDE):
        assert (tmp_path / "restored" / area / sha(n)).read_bytes() == b"%d" % n
    assert (filed / "incoming").is_dir()
    assert not (tmp_path / "restored" / "incoming").exists()
    assert run("verify", str(tmp_path / "restored")).stderr.count("附件") == 0


def test_documents_that_can_be_set_again_are_left_out(services: Services, data: Path, tmp_path: Path) -> None:
    services.papers.keep(DocumentName("SC-2026-000001", 1, "a" * 32), b"%PDF-1.7")
    run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "restored"))
    assert (data / "papers").is_dir()
    assert (tmp_path / "restored" / "qingdan.sqlite3").is_file()
    assert not (tmp_path / "restored" / "papers").exists()


def test_verify_ignores_cached_documents(services: Services, data: Path) -> None:
    before = run("verify", str(data))
    services.papers.keep(DocumentName("SC-2026-000001", 1, "a" * 32), b"put there by somebody")
    after = run("verify", str(data))
    assert (after.returncode, after.stdout, after.stderr) == (before.returncode, before.stdout, before.stderr)


def test_missing_or_damaged_attachments_are_reported_and_the_rest_is_backed_up(filed: Path, tmp_path: Path) -> None:
    (filed / "attachments" / sha(1)).write_bytes(b"x")
    (filed / "quarantine" / sha(0)).unlink()
    told = run("backup", str(tmp_path / "b.zip"), "--data", str(filed))
    again = run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "restored"))
    for said in (told, again):
        assert said.returncode == 0
        assert "有 2 个在备份以前就缺了或者坏了" in said.stderr
        assert (sha(0) in said.stderr, sha(1) in said.stderr, sha(2) in said.stderr) == (True, True, False)
    assert (tmp_path / "restored" / "infected" / sha(2)).read_bytes() == b"2"


@pytest.mark.parametrize("moment", range(12))
def test_a_file_moved_during_the_backup_is_included(
    services: Services, filed: Path, tmp_path: Path, moment: int
) -> None:
    """It is let out of quarantine after so many steps of the backup."""
    steps = count()

    def advance(done: int) -> None:
        if next(steps) == moment:
            services.blobs.move(sha(0), "quarantine", "attachments")

    made = make_backup(filed, tmp_path / "b.zip", at=datetime(2026, 9, 18, tzinfo=UTC), advance=advance)
    assert made.faulty == ()
    assert next(steps) > 6
    assert sha(0) in {entry.sha256 for entry in made.manifest.files}


def test_a_backup_is_an_ordinary_zip(backup: Path, tmp_path: Path) -> None:
    subprocess.run(["unzip", "-q", str(backup), "-d", str(tmp_path / "by-hand")], check=True)
    assert (tmp_path / "by-hand" / "qingdan.sqlite3").read_bytes().startswith(b"SQLite format 3")


def test_sessions_do_not_survive_a_restore(services: Services, clock: Clock, data: Path, tmp_path: Path) -> None:
    run("staff", "add", "viewer", "--role", "viewer", "--data", str(data))
    account = next(one for one in services.staff.accounts() if one.name == "viewer")
    token, _ = open_session(services.staff, account, at=clock(), entropy=services.entropy, limits=SessionLimits())
    assert run("backup", str(tmp_path / "b.zip"), "--data", str(data)).returncode == 0
    assert run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "restored")).returncode == 0
    assert hash_token(token).encode() not in (tmp_path / "restored" / "qingdan.sqlite3").read_bytes()
    with opened(tmp_path / "restored") as restored, pytest.raises(NotFound):
        resume_session(restored.staff, token, at=clock(), limits=SessionLimits())


def test_restore_refuses_a_folder_with_content(data: Path, backup: Path) -> None:
    before = contents(data)
    told = run("restore", str(backup), "--data", str(data))
    assert told.returncode == 1
    assert "已经有东西" in told.stderr
    assert contents(data) == before


def test_restore_accepts_an_empty_folder(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "restored").mkdir()
    assert run("restore", str(backup), "--data", str(tmp_path / "restored")).returncode == 0


def rewrite(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Make the zip anew, with other contents, every checksum of the zip itself in order."""
    with zipfile.ZipFile(file) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members:
            changed = change(name, content)
            if changed is not None:
                new.writestr(name, changed)


def spoil(file: Path, at: int, count: int = 1) -> None:
    content = bytearray(file.read_bytes())
    for place in range(at, at + count):
        content[place] ^= 0x55
    file.write_bytes(content)


def place_of(file: Path, name: str) -> int:
    """Where the contents of a member begin."""
    with zipfile.ZipFile(file) as opened:
        return opened.getinfo(name).header_offset + 30 + len(name.encode()) + 20


def key_of(file: Path) -> str:
    with zipfile.ZipFile(file) as opened:
        return next(name for name in opened.namelist() if name.startswith("keys/access"))


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a byte of a file": (lambda file: spoil(file, place_of(file, "blobs/ab/cd") + 100), "blobs/ab/cd"),
    "bytes of the database": (
        lambda file: spoil(file, place_of(file, "qingdan.sqlite3") + 500, 64), "qingdan.sqlite3",
    ),
    "a file exchanged by hand": (
        lambda file: rewrite(file, lambda name, held: b"x" * len(held) if name == "blobs/ab/cd" else held),
        "blobs/ab/cd",
    ),
    "a file made longer by hand": (
        lambda file: rewrite(file, lambda name, held: held + b"x" if name == "blobs/ab/cd" else held),
        "blobs/ab/cd",
    ),
    "a file taken out": (
        lambda file: rewrite(file, lambda name, held: None if name == "blobs/ab/cd" else held), "blobs/ab/cd",
    ),
    "the manifest taken out": (
        lambda file: rewrite(file, lambda name, held: None if name == "manifest.json" else held), "manifest.json",
    ),
    "a manifest of nonsense": (
        lambda file: rewrite(file, lambda name, held: b"{}" if name == "manifest.json" else held), "manifest.json",
    ),
    "a name that leads out": (
        lambda file: rewrite(
            file, lambda name, held: held.replace(b"blobs/ab/cd", b"../../ab/cd") if name == "manifest.json" else held
        ),
        "签名核对不上",  # a manifest that was changed is not even read for its names
    ),
    "the end cut off": (lambda file: os.truncate(file, file.stat().st_size - 200), "缺了一截"),
    "nothing left": (lambda file: os.truncate(file, 0), "缺了一截"),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_backup_is_refused_and_named_and_nothing_is_put_in_place(
    what: str, backup: Path, tmp_path: Path
) -> None:
    damage, named = DAMAGES[what]
    damage(backup)
    told = run("restore", str(backup), "--data", str(tmp_path / "restored"))
    assert told.returncode == 1
    assert named in told.stderr
    assert "什么也没有恢复" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "restored").exists()


def test_every_damaged_file_is_named_at_once(backup: Path, tmp_path: Path) -> None:
    key = key_of(backup)
    spoil(backup, place_of(backup, "blobs/ab/cd") + 7)
    spoil(backup, place_of(backup, key) + 7)
    told = run("restore", str(backup), "--data", str(tmp_path / "restored"))
    assert "2 处损坏" in told.stderr
    assert "blobs/ab/cd" in told.stderr
    assert key in told.stderr


@pytest.mark.parametrize(
    "arguments", [("backup", "{data}/inside.zip"), ("backup", "{none}/b.zip"), ("restore", "{none}")]
)
def test_a_place_that_cannot_be_used_is_named_with_the_cure(
    arguments: tuple[str, str], data: Path, tmp_path: Path
) -> None:
    places = {"data": data, "none": tmp_path / "none"}
    told = run(arguments[0], arguments[1].format(**places), "--data", str(data))
    assert told.returncode == 1
    assert "请" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (data / "inside.zip").exists()


def test_backup_of_a_missing_folder_is_refused(tmp_path: Path) -> None:
    told = run("backup", str(tmp_path / "b.zip"), "--data", str(tmp_path / "none"))
    assert told.returncode == 1
    assert "--data" in told.stderr
    assert list(tmp_path.iterdir()) == [], "neither a backup nor a data folder was made"


def test_a_failed_backup_leaves_the_previous_one(services: Services, data: Path, backup: Path) -> None:
    whole = backup.read_bytes()
    services.close()
    content = bytearray((data / "qingdan.sqlite3").read_bytes())
    content[4096:8192] = os.urandom(4096)
    (data / "qingdan.sqlite3").write_bytes(content)
    told = run("backup", str(backup), "--data", str(data))
    assert told.returncode == 1
    assert "损坏" in told.stderr
    assert backup.read_bytes() == whole
    assert [path.name for path in backup.parent.glob(".*")] == []


def test_a_terminal_shows_progress(data: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "backup", str(tmp_path / "b.zip"), "--data", str(data)],
        cwd=ROOT, env=environment({"TERM": "xterm", "COLUMNS": "100"}), stdout=subprocess.DEVNULL, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # how Linux says that the other side has closed
    os.close(ours)
    assert process.wait(60) == 0
    assert "备份" in shown.decode()
    assert "100%" in shown.decode()


def test_a_second_backup_to_the_same_file_is_refused_at_once(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    with (tmp_path / ".b.zip.part").open("wb") as draft:
        fcntl.flock(draft, fcntl.LOCK_EX)
        told = run("backup", str(file), "--data", str(data))
    assert told.returncode == 1
    assert "另一个程序正在写" in told.stderr
    assert run("backup", str(file), "--data", str(data)).returncode == 0, "what a killed run left is used again"
    assert [path.name for path in tmp_path.glob(".*")] == []
