"""Words the bounds of a draw in Chinese; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from functions.supervision.draws.sizes import LEAST_PERCENT, MOST_PERCENT, Bound, Rule, share_bounds

DEMANDS: Final[Mapping[Rule, tuple[str, str]]] = {
    "Q2": ("乙三1", "辖区单位的 6–10%"),
    "Q3": ("乙三1", "其中县政府直属不少于 10 家"),
    "Q4": ("乙三1", "重点监管单位约 1%"),
    "Q5": ("乙三2", "专项检查不少于 2 家"),
    "Q8": ("丙五2", "实地抽查不超过自查报告的 10%"),
    "Q9": ("乙五", "执法人员不少于 2 人"),
}


def arithmetic_text(bound: Bound) -> str:
    """How the rule counts: 386 家，6% 是 23.16，10% 是 38.6."""
    if bound.rule == "Q2":
        shares = (f"{percent}% 是 {_hundredths(percent * bound.of)}" for percent in (LEAST_PERCENT, MOST_PERCENT))
        return f"{bound.of} 家，{'，'.join(shares)}"
    if bound.rule == "Q3":
        return (
            f"{bound.of} 家直属单位，全部最多抽 {bound.most} 家" if bound.most < bound.of else f"{bound.of} 家直属单位"
        )
    if bound.rule in ("Q4", "Q8"):
        percent = 1 if bound.rule == "Q4" else MOST_PERCENT
        return f"{bound.of} 家，{percent}% 是 {_hundredths(percent * bound.of)}"
    return f"名单里有 {bound.of} {'人' if bound.rule == 'Q9' else '家'}"


def allowed_text(bound: Bound) -> str:
    """Return what the rule allows: 24–38 家, 无解."""
    if not bound.is_possible:
        return "无解"
    unit = "人" if bound.rule == "Q9" else "家"
    if bound.least == bound.most:
        return f"{bound.least} {unit}"
    return f"{bound.least}–{bound.most} {unit}"


def verdict_text(bound: Bound) -> str:
    """符合, 不符合, or 做不到 where no number fits."""
    return ("符合" if bound.is_met else "不符合") if bound.is_possible else "做不到"


def impossible_text(bound: Bound) -> str:
    """Why the rule is not met, with the numbers, in whole sentences; nothing is bent."""
    place, demand = DEMANDS[bound.rule]
    if bound.is_possible:
        return f"{place}要求{demand}：{arithmetic_text(bound)}，可以抽 {allowed_text(bound)}，现在是 {bound.actual}"
    if bound.rule == "Q2":
        return f"{place}要求{demand}：{_neighbours(bound.of)}，中间没有整数。本系统不改比例去凑数"
    if bound.of < bound.least:
        return f"{place}要求{demand}：名单里只有 {bound.of} 个，做不到"
    both = f"按 {MOST_PERCENT}% 最多抽 {bound.most} 家，不到 {bound.least} 家，两条冲突"
    return f"{place}要求{demand}：{both}。单位满 100 家才都做得到"


def _neighbours(units: int) -> str:
    least, most = share_bounds(units)
    if units == 0:
        return "名单是空的"
    told = (f"抽 {size} 家是 {_tenths(1000 * size, units)}%" for size in (most, least))
    return f"{units} 家里{'，'.join(told)}，都不在 {LEAST_PERCENT}–{MOST_PERCENT}% 之间"


def _hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02}".rstrip("0").rstrip(".")


def _tenths(thousandths: int, units: int) -> str:
    tenths = (2 * thousandths + units) // (2 * units)
    return f"{tenths // 10}.{tenths % 10}"
