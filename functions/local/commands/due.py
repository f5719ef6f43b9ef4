"""The command `due`: who must file a form for a period, and who has not; it works beside a running server."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated

import typer

from functions.errors import QingdanError
from functions.local.terminal import DataOption, JsonOption, columns, opened
from functions.supervision.obligations.values import Obligation

HEADER = ("状态", "期限", "天数", "单位", "统一社会信用代码", "项目", "依据", "编号")


def due(
    form: Annotated[str, typer.Argument(help="哪一种填报，例如 annual-self-check。")],
    period: Annotated[str, typer.Argument(help="哪一期，例如 2025、start。")],
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="截至哪一天，默认今天。")] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """列出一期应报的单位和项目：按期、延报、逾期未报，要处理的在前。"""
    from functions.supervision.board import due_of
    from functions.supervision.deadlines import day_in_shanghai
    from functions.supervision.obligations.words import facts_of

    with opened(data) as services:
        known = [definition.id for definition in services.catalogue]
        if form not in known:
            raise QingdanError(f"没有名为 {form} 的表。有的表：{'、'.join(known)}")
        day = on.date() if on else day_in_shanghai(services.clock())
        found = due_of(services, form=form, period=period, on=day)
        title = services.catalogue.get(form).short
    if as_json:
        typer.echo(json.dumps([facts_of(one) for one in found], ensure_ascii=False))
    else:
        for line in columns([HEADER, *(_cells(one, day) for one in found)] if found else []):
            typer.echo(line)
    words = f"共 {len(found)} 份" if found else "没有应报的。请核对期别，或者先用 qingdan roster import 导入名册"
    typer.echo(f"{title} {period}，截至 {day.isoformat()}：{words}", err=True)


def _cells(one: Obligation, on: date) -> tuple[str, ...]:
    from functions.supervision.obligations.words import WORDS, days_text

    word, last = WORDS[one.state].mark.word, one.last_day.isoformat()
    return word, last, days_text(one, on), one.unit_name, one.uscc, one.project, one.basis, one.number
