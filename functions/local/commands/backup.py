"""The commands that keep the data safe: `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
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
    recipient: Annotated[
        list[str] | None, typer.Option(help="加密给这把 age 公钥（qingdan keys backup 给出的）；可以给几个。")
    ] = None,
    data: DataOption = None,
) -> None:
    """把填报、表单、附件、账号和密钥备份成一个文件，签上名；服务正在运行也可以用。"""
    from functions.local.backup.backup import backup_size, make_backup
    from functions.local.backup.protection import encrypt, read_recipients

    folder, recipients = read_settings(data).data, read_recipients(recipient or [])
    plain = file.with_name(f".{file.name}.plain") if recipients else file
    try:
        with progress("备份", backup_size(folder)) as advance:
            made = make_backup(folder, plain, at=read_clock(), advance=advance, sign=_signing(folder))
        if recipients:
            encrypt(plain, file, recipients)
    finally:
        if recipients:
            plain.unlink(missing_ok=True)
    held = made.manifest
    typer.echo(f"已备份 {held.filings} 件填报、{len(held.files)} 个文件，共 {_size(file.stat().st_size)}：{file}")
    _warn(made.faulty)
    if recipients:
        typer.echo("已经加密，要用那一把私钥才能恢复。请放到另一台机器或者另一块磁盘上。")
        return
    typer.echo("里面有个人信息和密钥，只有本账号能读。请放到另一台机器或者另一块磁盘上，并加锁保管。")


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件。")],
    identity: Annotated[Path | None, typer.Option(help="备份加了密的，给出私钥文件。")] = None,
    keys_file: Annotated[Path | None, typer.Option("--keys", help="另外存下的公钥文件（JWKS），核对是谁做的。")] = None,
    data: DataOption = None,
) -> None:
    """把备份恢复到空的数据文件夹；先核对签名和全部校验值，有一处不对就什么也不恢复。"""
    from functions.local.backup.backup import restore_backup
    from functions.local.backup.protection import readable
    from functions.local.backup.restore import Backup
    from functions.local.verify.verify import read_keys

    folder = read_settings(data).data
    trusted = read_keys(keys_file) if keys_file else None
    # Beside the data: the copy of an encrypted backup may be as large, and is as secret.
    with readable(file, identity, folder.absolute().parent) as plain, Backup(plain) as backup:
        signed = backup.require_signed(trusted)
        with progress("核对和恢复", backup.size) as advance:
            faulty = restore_backup(backup, folder, advance=advance)
    held = backup.manifest
    typer.echo(f"已恢复 {held.filings} 件填报、{len(held.files)} 个文件到 {folder}")
    typer.echo(f"备份于 {_beijing(held.made_at)}（北京时间），这以后收到的填报不在里面。请启动服务，大家都要重新登录。")
    if not signed:
        typer.echo("注意：这份备份没有签名，是旧版程序做的，看不出有没有被人换过", err=True)
    elif trusted is None:
        typer.echo("注意：签名用备份自己带的公钥核对。要说明是本局做的，请用 --keys 给出另外存下的公钥", err=True)
    _warn(faulty)


def _signing(folder: Path) -> Callable[[bytes], str] | None:
    """How the folder's own key signs; None where there is no key yet."""
    from functions.bootstrap import Entropy
    from functions.local.backup.protection import sign
    from functions.storage.keys import load_keys

    if not any((folder / "keys").glob("receipt-*.pem")):
        return None
    return partial(sign, load_keys(folder, Entropy()).signer)


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
