"""A small form with every kind of answer, in two versions, and filings of it; everything in it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.exports.formula_guard import APOSTROPHE
from functions.forms.definition import Definition, write_document
from functions.records.event import make_event
from functions.records.store import Record, Summary

RULES: dict[str, Any] = {
    "code": "SF",
    "short": "示例表",
    "audience": "public",
    "intro": "示例。",
    "obliged": {"words": "示例单位", "rosters": []},
    "when": {"words": "9 月 30 日前", "note": ""},
    "basis": {"paragraphs": ["丙五2"], "note": ""},
    "official": False,
    "filings": [
        {
            "id": "yearly",
            "title": "年度",
            "period": {"at": "/unit/year", "title": "{} 年度"},
            "due": {"rule": "day_of_year", "at": "/unit/year", "years": 1, "month": 9, "day": 30},
            "words": "",
            "basis": "丙五2",
        }
    ],
    "unique": [{"at": "/unit/uscc", "normalise": False}],
    "unit_name_at": "/unit/unit_name",
    "uscc_at": "/unit/uscc",
    "review": {"four_eyes": False},
    "checks": [],
}


def text(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, **more}


def section(title: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "title": title, "properties": properties}


RESULT = text("结果", oneOf=[{"const": "yes", "title": "符合"}, {"const": "no", "title": "不符合"}])
DATABASE = {
    "type": "object",
    "properties": {
        "name": text("名称"),
        "size": text("数据量", **{"x-decimals": 2, "x-unit": "GB"}),
        "running": text("运行", oneOf=[{"const": "normal", "title": "正常"}]),
        "offsite": {"type": "boolean", "title": "异地备份"},
    },
}
SCHEMA: dict[str, Any] = {
    "title": "示例登记表",
    "type": "object",
    "properties": {
        "unit": section(
            "单位",
            year={"type": "integer", "title": "年度"},
            unit_name=text("单位名称"),
            uscc=text("统一社会信用代码", format="uscc"),
            phone=text("联系电话", format="cn-phone"),
            note=text("说明", maxLength=50000),
        ),
        "work": section(
            "工作",
            budget=text("预算", **{"x-decimals": 2, "x-unit": "万元"}),
            volumes={"type": "integer", "title": "卷"},
            start=text("开工日期", format="date"),
            basis={
                "type": "array",
                "title": "依据",
                "items": {
                    "oneOf": [{"const": "a", "title": "甲类"}, {"const": "b", "title": "乙类"}],
                    "type": "string",
                },
            },
            declared={"type": "boolean", "title": "声明"},
            check_1={**section("（一）机制", result=RESULT, note=text("说明")), "x-short": "检查（一）"},
            check_2={**section("（二）备份", result=RESULT, note=text("说明")), "x-short": "检查（二）"},
            databases={"type": "array", "title": "数据库", "x-item": "数据库", "maxItems": 99, "items": DATABASE},
        ),
    },
}


def without(schema: dict[str, Any], section_key: str, *keys: str) -> dict[str, Any]:
    """The schema with some of a section's questions left out."""
    part = schema["properties"][section_key]
    kept = {key: value for key, value in part["properties"].items() if key not in keys}
    return {**schema, "properties": {**schema["properties"], section_key: {**part, "properties": kept}}}


def with_added(schema: dict[str, Any], section_key: str, **added: Any) -> dict[str, Any]:
    """The schema with questions put at the end of a section."""
    part = schema["properties"][section_key]
    return {
        **schema,
        "properties": {**schema["properties"], section_key: {**part, "properties": part["properties"] | added}},
    }


def form(schema: Mapping[str, Any] = SCHEMA, form_id: str = "sample", **rules: Any) -> Definition:
    return Definition(write_document(form_id, schema, {**RULES, **rules}))


FORM = form()

ANSWERS: dict[str, Any] = {
    "unit": {
        "year": 2025,
        "unit_name": "示例县第一中学",
        "uscc": "91130426MA0EXAMP1X",
        "phone": "0000-1234567",
        "note": "一行\n两行",
    },
    "work": {
        "budget": "1234.50",
        "volumes": 120,
        "start": "2025-08-31",
        "basis": ["a", "b"],
        "declared": True,
        "check_1": {"result": "yes"},
        "check_2": {"result": "no", "note": "还没有异地备份，年底前补上"},
        "databases": [
            {"name": "馆藏目录", "size": "12.50", "running": "normal", "offsite": False},
            {"name": "照片"},
        ],
    },
}


def record(
    data: Mapping[str, Any] = ANSWERS, *, number: str = "SF-2026-7F3K9Q", definition: Definition = FORM, **facts: Any
) -> Record:
    """One filing of one version, received at 00:30:05 on 1 October 2026, Beijing time."""
    at = "2026-09-30T16:30:05.999999Z"
    event = make_event(
        number=number,
        form=definition.id,
        sequence=1,
        type="submitted",
        at=at,
        actor="filer",
        previous="",
        body={"data": data, "form_digest": definition.digest},
        salt=bytes(range(32)),
    )
    values: dict[str, Any] = {
        "number": number,
        "form": definition.id,
        "form_digest": definition.digest,
        "period": "2025",
        "unit_name": data["unit"]["unit_name"],
        "uscc": data["unit"].get("uscc", ""),
        "submitted_at": at,
        "due": "2026-09-30",
        "timeliness": "late",
        "status": "submitted",
        "version": 1,
        "sequence": 1,
        "guard": "",
        "warnings": (),
        "words": "",
    }
    return Record(Summary(**{**values, **facts}), (event,))


def unguard(text: str) -> str:
    """What `guard` was given, cleaned: the rule by which whoever reads a cell back undoes it."""
    return text.removeprefix(APOSTROPHE)
