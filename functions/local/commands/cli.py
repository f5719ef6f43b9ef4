"""The command line `qingdan`: parses the operator's input, makes one call, prints the result in Chinese."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing, nullcontext
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from functions import __version__
from functions.bootstrap import Services, open_services, reopen
from functions.errors import QingdanError, system_reason
from functions.exports.formats import FORMATS
from functions.exports.formats import export as make_export
from functions.local.commands import backup as resumption
from functions.local.commands import proof as proving
from functions.local.commands.chinese_help import App, run
from functions.local.commands.draw import draw
from functions.local.commands.due import due
from functions.local.commands.keys import keys
from functions.local.commands.remind import remind
from functions.local.commands.roster import roster
from functions.local.commands.score_sheet import score_sheet
from functions.local.commands.staff import ONE_TIME, staff
from functions.local.demo.command import demo
from functions.local.output import write_whole
from functions.local.terminal import (
    DataOption,
    JsonOption,
    SiteOption,
    note,
    opened,
    progress,
    read_settings,
    warn_of_links,
)
from functions.settings import MOST_WORKERS, Settings, unknown_variables

WRONG = 1

app = App(name="qingdan", add_completion=False, pretty_exceptions_enable=False)
app.add_typer(staff, name="staff")
app.add_typer(keys, name="keys")
app.add_typer(roster, name="roster")
app.command()(resumption.backup)
app.command()(resumption.restore)
app.command()(demo)
app.command()(draw)
app.command()(due)
app.command()(remind)
app.command()(score_sheet)


class StoreName(StrEnum):
    """Stores that `serve` makes itself; the settings name any other."""

    aws_local = "aws-local"


class StatusName(StrEnum):
    """The states that an export may be of."""

    submitted = "submitted"
    returned = "returned"
    accepted = "accepted"
    withdrawn = "withdrawn"
    voided = "voided"
    contested = "contested"


# Its members are the names in the registry; mypy reads only members that are written down.
FormatName = StrEnum("FormatName", list(FORMATS))  # type: ignore[misc]


def main() -> None:
    """Run the command line: exit code 0 done, 1 something given is wrong, 2 misuse."""
    try:
        code = run(app)
    except QingdanError as error:
        typer.echo(str(error), err=True)
        code = WRONG
    except OSError as error:
        typer.echo(
            f"{error.filename or '磁盘'} 读写出错（{system_reason(error)}）。请检查权限和磁盘空间，再试一次", err=True
        )
        code = WRONG
    raise SystemExit(code)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"qingdan {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="显示版本。")
    ] = False,
) -> None:
    """发布责任清单，接收网上填报。"""


@app.command()
def build(
    root: Annotated[Path, typer.Option("--root", help="项目文件夹，里面有 mkdocs.yml。")] = Path(),
    site: SiteOption = None,
) -> None:
    """检查内容和表，生成网站。"""
    from rich.console import Console

    from publisher.output.build import build as build_site

    console = Console(stderr=True)
    with console.status("开始") as status:
        report = build_site(root, read_settings(site=site).site, notify=lambda step: status.update(step))
    typer.echo(f"网站已生成：{report.folder}，{report.pages} 页，{report.files} 个文件，{report.size // 1024} KB")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听的地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口，0 为任选一个。", min=0, max=65535)] = 8000,
    data: DataOption = None,
    site: SiteOption = None,
    tls_cert: Annotated[Path | None, typer.Option(help="证书文件（PEM）。")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="证书的私钥文件（PEM）。")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="前面有负责加密的代理。")] = False,
    store: Annotated[StoreName | None, typer.Option(help="aws-local：临时用本机模拟的云端，停止后不留数据。")] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="用几个进程，默认每个处理器核一个、最多 4 个，或 QINGDAN_WORKERS。", min=1, max=MOST_WORKERS),
    ] = None,
) -> None:
    """提供网站、填报和经办台，直到收到 SIGTERM 或 Ctrl+C。"""
    from functions.local.aws_local import twin_of
    from functions.local.server.listen_address import (
        Address,
        is_any,
        is_loopback,
        listen,
        require_certificate,
        require_safe,
    )
    from functions.local.server.server import log_to_stderr
    from functions.local.server.server import serve as serve_on

    settings = read_settings(data, site)
    proxied = behind_proxy or settings.behind_proxy
    settings = replace(settings, behind_proxy=proxied, encrypted=proxied or tls_cert is not None)
    settings = replace(settings, public=proxied or not is_loopback(host))
    settings = replace(settings, workers=workers or settings.workers)
    address = Address(host, port, tls_cert, tls_key)
    require_safe(address, settings)
    require_certificate(address)
    with (
        twin_of(settings) if store is StoreName.aws_local else nullcontext(settings) as settings,
        closing(open_services(settings, lock=True)) as services,
    ):
        bound = listen(address)
        origin = f"{'https' if tls_cert else 'http'}://{_shown(host)}:{bound.getsockname()[1]}"
        root = f"{origin}/"
        services = replace(services, settings=replace(settings, listens="" if proxied or is_any(host) else origin))
        warn_of_links(services.settings)
        log_to_stderr(services.clock)
        serve_on(services, address, bound, lambda: _greet(root, first_account(services)))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def first_account(services: Services) -> str | None:
    """Return the one-time password of a new account `admin`, if there was no account; else None."""
    from functions.staff.accounts import make_account
    from functions.staff.passwords import Passwords

    # Uses a store that is closed again: this process may still have to fork.
    with closing(reopen(services)) as own:
        if own.staff.accounts():
            return None
        passwords = Passwords(own.entropy)
        one_time = make_account(own.staff, passwords, name="admin", role="admin", password=None, at=own.clock())
        note(own, "account_added", account="admin", role="admin")
        return one_time


def _greet(root: str, one_time: str | None) -> None:
    if one_time is not None:
        typer.echo(f"已建立第一个账号。登录地址：{root}desk/  账号：admin  一次性密码：{one_time}")
        typer.echo(ONE_TIME)
    typer.echo(f"网站和填报已经可以使用：{root}")
    sys.stdout.flush()


@app.command()
def export(
    form: Annotated[str, typer.Argument(help="哪一种填报，例如 annual-self-check。")],
    format: Annotated[FormatName, typer.Option(help="文件格式。")],
    out: Annotated[Path, typer.Option(help="写到哪个文件。")],
    period: Annotated[str | None, typer.Option(help="只要这一期的，例如 2025。")] = None,
    status: Annotated[StatusName | None, typer.Option(help="只要这种状态的。")] = None,
    data: DataOption = None,
) -> None:
    """把收到的填报导出成文件；服务正在运行也可以用。"""
    from functions.records.pinned import PinnedForms
    from functions.records.store import Selection
    from functions.web.filing.documents import tools_of

    with opened(data) as services:
        held = PinnedForms(services.records, services.catalogue).held()
        if form not in (known := [definition.id for definition in held]):
            raise QingdanError(f"没有名为 {form} 的表。可以导出的表：{'、'.join(known)}")
        selection = Selection(form=form, period=period, status=status)
        total = services.records.count(selection)
        tools = tools_of(services) if FORMATS[format].needs_tools else None
        asked = {name: value for name, value in (("period", period), ("status", status)) if value}
        note(services, "exported", form=form, format=format.value, filings=total, **asked)
        with progress(f"导出 {total} 份", total) as advance:
            made = make_export(
                format.value, services.records, selection, at=services.clock(), progress=advance, tools=tools
            )
            straight = write_whole(out, made.chunks)
    if not total:
        typer.echo("注意：没有一份符合。请核对 --period 和 --status", err=True)
    typer.echo(f"已导出 {total} 份：{out}", err=straight)


@app.command()
def check(
    root: Annotated[Path, typer.Option("--root", help="项目文件夹，里面有 mkdocs.yml。")] = Path(),
    as_json: JsonOption = False,
) -> None:
    """检查内容、表和设置；有错的，说明在哪个文件哪一行、怎么改。"""
    forms = _wrong_forms(root)
    errors = [*_wrong_settings(), *forms, *_wrong_score_sheet(root), *_wrong_content(root, forms)]
    unknown = [f"没有名为 {name} 的设置，它不起作用。请核对拼写，或者删去" for name in unknown_variables(os.environ)]
    if as_json:
        typer.echo(json.dumps({"errors": errors, "warnings": unknown}, ensure_ascii=False))
    else:
        for line in (*(f"注意：{words}" for words in unknown), *errors):
            typer.echo(line, err=True)
        if not errors:
            typer.echo("内容、表和设置都没有错")
    if errors:
        raise typer.Exit(WRONG)


def _wrong_settings() -> list[str]:
    try:
        Settings.from_mapping(os.environ)
    except QingdanError as error:
        return [str(error)]
    return []


def _wrong_forms(root: Path) -> list[str]:
    from functions.forms.authoring.examples import check_examples
    from functions.forms.authoring.reader import read_catalogue

    schemas = root / "schemas"
    try:
        catalogue = read_catalogue(schemas)
    except QingdanError as error:
        return str(error).splitlines()
    return [str(mistake) for form in catalogue for mistake in check_examples(schemas / form.id, form)]


def _wrong_score_sheet(root: Path) -> list[str]:
    from functions.supervision.scoring import load_sheet

    path = root / "schemas" / "score-sheet.json"
    try:
        if path.is_file():
            load_sheet(path.read_bytes(), str(path))
    except QingdanError as error:
        return [str(error)]
    return []


def _wrong_content(root: Path, said: list[str]) -> list[str]:
    from publisher.check import check_content
    from publisher.output.generate import refused_settings

    mistakes = dict.fromkeys(str(mistake) for mistake in check_content(root))
    # An unreadable form stops the content check too; it is reported once, among the forms.
    found = [mistake for mistake in mistakes if not any(words.endswith(mistake) for words in said)]
    return found or refused_settings(root)


for command in (proving.seal, proving.verify, proving.erase, proving.rebuild):
    app.command()(command)
