"""The commands about proof: seal, verify, rotate keys, erase, rebuild; each says in Chinese what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from functions.bootstrap import Services
from functions.errors import QingdanError
from functions.local.output import write_whole
from functions.local.terminal import DataOption, JsonOption, note, opened, progress, read_settings

if TYPE_CHECKING:
    from functions.forms.definition import Definition
    from functions.records.store import RecordStore

FOUND_WRONG: Final = 1
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_COUNTED: Final = {
    "records": "{} 份填报",
    "events": "{} 步",
    "trail": "{} 条操作记录",
    "ledger": "{} 步名册和台账",
    "draws": "重算了 {} 次抽查",
    "receipts": "{} 份回执",
    "seals": "{} 次封存",
    "sealed": "其中 {} 步已封存",
    "unsealed": "{} 步等着封存",
    "published": "{} 条送出去的封存",
    "proofs": "{} 份证明",
    "files": "{} 个文件",
    "attachments": "{} 个附件",
}


def seal(
    monthly: Annotated[str | None, typer.Option(help="不做封存，把这个月的封存记录写成文件，例如 2026-09。")] = None,
    out: Annotated[Path | None, typer.Option(help="写到哪个文件，和 --monthly 一起用。")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """把还没有封存的每一步封存起来；服务每天夜里自己会做，也可以随时再做。"""
    from functions import nightly

    if (monthly is None) != (out is None):
        raise typer.BadParameter("--monthly 和 --out 要一起给")
    with opened(data) as services:
        if monthly is not None and out is not None:
            _write_month(services, monthly, out)
            return
        done = nightly.run(services)
    if as_json:
        typer.echo(json.dumps(done.told()))
    elif done.seal is None:
        typer.echo("没有新的步骤要封存")
    else:
        typer.echo(f"已封存 {done.sealed} 步，是第 {done.seal} 次封存")
    if not as_json and done.swept + done.abandoned:
        typer.echo(f"已清理 {done.swept} 个没有填报提到的附件、{done.abandoned} 次没有传完的上传")


def _write_month(services: Services, month: str, out: Path) -> None:
    from functions.records.sealing import seals_of_month
    from functions.records.seals.seal import write_month

    if not _MONTH.fullmatch(month):
        raise QingdanError(f"“{month}”不是月份。请写成 2026-09 这样")
    found = seals_of_month(services.seals, month)
    if not found:
        raise QingdanError(f"{month} 没有封存记录")
    written = json.dumps(write_month(found, month, services.keys.jwks()), ensure_ascii=False, indent=1)
    straight = write_whole(out, [written.encode() + b"\n"])
    typer.echo(f"已写出 {month} 的 {len(found)} 次封存：{out}", err=straight)


def verify(
    path: Annotated[
        Path | None,
        typer.Argument(help="数据文件夹、回执、封存证明，或者按月的封存记录；不写，就查正在用的数据，云端的也可以。"),
    ] = None,
    keys_file: Annotated[Path | None, typer.Option("--keys", help="另外存下的公钥文件（JWKS）。")] = None,
    seals_file: Annotated[
        list[Path] | None,
        typer.Option("--seals", help="送出去的封存记录：文件、邮件（.eml）或者文件夹，和数据对照；可以给几个。"),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """核验有没有谁改动、删去或者补进过，不用联网；有不一样的，逐条说明，退出码为 1。"""
    from functions.local.verify.verify import Means, read_keys, read_published, verify_path, verify_store
    from functions.storage.keys import read_public_keys

    settings = read_settings(data)
    public = read_keys(keys_file) if keys_file else {}
    published = [token for one in seals_file or [] for token in read_published(one)]
    with progress("核验", None) as advance:
        if path is None and settings.cloud is not None:
            with opened(data) as services:
                outcome = verify_store(services, Means(public, published, advance))
        else:
            place = path or settings.data
            if not keys_file and not (place / "keys").is_dir():
                public = read_public_keys(settings.data)
            outcome = verify_path(place, Means(public, published, advance))
    if as_json:
        stated = [{"label": label, "value": value} for label, value in outcome.stated]
        told = {"path": str(path or ""), "kind": outcome.kind, "stated": stated, **outcome.report.written()}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(outcome)
    if not outcome.report.ok:
        raise typer.Exit(FOUND_WRONG)


def _tell(outcome: Any) -> None:
    report = outcome.report
    for label, value in outcome.stated:
        typer.echo(f"{label}：{value}")
    for finding in report.findings:
        typer.echo(f"不对：{finding.message}", err=True)
    for gap in report.gaps:
        typer.echo(f"缺口：{gap.message}")
    for words in report.notes:
        typer.echo(f"注意：{words}")
    counted = "，".join(
        words.format(report.checked[name]) for name, words in _COUNTED.items() if name in report.checked
    )
    typer.echo(f"查了{outcome.kind}：{counted}" if counted else f"查了{outcome.kind}")
    typer.echo("全部对得上" if report.ok else f"有 {len(report.findings)} 处对不上")


def erase(
    number: Annotated[str, typer.Argument(help="填报的编号。")],
    version: Annotated[int, typer.Option(help="删除第几版的内容。", min=1)],
    reason: Annotated[str, typer.Option(help="依据，例如哪一份决定；会永远留在记录里，不要写要删的内容。")],
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接删除。")] = False,
    data: DataOption = None,
) -> None:
    """依法删除一版填报的内容和只有它用到的附件，不能恢复；编号、时间、指纹和这次删除本身都留下。"""
    from functions.records.attachments.named import digests_in
    from functions.records.erasing import erase as make_erasure
    from functions.staff.audit_log import CONSOLE

    with opened(data) as services:
        record = services.records.read(number)
        at = services.clock()
        made = make_erasure(record, version=version, reason=reason, actor=CONSOLE, at=at, entropy=services.entropy)
        if not yes:
            asked = f"要删除 {record.summary.unit_name} {number} 第 {version} 版的内容。删除以后不能恢复，确定吗"
            typer.confirm(asked, abort=True)
        files = digests_in(record.events[made.sequence - 1].body)
        services.records.erase(made.step, made.sequence)
        kept = services.records.named(files)
        note(services, "erased", number, version=version, reason=reason.strip())
    typer.echo(f"已删除 {number} 第 {version} 版的内容。指纹和删除的记录还在，qingdan verify 会说明这个缺口")
    if files:
        rest = f"；另外 {len(kept)} 个别的版本或者别的填报还在用，留着" if kept else ""
        typer.echo(f"只有这一版用到的 {len(files) - len(kept)} 个附件也删除了{rest}")
    typer.echo("备份、导出的文件里也有这一版的，请另外处理")


def rebuild(data: DataOption = None) -> None:
    """由记录重新生成列表；列表和记录不一样的时候用。"""
    made = _rebuild_cloud(data) if read_settings(data).cloud else _rebuild_folder(data)
    typer.echo(f"已由记录重新生成列表，共 {made} 份")


def _rebuild_folder(data: Path | None) -> int:
    from functions.storage.sqlite.rebuild import rebuild as make_anew
    from functions.storage.sqlite.store import open_store, require_data

    folder = read_settings(data).data
    require_data(folder)
    with closing(open_store(folder)) as store:
        return make_anew(store, _kept_forms(store))


def _rebuild_cloud(data: Path | None) -> int:
    from functions.storage.aws.records.rebuild import rebuild as make_anew
    from functions.storage.aws.records.store import AwsStore

    with opened(data) as services:
        assert isinstance(services.records, AwsStore), "settings that name a cloud open its store"
        return make_anew(services.records, _kept_forms(services.records))


def _kept_forms(store: RecordStore) -> Callable[[str], Definition]:
    from functions.forms.definition import Definition

    return cache(lambda digest: Definition.from_document(store.document(digest)))
