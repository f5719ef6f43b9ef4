"""The commands about the keys behind access codes and receipts; none ever changes or shows a key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from functions.bootstrap import Entropy
from functions.local.commands.chinese_help import App
from functions.local.terminal import DataOption, note, opened, read_settings

keys = App(help="管理查询码和回执的密钥。")


@keys.callback()
def about_keys() -> None:
    """管理查询码和回执的密钥。"""


@keys.command("init")
def init_keys(data: DataOption = None) -> None:
    """建立还没有的密钥；已有的保持原样。"""
    settings, entropy = read_settings(data), Entropy()
    if settings.cloud is None:
        from functions.storage.keys import load_keys

        load_keys(settings.data, entropy)
        typer.echo(f"密钥齐全，在 {settings.data / 'keys'}。请连同数据一起备份")
        return
    from functions.storage.aws.opening import open_parameters

    for name in open_parameters(settings.cloud, entropy).make(entropy):
        typer.echo(f"已建立 {name}")
    typer.echo(f"密钥齐全，在 {settings.cloud.parameters}。请另外备份一份，密钥丢了，旧的查询码就不能核对了")


@keys.command("backup")
def backup_keys(
    file: Annotated[Path, typer.Argument(help="私钥写到哪个文件；写好以后拿到别处锁好，不要留在这台机器上。")],
) -> None:
    """建立一对加密备份用的密钥：公钥给 qingdan backup --recipient，私钥只在恢复时用。"""
    from functions.local.backup.protection import new_identity

    typer.echo(f"公钥：{new_identity(file)}")
    typer.echo(f"私钥在 {file}，只有本账号能读。请拿到别处锁好：丢了它，加了密的备份谁也打不开")


@keys.command("rotate")
def rotate_keys(data: DataOption = None) -> None:
    """换一套新的密钥，给以后的填报用；旧的留着，旧回执和旧查询码照样能核对。"""
    with opened(data) as services:
        settings, entropy = services.settings, services.entropy
        if settings.cloud is None:
            from functions.storage.keys import rotate_keys as rotate

            kid = rotate(settings.data, entropy).signer.kid
        else:
            from functions.storage.aws.opening import open_parameters

            kid = open_parameters(settings.cloud, entropy).rotate(entropy)[0].rpartition("/")[2]
        note(services, "keys_rotated", kid=kid)
    typer.echo(f"已换上新的密钥 {kid}。正在运行的服务，重启以后才用它")
    typer.echo("新的密钥也要备份；旧的不要删，旧回执和旧查询码还要用")
