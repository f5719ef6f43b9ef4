"""The commands about the bureau's accounts; they work beside a running server, which obeys at its next request."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Final

import typer

from functions.local.commands.chinese_help import App
from functions.local.terminal import DataOption, JsonOption, note, opened

ONE_TIME: Final = "一次性密码只显示这一次，首次登录后要改。"

staff = App(help="管理本局人员的账号。")

NameArgument = Annotated[str, typer.Argument(help="账号名。")]


class RoleName(StrEnum):
    """The roles an account may have."""

    viewer = "viewer"
    officer = "officer"
    reviewer = "reviewer"
    admin = "admin"


@staff.command("add")
def add_account(
    name: NameArgument,
    role: Annotated[RoleName, typer.Option(help="角色。")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="从标准输入读密码。")] = False,
    data: DataOption = None,
) -> None:
    """增加一个账号；不从标准输入给密码的，生成一次性密码，只显示一次。"""
    from functions.staff.account_names import normal_name
    from functions.staff.accounts import make_account
    from functions.staff.passwords import Passwords

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with opened(data, make=True) as services:
        one_time = make_account(
            services.staff,
            Passwords(services.entropy),
            name=name,
            role=role.value,
            password=password,
            at=services.clock(),
        )
        note(services, "account_added", account=normal_name(name), role=role.value)
    typer.echo(f"已增加账号：{name}")
    if one_time is not None:
        typer.echo(f"一次性密码：{one_time}")
        typer.echo(ONE_TIME)


@staff.command("list")
def list_accounts(data: DataOption = None, as_json: JsonOption = False) -> None:
    """列出全部账号。"""
    from functions.staff.permissions import ROLE_TITLES

    with opened(data) as services:
        accounts = services.staff.accounts()
    if as_json:
        listed = [
            {
                "name": each.name,
                "role": each.role,
                "disabled": each.disabled,
                "must_change_password": each.must_change_password,
                "totp": each.second_factor is not None,
            }
            for each in accounts
        ]
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    for each in accounts:
        state = "已停用" if each.disabled else "要改密码" if each.must_change_password else "可用"
        steps = "两步登录" if each.second_factor else "只用密码"
        typer.echo(f"{each.name}\t{ROLE_TITLES[each.role]}\t{state}\t{steps}")


@staff.command("disable")
def disable_account(name: NameArgument, data: DataOption = None) -> None:
    """停用一个账号：登录立即全部失效，不能再登录。账号和它办过的事都还在。"""
    from functions.staff.account_names import normal_name
    from functions.staff.administration import disable

    with opened(data) as services:
        account = disable(services.staff, normal_name(name))
        note(services, "account_disabled", account=account.name)
    typer.echo(f"已停用账号：{account.name}")


@staff.command("enable")
def enable_account(name: NameArgument, data: DataOption = None) -> None:
    """重新启用一个停用的账号，密码还是原来的。"""
    from functions.staff.account_names import normal_name
    from functions.staff.administration import enable

    with opened(data) as services:
        account = enable(services.staff, normal_name(name))
        note(services, "account_enabled", account=account.name)
    typer.echo(f"已启用账号：{account.name}")


@staff.command("reset")
def reset_account(
    name: NameArgument,
    totp: Annotated[bool, typer.Option("--totp", help="连两步登录一起取消，手机丢了时用。")] = False,
    data: DataOption = None,
) -> None:
    """换发一次性密码，只显示一次；原来的密码和登录立即失效，登录试得太多的也马上解除。"""
    from functions.staff.account_names import normal_name
    from functions.staff.administration import reset_password
    from functions.staff.passwords import Passwords

    with opened(data) as services:
        known = normal_name(name)
        one_time = reset_password(services.staff, Passwords(services.entropy), known, second_factor_too=totp)
        note(services, "account_reset", account=known, **({"change": "off"} if totp else {}))
    typer.echo(f"已重置账号：{known}" + ("，两步登录已取消" if totp else ""))
    typer.echo(f"一次性密码：{one_time}")
    typer.echo(ONE_TIME)
