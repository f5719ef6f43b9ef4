"""The commands about rosters: who is obliged to file; they work beside a running server."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from functions.errors import QingdanError, SequenceTaken, system_reason
from functions.local.commands.chinese_help import App
from functions.local.output import write_whole
from functions.local.terminal import DataOption, JsonOption, note, opened

WRONG: Final = 1
MOST_LINES: Final = 100
LEFT_OUT: Final = "导入的文件里没有"

roster = App(help="管理名册：哪些单位和项目要填报。")

RosterArgument = Annotated[str, typer.Argument(help="哪一份名册，例如 key-projects。")]
OnOption = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="看哪一天的，默认今天。")]


@roster.command("import")
def import_roster(
    name: RosterArgument,
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX 文件，第一行是表头。")],
    yes: Annotated[bool, typer.Option("--yes", help="不再问，直接导入。")] = False,
    data: DataOption = None,
) -> None:
    """先说明会改什么，再导入；有一处错，一行也不导入。"""
    from functions.imports.roster_file import plan_lines
    from functions.imports.roster_rows import read_rows
    from functions.imports.sheet import read_sheet
    from functions.supervision.deadlines import day_in_shanghai
    from functions.supervision.rosters.ledger import Rosters
    from functions.supervision.rosters.plan import plan_import

    content = _read(file)
    with opened(data, make=True) as services:
        form = services.catalogue.roster(name)
        read = read_rows(form, read_sheet(content), day_in_shanghai(services.clock()))
        if read.faults:
            _refuse([fault.words for fault in read.faults])
        rosters = Rosters(services.ledger, services.entropy)
        plan = plan_import(form, rosters.read(form), read.rows)
        for line in plan_lines(form, plan):
            typer.echo(line)
        if read.repairs:
            typer.echo(f"有 {read.repairs} 格的写法已经改成统一的样子（全角数字、日期、空格）")
        if plan.is_empty:
            return
        if not yes and not typer.confirm("导入吗？", default=False):
            typer.echo("没有导入。看过没有问题的，加上 --yes 再运行一次")
            return
        described = {"name": file.name, "sha256": hashlib.sha256(content).hexdigest(), "rows": len(read.rows)}
        try:
            rosters.carry_out(form, plan, file=described, reason=LEFT_OUT, actor="(console)", at=services.clock())
        except SequenceTaken:
            raise QingdanError("名册刚才被别人改过，没有导入。请再运行一次，重新看会改什么") from None
        note(services, "roster_imported", roster=form.id, rows=len(read.rows))
    typer.echo(f"已导入{form.title}：{len(read.rows)} 行")


@roster.command("show")
def show_roster(
    name: RosterArgument, on: OnOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """列出名册上的每一行，可以看过去任何一天的。"""
    from functions.imports.roster_file import named
    from functions.supervision.rosters.ledger import Rosters

    with opened(data) as services:
        form = services.catalogue.roster(name)
        found = Rosters(services.ledger, services.entropy).read(form, _day(on))
    rows = found.current()
    if as_json:
        typer.echo(json.dumps([_told(row.values, row.listed) for row in rows.values()], ensure_ascii=False))
        return
    for row in rows.values():
        typer.echo(named(form, row.values))
    typer.echo(
        f"{form.title}：{len(rows)} 行" if rows else f"{form.title}是空的。请先用 qingdan roster import 导入", err=True
    )


@roster.command("template")
def write_template(
    name: RosterArgument, out: Annotated[Path, typer.Option(help="写到哪个文件。")], data: DataOption = None
) -> None:
    """写一个空白的 XLSX 模板，填好可以导入。"""
    from functions.bootstrap import read_forms
    from functions.imports.roster_file import template
    from functions.local.terminal import read_settings

    form = read_forms(read_settings(data)).roster(name)
    straight = write_whole(out, [template(form)])
    typer.echo(f"已写好模板：{out}", err=straight)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise QingdanError(f"{file} 读不出来（{system_reason(error)}）。请核对路径和权限") from None


def _refuse(words: list[str]) -> None:
    more = f"，先列 {MOST_LINES} 处" if len(words) > MOST_LINES else ""
    typer.echo(f"有 {len(words):,} 处要改{more}，一行也没有导入", err=True)
    for line in words[:MOST_LINES]:
        typer.echo(line, err=True)
    raise typer.Exit(WRONG)


def _day(on: datetime | None) -> date | None:
    return on.date() if on else None


def _told(values: Any, listed: date) -> dict[str, Any]:
    return {**values, "listed": listed.isoformat()}
