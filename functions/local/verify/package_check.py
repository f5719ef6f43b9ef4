"""Verifies a package (BagIt) offline with public keys: files, chains, receipts, forms, attachments."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import QingdanError
from functions.exports.jsonl import read_events
from functions.local.verify.package_contents import DAMAGE, Contents, Folder, Packed
from functions.records.attachments.named import Attachment, attachments_in
from functions.records.event import Event, canonical
from functions.records.proof.audit import FileLeftOut, Finding, Report, check_chain, check_receipt
from functions.records.proof.left_out import REASONS, LeftOut, read_left_out
from functions.records.proof.package_signature import read_listing
from functions.records.receipt import InvalidReceipt, read_jwks, verify
from functions.records.state import Erased, standing

Keyring = Mapping[str, ec.EllipticCurvePublicKey]

LONGEST_NOTICE: Final = 64 * 1024
# A package of a county's filings of ten years has manifests of a few MB; a zip of 2 MB can hold one of 2 GB.
LARGEST_READ: Final = 64 * 1024 * 1024
MANIFEST: Final = "manifest-sha256.txt"
TAGS: Final = "tagmanifest-sha256.txt"
KEYS: Final = "keys/jwks.json"
SIGNATURE: Final = "signature.jws"
OWN_KEYS: Final = "用的是包里自带的公钥：只说明它前后一致。要说明是本局签的，请用 --keys 给出另外存下的公钥文件"
_LINE = re.compile(r"([0-9a-f]{64})\s+(\S.*)")
_FOLLOWS = ("status", "version", "form_digest", "period", "due", "timeliness", "submitted_at")
_RECORD = re.compile(r"data/filings/([^/]+)/record\.json")
_ATTACHED = re.compile(r"data/filings/[^/]+/v[0-9]+/attachments/[0-9]+ ")


def is_package(path: Path) -> bool:
    """Whether this is a package, packed or not."""
    if path.is_dir():
        return (path / "bagit.txt").is_file()
    try:
        with closing(Packed(path)):
            return True
    except DAMAGE:
        return False


def check_package(path: Path, keys: Keyring | None, progress: Callable[[int], None]) -> Report:
    """Check the whole package; `progress` is called with the number of files done.

    Without `keys` it uses those in the package, and says so. QingdanError when there are none.
    """
    with closing(Folder(path) if path.is_dir() else Packed(path)) as contents:
        return _Check(contents, keys, progress).run()


class _Check:
    def __init__(self, contents: Contents, keys: Keyring | None, progress: Callable[[int], None]) -> None:
        self._contents = contents
        self._progress = progress
        self._report = Report()
        self._digests: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        # By the beginnings of their paths, which end in a number and a blank.
        self._attached: dict[str, list[str]] = {}
        self._keys = keys or self._own_keys()

    def run(self) -> Report:
        listed = {**self._listed(TAGS), **self._listed(MANIFEST)}
        names = Counter(self._contents.names())
        for done, name in enumerate(names, 1):
            self._check_file(name, listed.get(name))
            self._progress(done)
        for name in sorted(listed.keys() - self._digests.keys()):
            self._find("file_missing", f"{name} 在清单里，包里没有")
        for name in (name for name, times in names.items() if times > 1):
            self._find("file_unlisted", f"{name} 在包里不止一份：解开的时候留下哪一份，各种软件不一样")
        for name in names:
            if found := _RECORD.fullmatch(name):
                self._check_record(found[1], name)
        self._check_signature()
        return self._report

    def _own_keys(self) -> Keyring:
        try:
            keys = read_jwks(json.loads(self._read(KEYS)))
        except (KeyError, *DAMAGE):
            raise QingdanError("包里没有能用的公钥。请用 --keys 给出公钥文件") from None
        self._report.notes.append(OWN_KEYS)
        return keys

    def _listed(self, manifest: str) -> dict[str, str]:
        """The digests that a manifest gives, by path."""
        try:
            lines = self._read(manifest).decode("utf-8-sig").splitlines()
        except (KeyError, *DAMAGE):
            self._find("file_missing", f"{manifest} 不见了，或者读不出来")
            return {}
        found = [_LINE.fullmatch(line) for line in lines if line.strip()]
        if not all(found):
            self._find("file_changed", f"{manifest} 里有读不懂的行")
        return {line[2]: line[1] for line in found if line}

    def _check_signature(self) -> None:
        """Only this signature reveals that a whole filing was removed or truncated, or a PDF replaced."""
        try:
            listing = read_listing(self._read(SIGNATURE).decode().strip(), self._keys)
        except (KeyError, *DAMAGE):
            self._find("file_missing", f"{SIGNATURE} 不见了，或者读不出来：整包的签名没法核对")
            return
        except InvalidReceipt:
            self._find("receipt_forged", f"{SIGNATURE} 核对不上：它被改动过，或者不是本局签的")
            return
        if listing != self._digests.get(TAGS):
            self._find("file_changed", "整包和签名对不上：打包以后，有文件被改动、拿掉或者放进来，清单也重做过")

    def _check_file(self, name: str, expected: str | None) -> None:
        if attached := _ATTACHED.match(name):
            self._attached.setdefault(attached[0], []).append(name)
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in self._contents.stream(name):
                digest.update(chunk)
                size += len(chunk)
        except (KeyError, *DAMAGE):
            self._digests[name], self._sizes[name] = "", 0
            self._find("file_changed", f"{name} 读不出来")
            return
        self._digests[name], self._sizes[name] = digest.hexdigest(), size
        self._report.count("files")
        if expected is None and name not in (TAGS, SIGNATURE):
            self._find("file_unlisted", f"{name} 不在清单里：打包以后放进来的")
        elif expected is not None and expected != self._digests[name]:
            self._find("file_changed", f"{name} 的内容和清单里的校验值对不上")

    def _check_record(self, number: str, name: str) -> None:
        try:
            written = self._read(name)
            facts, events = json.loads(written), read_events(written)
        except (KeyError, TypeError, AttributeError, *DAMAGE):
            self._find("event_changed", f"{number} 的经过读不懂", number)
            return
        self._report.count("records")
        self._report.count("events", len(events))
        if not events or any(event.number != number for event in events):
            self._find("event_changed", f"{number} 的经过是另一件填报的", number)
            return
        if check_chain(events, self._report):
            self._check_standing(number, facts, events)
        filed = [event for event in events if event.type in ("submitted", "corrected")]
        for version, event in enumerate(filed, 1):
            if event.body is not None:
                try:
                    data = json.loads(event.body)["data"]
                except (ValueError, KeyError, TypeError):
                    continue  # its wrong digests have been reported already
                self._check_version(f"data/filings/{number}/v{version}", data, event, events)

    def _check_standing(self, number: str, facts: Mapping[str, Any], events: tuple[Event, ...]) -> None:
        """The summary in record.json must follow from the steps."""
        try:
            state = standing(events)
        except Erased:
            return
        wrong = [name for name in _FOLLOWS if facts.get(name) != getattr(state, name)]
        if wrong:
            self._find("summary_differs", f"{number} 的摘要（{'、'.join(wrong)}）和它的经过不一样", number)
        form = f"data/forms/{state.form_digest}.json"
        if self._digests.get(form) != state.form_digest:
            self._find("file_missing", f"{number} 所用的表 {form} 不见了，或者换过", number)

    def _check_version(self, folder: str, data: Any, event: Event, events: tuple[Event, ...]) -> None:
        if self._digests.get(f"{folder}/filing.json") != hashlib.sha256(canonical(data)).hexdigest():
            self._find("file_changed", f"{folder}/filing.json 和经过里存的内容不一样", event.number)
        self._check_receipt(f"{folder}/receipt.jws", event, events)
        for place, attachment in enumerate(attachments_in(data), 1):
            self._check_attachment(f"{folder}/attachments/{place:02d} ", attachment, event)

    def _check_attachment(self, start: str, attachment: Attachment, event: Event) -> None:
        found = self._attached.get(start, [])
        if [self._digests[name] for name in found] == [attachment.digest]:
            self._report.count("attachments")
            return
        left_out = self._left_out(found, attachment, event)
        if left_out is not None and left_out.reason != "gone":
            words = REASONS[left_out.reason]
            about = (event.number, event.sequence, attachment.name, attachment.digest, left_out.at, words)
            self._report.gaps.append(FileLeftOut(*about))
            return
        what = "不见了，或者换过" if left_out is None else f"没有放进来：{REASONS[left_out.reason]}"
        kind = "file_changed" if found and left_out is None else "file_missing"
        self._find(kind, f"{event.number} 的附件“{attachment.name}”{what}", event.number)

    def _left_out(self, found: Sequence[str], attachment: Attachment, event: Event) -> LeftOut | None:
        """Return the maker's signed statement about this file; None when there is none."""
        if len(found) != 1 or not found[0].endswith(".txt") or self._sizes[found[0]] > LONGEST_NOTICE:
            return None
        try:
            *_, token = self._read(found[0]).decode().split()
            stated = read_left_out(token, self._keys)
        except (ValueError, InvalidReceipt, KeyError, *DAMAGE):
            return None
        return stated if (stated.event, stated.file) == (event.digest, attachment.digest) else None

    def _check_receipt(self, name: str, event: Event, events: tuple[Event, ...]) -> None:
        try:
            receipt = self._read(name).decode("ascii")
        except (KeyError, *DAMAGE):
            self._find("file_missing", f"{name} 不见了，或者读不出来", event.number)
            return
        check_receipt({"receipt": receipt}, self._keys, events, self._report)
        try:
            of_another = verify(receipt, self._keys).get("digest") != event.digest
        except InvalidReceipt:
            return
        if of_another:
            self._find("receipt_without_event", f"{name} 是另一版的回执", event.number)

    def _read(self, name: str) -> bytes:
        """A whole file, KeyError or one of DAMAGE; ValueError, which is one, for what no package of ours has."""
        parts, size = [], 0
        for chunk in self._contents.stream(name):
            size += len(chunk)
            if size > LARGEST_READ:
                raise ValueError("too large")
            parts.append(chunk)
        return b"".join(parts)

    def _find(self, kind: Any, message: str, number: str = "") -> None:
        self._report.findings.append(Finding(kind, message, number))
