"""A command's output file is complete, readable by its owner only, and follows a symbolic link."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.errors import QingdanError
from functions.local.backup.archive import drafted
from functions.local.output import write_whole

CHUNKS = [b"one\n", b"two\n"]
TEXT = b"one\ntwo\n"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    out = tmp_path / "导出.csv"
    assert not write_whole(out, CHUNKS)
    assert (out.read_bytes(), mode_of(out)) == (TEXT, 0o600)
    out.chmod(0o644)
    assert not write_whole(out, CHUNKS)
    assert mode_of(out) == 0o600
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_is_kept_and_its_target_written(tmp_path: Path, there: bool) -> None:
    other = tmp_path / "other disk"
    other.mkdir()
    if there:
        (other / "kept.csv").write_bytes(b"old")
    out = tmp_path / "out.csv"
    out.symlink_to(other / "kept.csv")
    assert not write_whole(out, CHUNKS)
    assert out.is_symlink()
    assert (other / "kept.csv").read_bytes() == TEXT


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"old")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "full")

    with pytest.raises(QingdanError, match="写不进去"):
        write_whole(out, broken())
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_pipe_is_written_straight_and_stays(tmp_path: Path) -> None:
    out = tmp_path / "pipe"
    os.mkfifo(out)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(out.read_bytes()), daemon=True)
    reader.start()
    assert write_whole(out, CHUNKS)
    reader.join(10)
    assert read == [TEXT]
    assert stat.S_ISFIFO(out.stat().st_mode)


def test_a_device_is_written_straight_and_stays(tmp_path: Path) -> None:
    assert write_whole(Path("/dev/null"), CHUNKS)
    assert stat.S_ISCHR(Path("/dev/null").lstat().st_mode)
    assert not Path("/dev/.null.part").exists()


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
def test_standard_output_gets_the_content_after_what_it_has(tmp_path: Path, name: str) -> None:
    """A shell's `>>` too: opened anew, the file would begin at its start."""
    program = "import sys; from pathlib import Path; from functions.local.output import write_whole;"
    program += f"write_whole(Path({name!r}), [b'one\\n', b'two\\n'])"
    kept = tmp_path / "kept"
    kept.write_bytes(b"before\n")
    with kept.open("ab") as file:
        subprocess.run([sys.executable, "-c", program], stdout=file, check=True, timeout=60)
    assert kept.read_bytes() == b"before\n" + TEXT
    assert Path("/dev/stdout").is_symlink()


@pytest.mark.parametrize("write", [lambda out: write_whole(out, CHUNKS), lambda out: drafted(out).__enter__()])
def test_writing_to_a_folder_is_refused_with_the_cure(tmp_path: Path, write: object) -> None:
    assert callable(write)
    with pytest.raises(QingdanError, match="是文件夹。请在后面写上文件名"):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_circular_link_is_refused_with_the_cure(tmp_path: Path) -> None:
    out = tmp_path / "round"
    out.symlink_to(out)
    with pytest.raises(QingdanError, match="打不开"):
        write_whole(out, CHUNKS)


def test_a_backup_lands_where_its_link_leads(tmp_path: Path) -> None:
    other = tmp_path / "other disk"
    other.mkdir()
    out = tmp_path / "backup.zip"
    out.symlink_to(other / "backup.zip")
    with drafted(out) as (file, scratch):
        assert scratch.parent == other
        file.write(TEXT)
    assert out.is_symlink()
    assert ((other / "backup.zip").read_bytes(), mode_of(other / "backup.zip")) == (TEXT, 0o600)


def test_a_backup_to_a_device_is_refused_with_the_cure() -> None:
    with pytest.raises(QingdanError, match="是设备，不是文件"), drafted(Path("/dev/null")):
        pass
