"""What the invented units write into the two forms, right and wrong; every answer keeps the rules of its form."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from functions.local.demo.scans import scan_of
from functions.local.demo.units import Project, Unit, dice

SELF_CHECK: Final = "annual-self-check"
REGISTRATION: Final = "key-project-registration"
_ROOMS: Final = ("办公楼一层档案室", "办公楼三层档案室", "综合楼二层档案室", "后院平房档案室")
_PLANS: Final = (
    "还没有异地备份，明年六月底前完成。",
    "只做了异地备份，异质备份已列入明年预算。",
    "制度已经起草，正在征求意见。",
)
_ISSUES: Final = (
    ("一台除湿机坏了。", "已报修，更换压缩机。"),
    ("2 组铁皮柜锈蚀，柜门关不严。", "更换密集架，已列入预算。"),
    ("电子目录和实体对不上 36 件。", "逐件核对，补录目录。"),
    ("灭火器过期。", "已全部更换。"),
)
_FACILITIES: Final = (
    "密集架 6 组、空调 1 台。",
    "铁皮柜 10 组、除湿机 1 台、电脑 2 台。",
    "密集架 12 组、空调 2 台、灭火器 8 个。",
)
_WORKS: Final = {"annual": "主体工程已完成，附属工程正在施工。", "post_acceptance": "全部完成，已经交付使用。"}
_FILING: Final = {
    "start": "前期文件已收齐，正在整理。",
    "annual": "施工文件收集到上月，正在整理。",
    "post_acceptance": "文件已收齐，整理完毕，正在移交。",
}
_AS_BUILT: Final = {
    "start": "尚未编制。",
    "annual": "由施工单位编制，已完成一半。",
    "post_acceptance": "由施工单位编制，监理单位审核，已全部完成。",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that an officer returns a filing for: what it makes of the answers, where, and what is written back."""

    spoil: Callable[[dict[str, Any]], None]
    asked: tuple[str, ...]
    opinion: str

    def in_(self, data: dict[str, Any]) -> dict[str, Any]:
        """A copy of the answers that has the fault."""
        spoilt = deepcopy(data)
        self.spoil(spoilt)
        return spoilt


def self_check(seed: int, unit: Unit, year: int, filed: date) -> dict[str, Any]:
    """The unit's report for a year, filed that day."""
    size, chance = dice(seed, unit.uscc), dice(seed, unit.uscc, year)
    # Holdings grow a little from year to year, but some years bring a transfer.
    grown = (1 + (year % 100) * 0.02) * (0.4 if chance.random() < 0.04 else 1)
    held = [int(size.randrange(40, 900) * grown) for _ in range(4)]
    report: dict[str, Any] = {
        "unit": {
            "report_year": year,
            "unit_name": unit.name,
            "uscc": unit.uscc,
            "contact_name": unit.contact,
            "contact_phone": unit.phone,
        },
        "holdings": {
            "basis": ["catalogue", "y30", *(["backup"] if size.random() < 0.3 else [])],
            "professional_types": [unit.keeps],
            "permanent": {"permanent_volumes": held[0], "permanent_items": held[1] * 11},
            "y30": {"y30_volumes": held[2], "y30_items": held[3] * 7},
            "storage_status": f"全部放在{size.choice(_ROOMS)}，由专人保管，没有损坏和丢失。",
        },
        "databases": _databases(unit, size, chance, filed),
        "checks": _checks(chance),
        "responsible": {"responsible_leader": unit.leader, "title": unit.title, "filled_by": unit.contact},
        "declaration": {"truth_declared": True},
    }
    if size.random() < 0.4:
        report["unit"]["contact_email"] = f"u{unit.uscc[8:17]}@example.invalid"
    if dice(seed, unit.uscc, year, "scanned").random() < 0.3:
        report["files"] = {"scans": [scan_of(unit.uscc, year)]}
    if chance.random() < 0.35:
        report["rectification"] = {"issues": _issues(chance, filed)}
    return report


def registration(seed: int, project: Project, phase: str, year: int, filed: date) -> dict[str, Any]:
    """The registration of a project in a phase ("annual" is for `year`), filed that day."""
    unit, fixed = project.unit, dice(seed, project.name, project.unit.uscc)
    done = phase != "start"
    answers: dict[str, Any] = {
        "unit": {
            "unit_name": unit.name,
            "uscc": unit.uscc,
            "contact_name": unit.contact,
            "contact_phone": unit.phone,
        },
        "project": {
            "phase": phase,
            "project_name": project.name,
            "construction_unit": unit.name,
            "legal_representative": unit.leader,
            "list_level": fixed.choice(("county", "county", "county", "municipal", "provincial")),
            "list_year": project.start.year,
            "competent_department": "示例县发展和改革局",
            "budget_wan": f"{fixed.randrange(800, 30000)}.50",
            "period_months": round((project.planned - project.start).days / 30),
        },
        "progress": {
            "start_date": project.start.isoformat(),
            "planned_completion_date": project.planned.isoformat(),
            "main_works": project.works,
        },
        "parties": {"design_unit": "示例设计院", "contractor": "示例建设工程公司", "supervisor": "示例监理公司"},
        "people": {
            "archives_department": fixed.choice(("综合科", "办公室", "工程科兼管")),
            "staff": {"fulltime_staff": fixed.randrange(3), "parttime_staff": 1 + fixed.randrange(2)},
        },
        "storage": {"storeroom_sqm": f"{fixed.randrange(20, 90)}.00", "facilities": fixed.choice(_FACILITIES)},
        "three_syncs": {
            "sync_manage": {"result": "yes"},
            "sync_inspect": {"result": "yes"},
            "sync_accept": {"result": "yes" if phase == "post_acceptance" else "na"},
        },
        "status": {
            "system_status": "副主任分管，综合科具体管理，已印发档案管理办法。",
            "filing_status": _FILING[phase],
            "asbuilt_status": _AS_BUILT[phase],
        },
        "declaration": {"filled_by": unit.contact, "truth_declared": True},
    }
    if done:
        months = max(1, (filed - project.start).days // 30)
        answers["progress"]["completed_works"] = _WORKS[phase]
        answers["archives"] = {"quantity": {"volumes": 3 * months, "books": months, "drawings": 20 * months}}
    if phase == "annual":
        answers["project"]["reporting_year"] = year
    if phase == "post_acceptance":
        answers["progress"]["archive_acceptance_date"] = project.accepted_on.isoformat()
        answers["progress"]["grade"] = fixed.choice(("qualified", "qualified", "excellent"))
    return answers


def _databases(unit: Unit, size: random.Random, chance: random.Random, filed: date) -> dict[str, Any]:
    count = size.choice((0, 0, 1, 1, 2, 3))
    if not count:
        return {"no_database": True}
    names = ("档案目录数据库", "专业档案全文数据库", "照片档案数据库")[:count]
    checked = filed - timedelta(days=chance.randrange(1, 30))
    note = f"办公室每月检查一次，上次检查 {checked.year} 年 {checked.month} 月 {checked.day} 日，无异常。"
    return {
        "databases": [
            {
                "name": f"{unit.name}{name}",
                "records": size.randrange(800, 90000),
                "size_gb": f"{size.randrange(1, 200)}.50",
                "running": "fault" if chance.random() < 0.05 else "normal",
                "maintenance_note": note,
                "last_backup": checked.isoformat(),
                "offsite": size.random() < 0.5,
                "heterogeneous": False,
            }
            for name in names
        ]
    }


def _checks(chance: random.Random) -> dict[str, Any]:
    checks: dict[str, Any] = {f"check_{number}": {"result": "yes"} for number in range(1, 9)}
    checks["check_7"] = {"result": "na", "note": "本单位没有涉密计算机。"}
    if chance.random() < 0.5:
        checks["check_2"] = {"result": "part", "note": chance.choice(_PLANS)}
    if chance.random() < 0.08:
        checks["check_5"] = {"result": "no", "note": "应急预案还没有印发，年底前完成。"}
    measures = ("fire", "theft", "damp", "heat", "light", "dust", "pests")
    checks["protection"] = {name: "no" if chance.random() < 0.05 else "yes" for name in measures}
    return checks


def _issues(chance: random.Random, filed: date) -> list[dict[str, Any]]:
    due = (filed + timedelta(days=chance.randrange(30, 120))).isoformat()
    return [
        {"issue": issue, "measure": measure, "due": due, "done": chance.random() < 0.4}
        for issue, measure in chance.sample(_ISSUES, 1 + chance.randrange(2))
    ]


def _vague_storage(data: dict[str, Any]) -> None:
    data["holdings"]["storage_status"] = "良好。"


def _wrong_items(data: dict[str, Any]) -> None:
    data["holdings"]["permanent"]["permanent_items"] //= 10


def _old_phone(data: dict[str, Any]) -> None:
    data["unit"]["contact_phone"] = data["unit"]["contact_phone"].replace("0000-555", "0000-554")


def _no_people(data: dict[str, Any]) -> None:
    data["people"]["staff"] = {"fulltime_staff": 0, "parttime_staff": 0}


def _vague_filing(data: dict[str, Any]) -> None:
    data["status"]["filing_status"] = "正常。"


_PHONE = Fault(_old_phone, ("/unit/contact_phone",), "联系电话打过去是空号。请填能打通的电话。")
FAULTS: Final = {
    SELF_CHECK: (
        Fault(
            _vague_storage,
            ("/holdings/storage_status",),
            "保管情况只写了“良好”。请写明放在哪里、由谁保管、有没有损坏或丢失。",
        ),
        Fault(
            _wrong_items,
            ("/holdings/permanent/permanent_items",),
            "永久档案的件数和上年差得太多，像是少写了一位。请核对后改正。",
        ),
        _PHONE,
    ),
    REGISTRATION: (
        Fault(
            _no_people,
            ("/people/staff/fulltime_staff", "/people/staff/parttime_staff"),
            "专职和兼职都填了 0，上面又写了管档案的部门。请填实际人数。",
        ),
        Fault(_vague_filing, ("/status/filing_status",), "请写明文件收到哪一步、整理到哪一步、还缺什么。"),
        _PHONE,
    ),
}
