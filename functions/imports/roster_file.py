"""A roster as a file: the template to fill in, the rows that stand now, and what a plan says in words."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from functions.forms.roster_form import RosterForm
from functions.supervision.rosters.plan import Change, Plan
from functions.supervision.rosters.state import Roster

_KINDS = {"date": "日期，如 2026-03-01", "uscc": "18 位代码，设成文本", "integer": "整数", "phone": "手机或座机"}


def template(form: RosterForm, roster: Roster | None = None) -> bytes:
    """An XLSX workbook with the roster's header, its rows if there are any, and a sheet that explains the columns."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet, notes = book.add_worksheet(form.title[:31]), book.add_worksheet("说明")
    sheet.set_column(0, len(form.fields) - 1, 22, text)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [field.label for field in form.fields], bold)
    for number, row in enumerate(roster.current().values() if roster else (), 1):
        for place, field in enumerate(form.fields):
            sheet.write_string(number, place, form.shown(field.key, row.values.get(field.key, "")), text)
    notes.write_row(0, 0, ["栏目", "要不要填", "怎么填"], bold)
    for number, explained in enumerate(_explained(form), 1):
        notes.write_row(number, 0, explained)
    notes.hide()  # an import reads the one sheet that is seen
    book.close()
    return out.getvalue()


def _explained(form: RosterForm) -> Iterator[tuple[str, str, str]]:
    for field in form.fields:
        how = "、".join(title for _, title in field.choices) or _KINDS.get(field.kind, field.hint)
        yield field.label, "必填" if field.required == "always" else "选填", how


def plan_lines(form: RosterForm, plan: Plan) -> Iterator[str]:
    """Return what the plan changes, a line each, the counts first."""
    if plan.is_empty:
        yield f"和名册一样，没有要导入的（{plan.unchanged} 行没变）"
        return
    yield (
        f"新增 {len(plan.added)} 行，改动 {len(plan.changed)} 行，换单位 {len(plan.moved)} 行，"
        f"恢复 {len(plan.resumed)} 行，文件里没有 {len(plan.gone)} 行，没变 {plan.unchanged} 行"
    )
    yield from (f"＋ {named(form, values)}" for values in plan.added)
    yield from (f"≠ {named(form, one.values)}：{_said(form, one)}" for one in (*plan.changed, *plan.moved))
    yield from (f"↺ {named(form, values)}：原来已经移出，文件里又有了" for _, values in plan.resumed)
    yield from (f"－ {named(form, values)}" for _, values in plan.gone)
    gone = {key for key, _ in plan.gone}
    for key, name in plan.by_hand:
        what = (
            f"“{form.label(name)}”是手工改的" if name else f"这一行是手工{'列入或者改过' if key in gone else '移出'}的"
        )
        yield f"注意：{'、'.join(key)} 的{what}，导入会改掉它"


def named(form: RosterForm, values: Mapping[str, Any]) -> str:
    """Return what a row is called: the project with its unit, or the unit with its code."""
    first = f"{values[form.project]}，" if form.project else ""
    return f"{first}{values['unit_name']}（{values['uscc']}）"


def _said(form: RosterForm, change: Change) -> str:
    return "；".join(_pairs(form, change))


def _pairs(form: RosterForm, change: Change) -> Iterable[str]:
    for name, value in change.new.items():
        old = change.old.get(name)
        yield f"{form.label(name)} {form.shown(name, old) if old is not None else '（空）'} → {form.shown(name, value)}"
