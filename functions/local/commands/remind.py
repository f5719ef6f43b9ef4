"""The command `remind`: the day's reminders, planned or sent; it works beside a running server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from functions.errors import QingdanError
from functions.local.terminal import DataOption, SiteOption, columns, opened
from functions.reminding.night import Done, Night, Planned

HEADER = ("方式", "第几次", "期限", "单位", "统一社会信用代码", "填报", "期", "项目")
WAYS = {"email": "邮件", "sms": "短信", "call": "电话"}
ENDS = {
    "sent": "已发出",
    "call": "列入电话名单",
    "filed": "已经报了，没有发",
    "refused": "地址不收，转电话",
    "failed": "没有发出去，转电话",
    "unknown": "不知道发出没有，转电话",
}


def remind(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出要提醒谁，不发，也不记录。")] = False,
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="哪一天的提醒，默认今天。")] = None,
    data: DataOption = None,
    site: SiteOption = None,
) -> None:
    """提醒没报的单位：期限以前和以后各发一次，每次只发一回；没有邮箱的列入电话名单。"""
    from functions.supervision.deadlines import day_in_shanghai

    with opened(data, site=site) as services:
        today = day_in_shanghai(services.clock())
        day = on.date() if on else today
        if day > today and not dry_run:
            raise QingdanError(f"{day.isoformat()} 还没有到，不能先发。请加 --dry-run 只看名单，或者去掉 --on")
        night = Night(services, day)
        if not dry_run:
            typer.echo(f"{day.isoformat()} 的提醒：{_told(night.send())}")
            return
        planned = night.plan()
    for line in columns([HEADER, *map(_cells, planned)] if planned else []):
        typer.echo(line)
    typer.echo(f"{day.isoformat()} 要提醒 {len(planned)} 份。没有发送，也没有记录", err=True)


def _cells(planned: Planned) -> Sequence[str]:
    one = planned.reminder
    step = f"到期前 {one.step} 天" if one.step > 0 else f"到期后 {-one.step} 天" if one.step else "到期当天"
    return WAYS[one.channel], step, one.last_day, one.unit_name, one.uscc, one.form, one.period, one.project


def _told(done: Done) -> str:
    return "，".join(f"{ENDS[name]} {count} 份" for name, count in done.told()["reminders"].items()) or "没有要提醒的"
