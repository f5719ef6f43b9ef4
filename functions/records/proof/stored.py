"""Checks the data that a store derives from its records; gets that data as arguments and knows no store.

Both the check of a data folder and the check through the ports use it; each reads rows and files its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from functions.errors import QingdanError
from functions.forms.definition import Definition
from functions.records.attachments.named import Attachment, named_in
from functions.records.event import Event
from functions.records.proof.audit import Finding, Kind, Report
from functions.records.seals.merkle import Tree, plant
from functions.records.seals.seal import Seal
from functions.records.state import Erased, State, fold, summary_of
from functions.records.store import Summary

_CURE: Final = "请运行 qingdan rebuild；再查还不一样，就是有步骤被删改"

Fault = tuple[Kind, str] | None
"""What is wrong with a file, in words; None for one that is whole."""


def check_summary(
    events: Sequence[Event],
    sequence: int | None,
    definition_of: Callable[[str], Definition],
    is_listed: Callable[[State, Summary], bool],
    report: Report,
) -> State | None:
    """Report a difference between a record, whose chain is whole, and its row in the list; return the record's state.

    The list is derived, but people decide by it. `sequence` is the one that the list states, None when it has no such
    record; `is_listed` says whether it holds this summary. The state is None when it was not checked, or cannot be
    told.
    """
    number, state = events[0].number, None
    if sequence is None:
        report.findings.append(Finding("summary_differs", f"{number} 不在列表里。{_CURE}", number))
        return None
    try:
        state = fold(events)
        agrees = is_listed(state, summary_of(events[0], state, definition_of(state.form_digest)))
    except Erased:
        agrees = sequence == events[-1].sequence
    except (QingdanError, ValueError, LookupError, TypeError, AttributeError):
        words = f"{number} 的表单文件缺了或者坏了，内容没法对照"
        report.findings.append(Finding("file_missing", words, number))
        return state
    if not agrees:
        report.findings.append(Finding("summary_differs", f"{number} 列表里的和记录不一样。{_CURE}", number))
    return state


def check_named_files(events: Iterable[Event], fault_of: Callable[[Attachment], Fault], report: Report) -> None:
    """Report every file that these events name and that is missing or changed."""
    for event in events:
        for attachment in named_in(event.body):
            fault = fault_of(attachment)
            if fault is not None:
                kind, words = fault
                where = f"{event.number} 第 {event.sequence} 步的附件“{attachment.name}”"
                report.findings.append(Finding(kind, where + words, event.number, event.sequence))


def check_tree(
    seal: Seal, leaves: Sequence[bytes], has_tiles: Callable[[Tree], bool], report: Report, *, ordered: bool = True
) -> None:
    """Report problems of a seal's leaves: their root must be the signed one.

    `has_tiles` says whether the stored hashes for proofs belong to this tree; `ordered` whether each leaf is in its
    place, where the store notes that.
    """
    tree = plant(leaves) if leaves else None
    if not ordered or tree is None or (tree.size, tree.root.hex()) != (seal.size, seal.root):
        words = f"第 {seal.index} 次封存：由各步的指纹算出的总指纹，和签了名的不一样"
        report.findings.append(Finding("seal_differs", words))
    if tree is not None and not has_tiles(tree):
        words = f"第 {seal.index} 次封存：证明用的中间指纹被改动过"
        report.findings.append(Finding("seal_differs", words))
