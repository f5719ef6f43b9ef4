"""The command `demo`: a fresh data folder full of invented filings, made whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from functions.bootstrap import open_services, read_clock
from functions.errors import QingdanError, system_reason
from functions.local.terminal import progress, read_settings
from functions.settings import Settings

if TYPE_CHECKING:
    from functions.local.demo.fill import Plan

FOLDER: Final = Path("build/demo")


def demo(
    data: Annotated[Path, typer.Option("--data", help="填到哪个文件夹，要是空的。")] = FOLDER,
) -> None:
    """用编造的单位和填报填满一个空的数据文件夹，看经办台办起事来是什么样。"""
    from functions.local.demo.fill import ACCOUNTS
    from functions.staff.permissions import ROLE_TITLES

    plan, passwords = make_demo(read_settings(data), read_clock())
    typer.echo(f"已填好 {data}：{len(plan.lives)} 份填报，一共 {len(plan.agenda)} 步。单位和人都是编的，只供试用")
    typer.echo("经办台的账号和密码，只显示这一次：")
    for name, password in passwords.items():
        typer.echo(f"  {name:<10}{password}  {ROLE_TITLES[ACCOUNTS[name]]}")
    typer.echo(f"忘了的，用 qingdan staff reset 账号名 --data {data} 换一个")


def make_demo(settings: Settings, now: datetime) -> tuple[Plan, dict[str, str]]:
    """Fill the data folder of the settings up to `now` (aware): what happened in it, and each account's password.

    QingdanError when the folder holds something or is not of this machine; it is left as it was then.
    """
    from functions.local.demo.fill import Plan, fill

    if settings.cloud is not None:
        raise QingdanError("示例只填本机的文件夹。请先去掉 QINGDAN_STORE=aws")
    scratch = _scratch_for(settings.data)
    services = open_services(replace(settings, data=scratch), lock=True)
    try:
        plan = Plan.of(now)
        with progress("编造三年的填报", len(plan.agenda)) as advance:
            passwords = fill(services, plan, advance)
    finally:
        services.close()
    _put_in_place(scratch, settings.data)
    return plan, passwords


def _scratch_for(data: Path) -> Path:
    """A new folder beside the one that is wanted, which must hold nothing."""
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise QingdanError(f"{data} 里已经有东西，没有动它。请换一个文件夹，或者先把它改名留着")
    scratch = data.with_name(f".{data.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    return scratch


def _put_in_place(scratch: Path, data: Path) -> None:
    try:
        scratch.rename(data)
    except OSError as error:
        raise QingdanError(f"{data} 写不进去（{system_reason(error)}）。请检查文件夹和权限，再试一次") from None
