"""The data folder is private, belongs to one server, and is never opened by a program older than its data."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.errors import StoreLocked, StoreUnavailable
from functions.records.store import Idempotency, Selection
from functions.storage.folder import private_folder, write_once
from functions.storage.keys import load_keys
from functions.storage.sqlite import open_store
from functions.storage.sqlite.schema import _ANSWERS_END, _NAMED, STEPS
from tests.support.store.named_files import naming, shas
from tests.support.store.steps import digest_of, first_step


def test_only_the_owner_can_read_the_folder_and_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    store = open_store(folder, lock=True)
    store.append(first_step(1)).result(30)
    store.keep_document(digest_of(b"{}"), b"{}")
    load_keys(folder, os.urandom)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]}
    store.close()
    assert len(modes) >= 9
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_a_world_readable_folder_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    open_store(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_server_is_refused_and_told_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = open_store(folder, lock=True)
    with pytest.raises(StoreLocked) as refusal:
        open_store(folder, lock=True)
    assert str(folder) in str(refusal.value)
    assert "--data" in str(refusal.value)
    first.close()
    open_store(folder, lock=True).close()


def test_a_server_that_died_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from functions.storage.sqlite import open_store; "
        "open_store(Path(sys.argv[1]), lock=True); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "data"], check=False)
    open_store(tmp_path / "data", lock=True).close()


def test_a_command_works_while_the_server_runs(tmp_path: Path) -> None:
    server = open_store(tmp_path / "data", lock=True)
    command = open_store(tmp_path / "data")
    futures = [store.append(first_step(2 * n + i)) for n in range(100) for i, store in enumerate((server, command))]
    for future in futures:
        future.result(30)
    assert server.count(Selection()) == command.count(Selection()) == 200
    command.close()
    server.append(first_step(200)).result(30)
    server.close()


def test_data_of_a_newer_release_is_refused_unchanged(tmp_path: Path) -> None:
    open_store(tmp_path / "data").close()
    path = tmp_path / "data" / "qingdan.sqlite3"
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    newer.close()
    with pytest.raises(StoreUnavailable, match="请改用新版程序"):
        open_store(tmp_path / "data", lock=True)
    # Refusing it lets go of the folder.
    with pytest.raises(StoreUnavailable, match="请改用新版程序"):
        open_store(tmp_path / "data", lock=True)


def test_data_of_an_older_step_is_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    older = sqlite3.connect(folder / "qingdan.sqlite3")
    older.executescript(STEPS[0] + "PRAGMA user_version = 1;")
    older.close()
    (folder / "qingdan.sqlite3").chmod(0o600)
    store = open_store(folder)
    store.append(first_step(1)).result(30)
    assert store.staff.accounts() == ()
    store.close()


def test_files_of_filings_from_an_older_release_become_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = open_store(folder)
    store.append(naming(first_step(1), 1, 2)).result(30)
    store.append(first_step(2, text='"sha256"')).result(30)
    store.close()
    older = sqlite3.connect(folder / "qingdan.sqlite3", isolation_level=None)
    older.execute("UPDATE events SET body = CAST('{\"sha256\"' AS BLOB) WHERE number = 'SC-2026-000002'")
    older.execute("DROP TABLE named")
    older.execute("DROP TABLE filed")
    older.execute("DROP TABLE ledger")
    older.execute("ALTER TABLE seals DROP COLUMN last_step")
    older.execute("DROP TABLE first_answers")
    older.execute("DROP INDEX idempotency_at")
    older.execute("ALTER TABLE idempotency DROP COLUMN at")
    older.execute(f"PRAGMA user_version = {STEPS.index(_NAMED)}")
    older.close()
    again = open_store(folder)
    assert again.named(shas(1, 2, 3)) == shas(1, 2)
    again.close()


def test_answers_of_an_older_release_expire_by_their_filing_date(tmp_path: Path) -> None:
    """Those of contested filings, and what names no filing, stay."""
    folder = tmp_path / "data"
    store = open_store(folder)
    for step in (
        first_step(1, key="a", guard="g"),
        first_step(2, key="b", guard="g", contest=True),
        first_step(3, key="c", guard="h"),
    ):
        answer = json.dumps({"number": step.summary.number}).encode()
        store.append(replace(step, answer=answer)).result(30)
    store.close()
    older = sqlite3.connect(folder / "qingdan.sqlite3", isolation_level=None)
    older.execute("UPDATE idempotency SET answer = x'00ff' WHERE key = 'c'")
    older.execute("DROP TABLE filed")
    older.execute("DROP INDEX idempotency_at")
    older.execute("ALTER TABLE idempotency DROP COLUMN at")
    older.execute(f"PRAGMA user_version = {STEPS.index(_ANSWERS_END)}")
    older.close()
    again = open_store(folder)
    again.forget_answers(datetime(2030, 1, 1, tzinfo=UTC))
    kept = [again.recall(Idempotency(key, "a" * 64)) is not None for key in "abc"]
    assert kept == [False, True, True]
    again.close()


def test_accounts_and_sessions_of_an_older_release_stay_valid(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    older = sqlite3.connect(folder / "qingdan.sqlite3")
    older.executescript(STEPS[0] + STEPS[1] + "PRAGMA user_version = 2;")
    at = "2026-09-18T04:00:00.000000+00:00"
    older.execute("INSERT INTO accounts VALUES ('示例甲', 'admin', '$argon2id$', 0, 0, ?)", (at,))
    older.execute("INSERT INTO sessions VALUES ('t', '示例甲', 'csrf', ?, ?)", (at, at))
    older.commit()
    older.close()
    (folder / "qingdan.sqlite3").chmod(0o600)
    store = open_store(folder)
    account, session = store.staff.account("示例甲"), store.staff.session("t")
    assert (account.second_factor, account.epoch, session.epoch, session.client) == (None, 0, 0, "")
    assert store.staff.replace_account(replace(account, epoch=1)).revision == 1
    store.close()


def test_a_file_that_is_not_a_database_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "qingdan.sqlite3").write_bytes(b"not a database, " * 1000)
    with pytest.raises(StoreUnavailable, match="用 qingdan restore 恢复备份"):
        open_store(folder)


def test_every_commit_is_synced(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    asked = store.writer.submit(
        lambda connection: [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
    )
    assert asked.result(30) == ["wal", 2]
    store.close()


def test_concurrent_threads_can_create_the_same_folder_and_file(tmp_path: Path) -> None:
    """Two files that arrive in the first second of a new data folder; a part that is sent again while it arrives."""
    together = threading.Barrier(8, timeout=30)

    def write(turn: int) -> bytes:
        for number in range(30):
            together.wait()
            path = private_folder(tmp_path / f"{number}" / "quarantine") / "part"
            write_once(path, b"content")
        return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))) == [b"content"] * 8
    assert list(tmp_path.rglob("*.tmp")) == []
