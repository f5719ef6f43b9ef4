"""What the preview of an import shows: counts, old and new, what ends, what was set by hand; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from functions.desk.rosters.drafts import Draft, ends_many
from functions.desk.rosters.endings import ALL, COUNT, MOST_LISTED, control
from functions.desk.rosters.words import KEPT, Done, RosterName, last_import, name_of
from functions.imports.roster_rows import MOST_SHOWN, Fault
from functions.supervision.rosters.ending import ENDINGS
from functions.supervision.rosters.plan import Change
from functions.supervision.rosters.state import key_of

CHOICES: Final = (*ENDINGS.items(), (KEPT, "文件漏了，保留"))


@dataclass(frozen=True, slots=True)
class FileWords:
    """The file: its name, how many rows it has, its digest, and how many cells were made plain."""

    name: str
    rows: int
    digest: str
    repairs: int


@dataclass(frozen=True, slots=True)
class Figure:
    """How many rows something happens to, with its sign; `anchor` is where the page tells which."""

    sign: str
    word: str
    count: int
    note: str
    anchor: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that changes, with the line of the file."""

    line: int
    name: str
    column: str
    old: str
    new: str
    note: str


@dataclass(frozen=True, slots=True)
class Ending:
    """A row that the file leaves out, and the reason chosen for it."""

    control: str
    name: str
    chosen: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would change. `wrong` leads to the controls that are still to be filled in.

    `different` is how many cells change, of which `cells` are shown; `ending` how many rows end, of which `endings` are
    asked for one by one. `many`: their number has to be typed.
    """

    template: ClassVar = "roster_preview.html"
    roster: RosterName
    file: FileWords
    head: int
    now: int
    after: int
    imported: Done | None
    nothing: bool
    figures: Sequence[Figure]
    cells: Sequence[CellChange]
    different: int
    changed: int
    by_hand: Sequence[str]
    ending: int
    endings: Sequence[Ending]
    choices: Sequence[tuple[str, str]]
    for_all: str
    many: bool
    typed: str
    added: Sequence[str]
    adding: int
    source: str
    notice: str
    wrong: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FaultWords:
    """One bad cell, or a bad line: what stands there, the cause, and the cure."""

    id: str
    place: str
    line: int
    column: str
    said: str
    cause: str
    cure: str


@dataclass(frozen=True, slots=True)
class Faults:
    """Why nothing of a file was imported: the first of the faults, and how many there are."""

    template: ClassVar = "roster_faults.html"
    roster: RosterName
    file: FileWords
    faults: Sequence[FaultWords]
    count: int
    now: int
    size: str


def preview_of(
    draft: Draft, answers: Mapping[str, str], *, notice: str = "", wrong: Sequence[tuple[str, str]] = ()
) -> Preview:
    """The page about this draft, with what was chosen on it already."""
    plan, now = draft.plan, len(draft.roster.current())
    resumed = {key for key, _ in plan.resumed}
    cells = [*_cells(draft, plan.changed), *_cells(draft, plan.moved, note="换了单位，历史不断")]
    changed = sum(change.key not in resumed for change in plan.changed) + len(plan.moved)
    adding = len(plan.added) + len(resumed)
    refused = {where for where, _ in wrong}
    return Preview(
        roster=RosterName.of(draft.form),
        file=_file(draft),
        head=draft.roster.head,
        now=now,
        after=now + adding - len(plan.gone),
        imported=last_import(draft.events),
        nothing=plan.is_empty,
        figures=_figures(draft, adding, changed, len(cells)),
        cells=cells[:MOST_SHOWN],
        different=len(cells),
        changed=changed,
        by_hand=list(_by_hand(draft)),
        ending=len(plan.gone),
        endings=[
            Ending(
                control(index), name_of(draft.form, values), answers.get(control(index), ""), control(index) in refused
            )
            for index, (_, values) in enumerate(plan.gone[:MOST_LISTED])
        ],
        choices=CHOICES,
        for_all=answers.get(ALL, ""),
        many=ends_many(draft.roster, len(plan.gone)),
        typed=answers.get(COUNT, ""),
        added=list(_added(draft))[:MOST_SHOWN],
        adding=adding,
        source=answers.get("source", ""),
        notice=notice,
        wrong=wrong,
    )


def faults_of(draft: Draft, size: str) -> Faults:
    """The page about a file with faults; `size` is how large a file may be, in words."""
    found = draft.read.faults
    words = [_fault(index, fault) for index, fault in enumerate(found[:MOST_SHOWN])]
    now = len(draft.roster.current())
    return Faults(RosterName.of(draft.form), _file(draft), words, len(found), now, size)


def _file(draft: Draft) -> FileWords:
    return FileWords(draft.name, len(draft.read.rows), draft.digest, draft.read.repairs)


def changes_of(draft: Draft) -> list[tuple[str, ...]]:
    """Everything the draft changes, for a file: sign, line, name, column, old, new; the header first."""
    form = draft.form
    added = (("新增", "", name, "", "", "") for name in _added(draft))
    cells = (*_cells(draft, draft.plan.changed), *_cells(draft, draft.plan.moved))
    changed = (("改动", str(one.line), one.name, one.column, one.old, one.new) for one in cells)
    ended = (("结束", "", name_of(form, values), "", "", "") for _, values in draft.plan.gone)
    return [("变化", "行", RosterName.of(form).unit, "栏目", "原为", "改为"), *added, *changed, *ended]


def _figures(draft: Draft, adding: int, changed: int, cells: int) -> list[Figure]:
    plan = draft.plan
    return [
        Figure("＋", "新增", adding, "名册里没有", "add"),
        Figure("≠", "改动", changed, f"{cells} 个格子不同" if cells else "格子都一样", "chg"),
        Figure("－", "结束", len(plan.gone), "文件里没有，请选原因" if plan.gone else "文件里都有", "end"),
        Figure("＝", "没变", plan.unchanged, "不动", "same"),
    ]


def _cells(draft: Draft, changes: Sequence[Change], *, note: str = "") -> Iterator[CellChange]:
    form = draft.form
    lines = {key_of(form, row): line for row, line in zip(draft.read.rows, draft.read.lines, strict=True)}
    for change in changes:
        line, name = lines[key_of(form, change.values)], name_of(form, change.values)
        for key, value in change.new.items():
            old = change.old.get(key)
            renamed = "代码相同，按改名处理，历史不断" if key == "unit_name" and not note else note
            shown = form.shown(key, old) if old is not None else ""
            yield CellChange(line, name, form.label(key), shown, form.shown(key, value), renamed)


def _added(draft: Draft) -> Iterator[str]:
    yield from (name_of(draft.form, values) for values in draft.plan.added)
    yield from (f"{name_of(draft.form, values)}（原来移出过，文件里又有了）" for _, values in draft.plan.resumed)


def _by_hand(draft: Draft) -> Iterator[str]:
    for key, column in draft.plan.by_hand:
        row = draft.roster.rows[key]
        name = name_of(draft.form, row.values)
        if column:
            yield f"{name}：“{draft.form.label(column)}”是在经办台改的，导入以后用文件里的"
        elif row.ended is None:
            yield f"{name}：是在经办台列入或者改过的，文件里没有，导入以后移出"
        else:
            done = f"并入 {row.into} 的" if row.into else "移出的"
            yield f"{name}：是在经办台{done}，导入以后又在名册上"


def _fault(index: int, fault: Fault) -> FaultWords:
    cause, _, cure = fault.message.partition("。")
    if not cure and cause.startswith("请"):
        cause, cure = "这一格不对" if fault.said else "这一格空着", cause
    column = f"{fault.letter}　{fault.column}" if fault.letter else "整行"
    return FaultWords(f"e{index}", fault.place, fault.line, column, fault.said, cause, cure)
