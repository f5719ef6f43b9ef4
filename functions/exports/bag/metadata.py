"""The metadata of DA/T 46-2009 (文书类电子文件元数据方案) that we hold, under its element names, as two tables.

One describes each filing as a record (文件实体), the other the steps on it (业务). Elements that we do not hold,
such as 档号 or 保管期限, have no column: whoever takes over the package adds them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from functions.exports.csv_cells import quote
from functions.forms.definition import Definition
from functions.records.event import Event
from functions.records.state import SHANGHAI
from functions.records.store import Record
from functions.records.words import STATUSES, STEPS

FORMAT = "PDF/A-2a（ISO 19005-2）"
SIGNED = "ES256（JWS，RFC 7515）"
_RECORD = (
    "聚合层次", "立档单位名称", "电子文件号", "年度", "题名", "责任者", "日期", "主题词", "计算机文件名",
    "计算机文件大小", "格式信息", "内容数据（SHA-256）", "签名规则", "签名结果", "业务状态", "内容指纹", "表单版本",
)  # fmt: skip
_PROCESS = ("电子文件号", "序号", "业务行为", "行为时间", "机构人员名称", "行为描述", "内容指纹", "前一步的指纹")


def _line(cells: Iterable[str]) -> bytes:
    return (",".join(map(quote, cells)) + "\r\n").encode()


RECORD_HEAD = b"\xef\xbb\xbf" + _line(_RECORD)
PROCESS_HEAD = b"\xef\xbb\xbf" + _line(_PROCESS)


def record_line(bureau: str, record: Record, definition: Definition, paper: str, size: int, digest: str) -> bytes:
    """Return the line of one filing; path, size and SHA-256 are of its document: "", 0 and "" when it was erased."""
    summary = record.summary
    period = definition.period_title(summary.period)
    filed = [event for event in record.events if event.type in ("submitted", "corrected")]
    return _line(
        (
            "文件",
            bureau,
            summary.number,
            _moment(summary.submitted_at)[:4],
            f"{summary.unit_name}{period}{definition.title}",
            summary.unit_name,
            _moment(filed[-1].at),
            f"{definition.short}；{period}",
            paper,
            str(size) if paper else "",
            FORMAT if paper else "",
            digest,
            SIGNED,
            paper.replace("filing.pdf", "receipt.jws"),
            STATUSES[summary.status].word,
            filed[-1].digest,
            summary.form_digest,
        )
    )


def process_lines(record: Record) -> bytes:
    """Return a line for each step on the filing."""
    return b"".join(
        _line(
            (
                event.number,
                str(event.sequence),
                STEPS[event.type],
                _moment(event.at),
                record.summary.unit_name if event.actor == "filer" else event.actor,
                _said(event),
                event.digest,
                event.previous,
            )
        )
        for event in record.events
    )


def _said(event: Event) -> str:
    """Return the opinion or the reason; never an answer."""
    body = json.loads(event.body) if event.body is not None else {}
    return str(body.get("opinion") or body.get("reason") or "")


def _moment(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(SHANGHAI).isoformat(timespec="seconds")
