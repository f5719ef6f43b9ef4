"""Erases one version of a filing, as a law may demand: salt and body are deleted, digests and dates stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from functions.errors import StepRefused
from functions.records.event import SALT_BYTES, Event, make_event
from functions.records.filing import timestamp
from functions.records.state import searchable, standing
from functions.records.store import Append, Record

# Keys of the body that an erasure keeps: the record cannot be followed without them, and they name no person.
LEFT: Final = ("form_digest", "period", "due", "timeliness", "contest", "code", "counted_on", "received_on")


@dataclass(frozen=True, slots=True)
class Erasure:
    """The step that records an erasure, and the `sequence` of the event whose salt and body it deletes."""

    step: Append
    sequence: int


def erase(
    record: Record, *, version: int, reason: str, actor: str, at: datetime, entropy: Callable[[int], bytes]
) -> Erasure:
    """Erase one version (from 1); StepRefused when there is no such version, or it is erased already.

    `reason` stays in the record for ever, so it must not repeat the erased content. Erasing the version that counts
    also deletes the search words of the filing.
    """
    event = _filed(record, version)
    if event.body is None:
        raise StepRefused(f"第 {version} 版的内容已经删除过，不用再删")
    if not reason.strip():
        raise StepRefused("请写明删除的依据，例如哪一份决定。不要写要删的内容")
    body = json.loads(event.body)
    left = {name: body[name] for name in LEFT if name in body}
    state, last = standing(record.events), record.events[-1]
    erased = make_event(
        number=last.number,
        form=last.form,
        sequence=last.sequence + 1,
        type="erased",
        at=timestamp(at),
        actor=actor,
        previous=last.digest,
        body={"erased": event.sequence, "version": version, "reason": reason.strip(), "left": left},
        salt=entropy(SALT_BYTES),
    )
    summary = replace(record.summary, sequence=erased.sequence, contested=False)
    if version == state.version:
        words = searchable(f"{summary.number}\n{summary.unit_name}")
        summary = replace(summary, words=words, warnings=())
    claim = None if state.contest else summary.guard
    return Erasure(Append((erased,), summary, claim, b"{}", None), event.sequence)


def _filed(record: Record, version: int) -> Event:
    """Return the event that brought this version."""
    filed = [event for event in record.events if event.type in ("submitted", "corrected")]
    if not 1 <= version <= len(filed):
        raise StepRefused(f"这件填报没有第 {version} 版，只有第 1 到第 {len(filed)} 版。请核对版本")
    return filed[version - 1]
