"""The commands about rosters: who is obliged to file; they work beside a running server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from functions.errors import QingdanError, SequenceTaken, system_reason
from functions.local.commands.chinese_help import App
from functions.local.output import write_whole
from functions.local.terminal import DataOption, JsonOption, note, opened, progress
from functions.staff.audit_log import CONSOLE

if TYPE_CHECKING:
    from functions.forms.roster_form import RosterForm
    from functions.supervision.rosters.ledger import Rosters
    from functions.supervision.rosters.state import Roster, RowKey

WRONG: Final = 1
MOST_LINES: Final = 100
LEFT_OUT: Final = "导入的文件里没有"

roster = App(help="管理名册：哪些单位和项目要填报。")

RosterArgument = Annotated[str, typer.Argument(help="哪一份名册，例如 key-projects。")]
CodeArgument = Annotated[str, typer.Argument(help="单位的统一社会信用代码。")]
ProjectOption = Annotated[str, typer.Option(help="项目名称：这个单位有几个项目时。")]
ReasonOption = Annotated[str, typer.Option(help="为什么改，以后查得到。")]
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
        lines = read_sheet(content)
        with progress("核对各行", len(lines)) as advance:
            read = read_rows(form, lines, day_in_shanghai(services.clock()), advance)
        if read.faults:
            _refuse([fault.words for fault in read.faults], "一行也没有导入")
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
            rosters.carry_out(form, plan, file=described, reason=LEFT_OUT, actor=CONSOLE, at=services.clock())
        except SequenceTaken:
            raise QingdanError("名册刚才被别人改过，没有导入。请再运行一次，重新看会改什么") from None
        note(services, "roster_imported", roster=form.id, rows=len(read.rows))
    typer.echo(f"已导入{form.title}：{len(read.rows)} 行")


@roster.command("show")
def show_roster(
    name: RosterArgument,
    on: OnOption = None,
    valid: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="只列按起止日期那一天在册的。")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """列出名册上的每一行，可以看过去任何一天的。"""
    from functions.imports.roster_file import named
    from functions.supervision.rosters.ledger import Rosters
    from functions.supervision.rosters.state import in_effect

    with opened(data) as services:
        form = services.catalogue.roster(name)
        found = Rosters(services.ledger, services.entropy).read(form, _day(on))
    rows = in_effect(form, found, valid.date()) if valid else found.current()
    if as_json:
        typer.echo(json.dumps([_told(row.values, row.listed) for row in rows.values()], ensure_ascii=False))
        return
    for row in rows.values():
        typer.echo(named(form, row.values))
    typer.echo(
        f"{form.title}：{len(rows)} 行" if rows else f"{form.title}是空的。请先用 qingdan roster import 导入", err=True
    )


@roster.command("change")
def change_row(
    name: RosterArgument,
    code: CodeArgument,
    values: Annotated[list[str], typer.Option("--set", help="改哪一栏，如 单位名称=示例县第一中学；可以写几次。")],
    reason: ReasonOption,
    project: ProjectOption = "",
    data: DataOption = None,
) -> None:
    """改名册里的一行，例如单位改名；以前的填报照样算它的。"""
    from functions.forms.checking.validation import validate
    from functions.forms.normalise import ABSENT, normalise
    from functions.forms.roster_form import ROW
    from functions.supervision.deadlines import day_in_shanghai
    from functions.supervision.rosters.ledger import Rosters
    from functions.supervision.rosters.state import key_of

    with opened(data) as services:
        form, rosters = services.catalogue.roster(name), Rosters(services.ledger, services.entropy)
        found, key = _row(rosters, form, code, project)
        new: dict[str, Any] = {}
        for label, _, text in (one.partition("=") for one in values):
            field = next((field for field in form.fields if field.label == label.strip()), None)
            if field is None:
                raise QingdanError(f"没有“{label}”这一栏。有：{'、'.join(one.label for one in form.fields)}")
            chosen = next((value for value, title in field.choices if title == text.strip()), text)
            value = normalise(field.kind, chosen)
            new[field.key] = None if value is ABSENT else value
        row = {column: value for column, value in {**found.rows[key].values, **new}.items() if value is not None}
        if problems := validate(form.definition, {ROW: row}, day_in_shanghai(services.clock())):
            _refuse([f"{problem.label}：{problem.message}" for problem in problems])
        if key_of(form, row) in set(found.rows) - {key}:
            raise QingdanError("名册上已经有这样的一行，没有改。请核对代码和名称")
        with _unchanged():
            rosters.change(form, key, new, reason, head=found.head, actor=CONSOLE, at=services.clock())
        note(services, "roster_changed", roster=form.id, rows=1)
    typer.echo("已经改好")


@roster.command("end")
def end_row(
    name: RosterArgument,
    code: CodeArgument,
    why: Annotated[str, typer.Option(help="dissolved 撤销、merged 并入别的单位、unfit 不再符合条件。")],
    into: Annotated[str, typer.Option(help="并入的单位的统一社会信用代码：没办完的事转给它。")] = "",
    last: Annotated[str, typer.Option(help="在册的最后一天，默认今天，如 2026-09-30。")] = "",
    more: Annotated[str, typer.Option(help="说明，例如文号。")] = "",
    project: ProjectOption = "",
    data: DataOption = None,
) -> None:
    """把一行移出名册；以前的填报和没办完的事都在。"""
    from functions.forms.characters import plain_code
    from functions.supervision.deadlines import day_in_shanghai
    from functions.supervision.rosters.ending import ENDINGS, Ending, into_error, last_error
    from functions.supervision.rosters.ledger import Rosters

    if why not in ENDINGS:
        raise QingdanError(f"--why 要填为什么结束：{'、'.join(f'{one}（{words}）' for one, words in ENDINGS.items())}")
    with opened(data) as services:
        form, rosters = services.catalogue.roster(name), Rosters(services.ledger, services.entropy)
        found, key = _row(rosters, form, code, project)
        row, into = found.rows[key], plain_code(into)
        errors = {
            "--into": into_error(row, why, into),
            "--last": last_error(form, row, last, day_in_shanghai(services.clock())),
        }
        if wrong := [f"{option}：{words}" for option, words in errors.items() if words]:
            _refuse(wrong)
        ending = Ending(ENDINGS[why] + (f"：{more}" if more else ""), date.fromisoformat(last) if last else None, into)
        with _unchanged():
            rosters.end(form, [key], ending, head=found.head, actor=CONSOLE, at=services.clock())
        note(services, "roster_changed", roster=form.id, rows=1)
    typer.echo("已经移出名册。以前的填报、文书和没办完的事都在")


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


def _row(rosters: Rosters, form: RosterForm, code: str, project: str) -> tuple[Roster, RowKey]:
    """The roster, and the key of its row of this unit; QingdanError where there is none, or more than one."""
    from functions.imports.roster_file import named

    found = rosters.read(form)
    rows = {
        key: row.values
        for key, row in found.current().items()
        if row.values["uscc"] == code.strip().upper() and project in ("", row.values.get(form.project))
    }
    if len(rows) == 1:
        return found, next(iter(rows))
    if not rows:
        raise QingdanError(f"{form.title}上没有这一行。请用 qingdan roster show {form.id} 核对")
    raise QingdanError("有几行，请用 --project 说是哪一个：\n" + "\n".join(named(form, one) for one in rows.values()))


@contextmanager
def _unchanged() -> Iterator[None]:
    try:
        yield
    except SequenceTaken:
        raise QingdanError("名册刚才被别人改过，没有改。请再运行一次") from None


def _refuse(words: list[str], done: str = "名册没有改") -> None:
    more = f"，先列 {MOST_LINES} 处" if len(words) > MOST_LINES else ""
    typer.echo(f"有 {len(words):,} 处要改{more}，{done}", err=True)
    for line in words[:MOST_LINES]:
        typer.echo(line, err=True)
    raise typer.Exit(WRONG)


def _day(on: datetime | None) -> date | None:
    return on.date() if on else None


def _told(values: Any, listed: date) -> dict[str, Any]:
    return {**values, "listed": listed.isoformat()}
