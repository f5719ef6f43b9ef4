"""The commands that keep the data safe: `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.bootstrap import read_clock
from functions.local.terminal import DataOption, progress, read_settings
from functions.records.state import SHANGHAI

MEGABYTE = 1_000_000
_MOST_NAMED = 20


def backup(
    file: Annotated[Path, typer.Argument(help="写到哪个文件，例如 /var/backups/qingdan.zip。")],
    data: DataOption = None,
) -> None:
    """把填报、表单、附件、账号和密钥备份成一个文件；服务正在运行也可以用。"""
    from functions.local.backup.backup import backup_size, make_backup

    folder = read_settings(data).data
    with progress("备份", backup_size(folder)) as advance:
        made = make_backup(folder, file, at=read_clock(), advance=advance)
    held = made.manifest
    typer.echo(f"已备份 {held.filings} 件填报、{len(held.files)} 个文件，共 {_size(file.stat().st_size)}：{file}")
    _warn(made.faulty)
    typer.echo("里面有个人信息和密钥，只有本账号能读。请放到另一台机器或者另一块磁盘上，并加锁保管。")


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件。")],
    data: DataOption = None,
) -> None:
    """把备份恢复到空的数据文件夹；先核对全部校验值，有一处损坏就什么也不恢复。"""
    from functions.local.backup.backup import restore_backup
    from functions.local.backup.restore import Backup

    folder = read_settings(data).data
    with Backup(file) as backup, progress("核对和恢复", backup.size) as advance:
        faulty = restore_backup(backup, folder, advance=advance)
    held = backup.manifest
    typer.echo(f"已恢复 {held.filings} 件填报、{len(held.files)} 个文件到 {folder}")
    typer.echo(f"备份于 {_beijing(held.made_at)}（北京时间），这以后收到的填报不在里面。请启动服务，大家都要重新登录。")
    _warn(faulty)


def _warn(faulty: Sequence[str]) -> None:
    """Name the files that were missing or broken when the backup was made: nothing else is wrong with it."""
    if faulty:
        typer.echo(f"注意：填报提到的附件，有 {len(faulty)} 个在备份以前就缺了或者坏了，其余的都在：", err=True)
        for digest in faulty[:_MOST_NAMED]:
            typer.echo(f"  {digest}", err=True)
        typer.echo("请运行 qingdan verify 看是哪几件填报的，再从更早的备份里找回来", err=True)


def _size(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB"


def _beijing(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
