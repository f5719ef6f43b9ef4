"""Filings that keep every rule of their form, obviously invented, for tests to send as they are or to spoil."""

from __future__ import annotations

from itertools import count
from typing import Any

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def make_uscc(n: int) -> str:
    """The n-th invented unified social credit code, with its right check character (GB 32100-2015)."""
    body = f"12000000{n:09d}"
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


_UNUSED = count(100_000_000)


def fresh_uscc() -> str:
    """The code of a unit that no other test of this session has: what it files meets nothing on a shared server."""
    return make_uscc(next(_UNUSED))


def valid_self_check(
    uscc: str | None = None, year: int = 2025, databases: int = 3, unit_name: str = "示例县第一中学"
) -> dict[str, Any]:
    """A self-check report for `year`; with no databases, the unit says that it has none."""
    return {
        "unit": {
            "report_year": year,
            "unit_name": unit_name,
            "uscc": uscc or make_uscc(1),
            "contact_name": "示例乙",
            "contact_phone": "0000-1234567",
        },
        "holdings": {
            "basis": ["catalogue", "y30", "database"],
            "professional_types": ["education"],
            "permanent": {"permanent_volumes": 320, "permanent_items": 4100},
            "y30": {"y30_volumes": 85, "y30_items": 960},
            "storage_status": "全部放在办公楼一层档案室，由专人保管，没有损坏和丢失。",
        },
        "databases": {"databases": [_database(index) for index in range(databases)]}
        if databases
        else {"no_database": True},
        "checks": {
            **{f"check_{number}": {"result": "yes"} for number in (1, 3, 4, 5, 6)},
            "check_2": {"result": "part", "note": "还没有异地备份，2026 年 12 月底前完成。"},
            "check_7": {"result": "na", "note": "本单位没有涉密计算机。"},
            "check_8": {"result": "yes"},
            "protection": dict.fromkeys(("fire", "theft", "damp", "heat", "light", "dust", "pests"), "yes"),
        },
        "rectification": {
            "issues": [
                {"issue": "一台除湿机坏了。", "measure": "已报修。", "due": "2026-10-31", "done": False},
            ]
        },
        "responsible": {"responsible_leader": "示例甲", "title": "副校长", "filled_by": "示例乙"},
        "declaration": {"truth_declared": True},
    }


def valid_registration(
    phase: str = "start",
    uscc: str | None = None,
    year: int = 2026,
    start_date: str = "2026-03-01",
    project_name: str = "示例河综合治理工程",
) -> dict[str, Any]:
    """A registration of phase "start", "annual" (for `year`) or "post_acceptance"."""
    data: dict[str, Any] = {
        "unit": {
            "unit_name": "示例县水利工程建设中心",
            "uscc": uscc or make_uscc(2),
            "contact_name": "示例丙",
            "contact_phone": "0000-7654321",
        },
        "project": {
            "phase": phase,
            "project_name": project_name,
            "construction_unit": "示例县水利工程建设中心",
            "legal_representative": "示例丁",
            "list_level": "county",
            "list_year": 2025,
            "competent_department": "示例县水利局",
            "budget_wan": "12800.50",
            "period_months": 24,
        },
        "progress": {
            "start_date": start_date,
            "planned_completion_date": "2028-02-28",
            "main_works": "河道疏浚 12 公里，新建护岸 8 公里。",
        },
        "parties": {"design_unit": "示例水利设计院", "contractor": "示例水利工程公司", "supervisor": "示例监理公司"},
        "people": {
            "archives_department": "综合科",
            "setup_date": "2025-11-03",
            "staff": {"fulltime_staff": 1, "parttime_staff": 2},
        },
        "storage": {"storeroom_sqm": "40.00", "office_sqm": "18.5", "facilities": "密集架 6 组、空调 1 台。"},
        "three_syncs": {
            "sync_manage": {"result": "yes"},
            "sync_inspect": {"result": "no", "note": "监理单位刚进场，4 月起同步检查。"},
            "sync_accept": {"result": "na"},
        },
        "status": {
            "system_status": "副主任分管，综合科具体管理，已印发档案管理办法。",
            "filing_status": "前期文件已收齐，正在整理。",
            "asbuilt_status": "尚未编制。",
        },
        "declaration": {"filled_by": "示例丙", "truth_declared": True},
    }
    if phase == "annual":
        data["project"]["reporting_year"] = year
    if phase != "start":
        data["progress"]["completed_works"] = "河道疏浚 5 公里。"
        data["archives"] = {"quantity": {"volumes": 36, "books": 12, "drawings": 210}}
    if phase == "post_acceptance":
        data["progress"] |= {"archive_acceptance_date": "2026-09-10", "grade": "qualified"}
        data["three_syncs"]["sync_accept"] = {"result": "yes"}
    return data


def scan(n: int = 1, size: int = 1_258_291) -> dict[str, Any]:
    """The n-th invented file, as a filing names it; nobody ever sent it."""
    return {"name": f"盖章扫描件（示例 {n}）.pdf", "size": size, "sha256": f"{n:064x}"}


def with_scans(data: dict[str, Any], *files: Any) -> dict[str, Any]:
    """The filing with these files as its scans, before the declaration, where the form has them."""
    closing = {key: value for key, value in data.items() if key == "declaration"}
    return {
        **{key: value for key, value in data.items() if key not in closing},
        "files": {"scans": [*files]},
        **closing,
    }


def _database(index: int) -> dict[str, Any]:
    return {
        "name": f"示例档案数据库 {index + 1}",
        "records": 42600 + index,
        "size_gb": "18.50",
        "running": "normal",
        "maintenance_note": "信息处每月检查一次，上次检查 2026 年 8 月 31 日，无异常。",
        "last_backup": "2026-08-31",
        "offsite": True,
        "heterogeneous": False,
    }
