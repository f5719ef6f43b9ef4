"""Recomputes the draws on the ledger for the check of a store; reads no store itself."""

from __future__ import annotations

from collections.abc import Sequence

from functions.records.event import Event
from functions.records.ledger import kind_of
from functions.records.proof.audit import Finding, Report
from functions.supervision.draws.chain import KIND, faults


def check_draw(events: Sequence[Event], report: Report) -> None:
    """Report every step of a draw that differs from what its pool and seed give; other chains are none of its."""
    if not events or kind_of(events[0].number) != KIND:
        return
    report.count("draws")
    for sequence, words in faults(events):
        number = events[0].number
        report.findings.append(Finding("draw_differs", f"{number} 第 {sequence} 步：{words}", number, sequence))
