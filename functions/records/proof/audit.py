"""Checks records for consistency: chains, digests, receipts, seals; knows neither stores nor files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec

from functions.records.event import Event, digest_body, event_is_whole
from functions.records.receipt import InvalidReceipt, verify
from functions.records.seals.seal import InvalidSeal, Seal, links, read_seal

Keyring = Mapping[str, ec.EllipticCurvePublicKey]

Kind = Literal[
    "database",
    "event_changed",
    "event_missing",
    "content_missing",
    "chain_broken",
    "record_missing",
    "summary_differs",
    "receipt_forged",
    "receipt_without_event",
    "file_changed",
    "file_missing",
    "file_unlisted",
    "key_missing",
    "seal_forged",
    "seal_missing",
    "seal_differs",
    "sealed_missing",
    "not_sealed",
    "not_published",
    "rolled_back",
    "draw_differs",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference from the recorded data, in Chinese; `number` and `sequence` when it is about an event."""

    kind: Kind
    message: str
    number: str = ""
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Content that was erased as a law demanded, with its erasure recorded: reported, but not a difference."""

    number: str
    sequence: int
    version: int
    at: str
    reason: str

    kind: Literal["erased"] = "erased"

    @property
    def message(self) -> str:
        """Return the gap in words."""
        return (
            f"{self.number} 第 {self.sequence} 步：第 {self.version} 版的内容已经依法删除"
            f"（{self.at[:10]}，{self.reason}），指纹和前后各步都对得上"
        )


@dataclass(frozen=True, slots=True)
class FileLeftOut:
    """A file that its maker signed as left out of a package: reported, but not a difference. `why` is in words."""

    number: str
    sequence: int
    name: str
    sha256: str
    at: str
    why: str
    kind: Literal["left_out"] = "left_out"

    @property
    def message(self) -> str:
        """Return the gap in words."""
        return f"{self.number} 第 {self.sequence} 步的附件“{self.name}”没有放进来：{self.why}（{self.at[:10]}，有签名）"


@dataclass
class Report:
    """The result of a check. `checked` counts the checked objects; `notes` name what could not be checked."""

    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap | FileLeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether everything matches the record; a gap with a recorded erasure counts as a match."""
        return not self.findings

    def count(self, what: str, more: int = 1) -> None:
        """Count checked objects."""
        self.checked[what] = self.checked.get(what, 0) + more

    def written(self) -> dict[str, Any]:
        """Return the report for programs."""
        gaps = [{**asdict(gap), "message": gap.message} for gap in self.gaps]
        findings = [asdict(finding) for finding in self.findings]
        return {"ok": self.ok, "findings": findings, "gaps": gaps, "notes": self.notes, "checked": self.checked}


def check_chain(events: Iterable[Event], report: Report) -> bool:
    """Check that the events of one record or of the audit log, sorted by sequence, are whole and linked."""
    before = len(report.findings)
    gone: list[Event] = []
    erasures: dict[int, Gap] = {}
    expected, last, form = 1, "", None
    for event in events:
        form = event.form if form is None else form
        report.findings += _about(event, expected, last, form)
        if event.body is None and event.salt is None:
            gone.append(event)
        if event.type == "erased":
            erasures |= _erasure(event)
        expected, last = event.sequence + 1, event.digest
    for event in gone:
        _name_gap(event, erasures, report)
    return len(report.findings) == before


def _about(event: Event, expected: int, last: str, form: str) -> Iterator[Finding]:
    """Return the problems of one event at its place."""
    where = f"{event.number} 第 {event.sequence} 步"
    if event.sequence != expected:
        missing = (
            f"第 {expected} 步" if event.sequence == expected + 1 else f"第 {expected} 到第 {event.sequence - 1} 步"
        )
        yield Finding("event_missing", f"{event.number} {missing}不见了", event.number, expected)
    elif event.previous != last:
        yield Finding("chain_broken", f"{where}和前一步接不上：两步里有一步被换过", event.number, event.sequence)
    if (event.body is None) != (event.salt is None):
        yield Finding("content_missing", f"{where}的内容和随机数只剩一样", event.number, event.sequence)
    elif event.body is not None and event.salt is not None and digest_body(event.salt, event.body) != event.body_digest:
        yield Finding("event_changed", f"{where}的内容存入以后被改动过", event.number, event.sequence)
    if not _is_whole(event) or event.form != form:
        words = f"{where}登记的事项（表、时间、谁办的、做了什么）存入以后被改动过"
        yield Finding("event_changed", words, event.number, event.sequence)


def _is_whole(event: Event) -> bool:
    """Whether the event's own digest matches its fields as they are now."""
    try:
        return event_is_whole(replace(event, salt=None, body=None))
    except ValueError:
        return False


def _erasure(event: Event) -> dict[int, Gap]:
    """Return the gap that this event records, by the sequence of the erased event; none when it does not say."""
    try:
        body = json.loads(event.body or b"")
        return {body["erased"]: Gap(event.number, body["erased"], body["version"], event.at, body["reason"])}
    except (ValueError, KeyError, TypeError):
        return {}


def _name_gap(event: Event, erasures: Mapping[int, Gap], report: Report) -> None:
    gap = erasures.get(event.sequence)
    if gap is not None:
        report.gaps.append(gap)
        return
    words = f"{event.number} 第 {event.sequence} 步的内容不见了，也没有依法删除的记录"
    report.findings.append(Finding("content_missing", words, event.number, event.sequence))


def check_receipt(
    told: Mapping[str, Any],
    public_keys: Keyring,
    events: Iterable[Event],
    report: Report,
) -> None:
    """Report problems of an answer that has a receipt; `events` are those of the record that it names."""
    try:
        stated = verify(told["receipt"], public_keys)
    except InvalidReceipt:
        report.findings.append(Finding("receipt_forged", "一份回执的签名核对不上：它被改动过，或者不是本局签发的"))
        return
    report.count("receipts")
    number = stated["number"]
    if any(str(told[name]) != str(value) for name, value in stated.items() if name in told):
        report.findings.append(Finding("receipt_forged", f"{number} 存下的答复和它的回执不一样", number))
    # A correction's receipt names both times; the corrected version came in at the later one.
    at = stated.get("corrected_at", stated.get("submitted_at"))
    meant = (stated.get("digest"), at, stated.get("form"))
    if all((event.digest, event.at, event.form) != meant for event in events):
        report.findings.append(Finding("receipt_without_event", f"{number} 的回执所指的那一步不在数据里", number))


def check_seals(tokens: Sequence[str], public_keys: Keyring, report: Report, *, from_first: bool = True) -> list[Seal]:
    """Return the seals among these JWS that are signed and linked, in order; report the others as findings.

    With `from_first` they must begin with the first seal of all; without it, earlier seals may be missing.
    """
    found: list[Seal] = []
    before: Seal | None = None
    for place, token in enumerate(tokens, 1):
        report.count("seals")
        try:
            seal = read_seal(token, public_keys)
        except InvalidSeal:
            words = f"第 {place} {'次' if from_first else '条'}封存的签名核对不上：它被改动过，或者不是本局签发的"
            report.findings.append(Finding("seal_forged", words))
            before = None
            continue
        if not links(seal, before) and (before is not None or (place == 1 and from_first)):
            words = f"第 {seal.index} 次封存和前一次接不上：中间少了一次，或者换过一次"
            report.findings.append(Finding("seal_missing", words))
        found.append(seal)
        before = seal
    return found


def check_published(published: Sequence[str], keys: Keyring, kept: Sequence[Seal | None], report: Report) -> None:
    """Report differences between the seals that another bureau keeps and those `kept` here, by their index from 1.

    Nobody here can change the other bureau's copies, so each of their seals must still be here. None stands for a
    damaged seal.
    """
    for token in published:
        try:
            seal = read_seal(token, keys)
        except InvalidSeal:
            report.findings.append(Finding("not_published", "送出去的一条封存记录，签名核对不上：它不是本局签发的"))
            continue
        report.count("published")
        if seal.index > len(kept):
            words = f"数据被退回到从前：送出去的第 {seal.index} 次封存（{seal.at[:10]}）这里没有，只到第 {len(kept)} 次"
            report.findings.append(Finding("rolled_back", words))
            continue
        here = kept[seal.index - 1]
        if here is None:
            words = f"送出去的第 {seal.index} 次封存（{seal.at[:10]}）在数据里的那一份坏了或者被换过"
            report.findings.append(Finding("seal_missing", words))
        elif here.digest != seal.digest:
            words = f"第 {seal.index} 次封存和送出去的不是同一条：数据被换过"
            report.findings.append(Finding("seal_differs", words))
