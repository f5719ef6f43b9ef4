"""The command `draw`: does a draw over again, from a roster or from the published pool; it stores nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from functions.errors import QingdanError, system_reason
from functions.local.terminal import DataOption, JsonOption, opened
from functions.supervision.draws.pool import Pool
from functions.supervision.draws.ranks import Ranked


def draw(
    pool: Annotated[str, typer.Option(help="哪一份名册，例如 units；或者公示的名单文件（CSV）。")],
    seed: Annotated[str, typer.Option(help="种子，至少 20 位数字。")],
    size: Annotated[int, typer.Option(help="抽几家。", min=1)],
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="名册哪一天的，默认今天。")] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """照公示的名单和种子再抽一遍：每个的名次，抽中了哪些。"""
    from functions.supervision.draws.from_roster import OFFICERS
    from functions.supervision.draws.ranks import draw as take
    from functions.supervision.draws.ranks import rank_pool, read_seed
    from functions.supervision.draws.sizes import bounds_of, share_out
    from functions.supervision.draws.words import impossible_text

    digits, found = read_seed(seed), _pool(pool, on, data)
    strata = {name: len(members) for name, members in found.strata().items()}
    if size > len(found.members):
        raise QingdanError(f"名单里只有 {len(found.members)} 家，抽不出 {size} 家。请改 --size，或者核对名册")
    ranks = rank_pool(found, digits)
    drawn = take(ranks, share_out(strata, size))
    if as_json:
        rows = [_told(one) for of in ranks.values() for one in of]
        told = {"pool_digest": found.digest, "drawn": [one.member.id for one in drawn], "ranks": rows}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        typer.echo(f"名单指纹：{found.digest}")
        for one in drawn:
            typer.echo(f"{one.member.stratum}  第 {one.place} 名  {one.member.id}  {one.member.name}")
    for bound in bounds_of("officers" if OFFICERS in strata else "full", strata, size):
        if not bound.is_met:
            typer.echo(f"注意：{impossible_text(bound)}", err=True)


def _pool(name: str, on: datetime | None, data: Path | None) -> Pool:
    from functions.supervision.deadlines import day_in_shanghai
    from functions.supervision.draws.from_roster import pool_of
    from functions.supervision.draws.pool import read_pool
    from functions.supervision.rosters.ledger import Rosters

    if name.endswith(".csv"):
        try:
            return read_pool(Path(name).read_bytes())
        except OSError as error:
            raise QingdanError(f"{name} 读不出来（{system_reason(error)}）。请核对路径和权限") from None
    with opened(data) as services:
        form = services.catalogue.roster(name)
        day = on.date() if on else None
        roster = Rosters(services.ledger, services.entropy).read(form, day)
        return pool_of(form, roster, day or day_in_shanghai(services.clock()))


def _told(one: Ranked) -> dict[str, str]:
    return {"uscc": one.member.id, "stratum": one.member.stratum, "rank": one.rank}
