"""Assembles a package, member by member, in constant memory: first the payload, then its description.

Data that grows with the payload (manifest, metadata) is kept in temporary files; a document is made while the previous
one is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from functions.errors import NotFound
from functions.exports.bag.files import Attachments, notice
from functions.exports.bag.metadata import PROCESS_HEAD, RECORD_HEAD, process_lines, record_line
from functions.exports.bag.words import BAGIT, README, About, bag_info
from functions.exports.jsonl import write_record
from functions.exports.pdf import Press
from functions.exports.zips import Zip, file_name, in_larger_chunks
from functions.forms.definition import Definition
from functions.records.attachments.inspection import Standing
from functions.records.attachments.named import Attachment, attachments_in, digests_in
from functions.records.event import Event, canonical
from functions.records.filing import receipt_of
from functions.records.keys import Keys
from functions.records.proof.left_out import sign_left_out
from functions.records.proof.package_signature import sign_package
from functions.records.state import Erased, standing
from functions.records.store import Record
from functions.records.versions import Version, versions_of

AHEAD = 6
MAKERS = 2
READ = 1 << 20


@dataclass(frozen=True, slots=True)
class Package:
    """The inputs of a package. `document` returns the form document of a digest."""

    press: Press
    keys: Keys
    document: Callable[[str], bytes]
    attachments: Attachments

    def stream(self, records: Iterable[Record], about: About) -> Iterator[bytes]:
        """Yield the zip in chunks."""
        return in_larger_chunks(self._members(records, about))

    def _members(self, records: Iterable[Record], about: About) -> Iterator[bytes]:
        with (
            self.press.for_many() as press,
            ThreadPoolExecutor(MAKERS, thread_name_prefix="papers") as makers,
            TemporaryFile(prefix="qingdan-") as manifest,
            TemporaryFile(prefix="qingdan-") as described,
            TemporaryFile(prefix="qingdan-") as done,
        ):
            bag = _Bag(about, manifest, described, done)
            forms: dict[str, Definition] = {}
            yield from bag.open()
            for made in self._ahead(records, forms, press, makers):
                digest = made.record.summary.form_digest
                if digest not in bag.forms:
                    yield from bag.add(f"data/forms/{digest}.json", forms[digest].document)
                    bag.forms.add(digest)
                yield from self._filing(bag, made, forms[digest])
            yield from bag.close(self.keys)

    def _ahead(
        self, records: Iterable[Record], forms: dict[str, Definition], press: Press, makers: ThreadPoolExecutor
    ) -> Iterator[_Made]:
        """Yield the parts of each record, while those of the next records are being made."""
        waiting: deque[Future[_Made]] = deque()
        for record in records:
            digest = record.summary.form_digest
            if digest not in forms:
                forms[digest] = Definition.from_document(self.document(digest))
            waiting.append(makers.submit(self._make, record, forms[digest], press))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _make(self, record: Record, definition: Definition, press: Press) -> _Made:
        named = {digest for event in record.events for digest in digests_in(event.body)}
        standings = {digest: self.attachments.standing(digest) for digest in sorted(named)}
        try:
            return _Made(record, press.filing(record, definition), standings)
        except Erased:
            return _Made(record, None, standings)

    def _filing(self, bag: _Bag, made: _Made, definition: Definition) -> Iterator[bytes]:
        record, document = made.record, made.document
        folder = f"data/filings/{record.summary.number}"
        yield from bag.add(f"{folder}/record.json", write_record(record))
        versions = versions_of(record.events)
        for version in versions:
            if version.data is not None:
                yield from self._version(bag, f"{folder}/v{version.number}", made, version, definition)
        paper = f"{folder}/v{len(versions)}/filing.pdf"
        if document is None:
            bag.describe(record, definition, "", 0, "")
            return
        digest = hashlib.sha256(document).hexdigest()
        yield from bag.add_known(paper, document, digest, len(document))
        bag.describe(record, definition, paper, len(document), digest)

    def _version(
        self, bag: _Bag, folder: str, made: _Made, version: Version, definition: Definition
    ) -> Iterator[bytes]:
        events, event = made.record.events, version.event
        yield from bag.add(f"{folder}/filing.json", canonical(version.data))
        receipt = receipt_of(events[0], event, standing(events, events.index(event)), definition, self.keys)
        yield from bag.add(f"{folder}/receipt.jws", receipt.encode())
        for number, attachment in enumerate(attachments_in(version.data), 1):
            name = f"{folder}/attachments/{number:02d} {file_name(attachment.name) or attachment.digest[:16]}"
            yield from self._attachment(bag, name, attachment, made.standings[attachment.digest], event)

    def _attachment(
        self, bag: _Bag, name: str, attachment: Attachment, stands: Standing, event: Event
    ) -> Iterator[bytes]:
        """Add the file as it was sent, or a notice why it is missing."""
        if stands == "ready":
            try:
                content = self.attachments.stream(attachment.digest)
            except NotFound:
                stands = "gone"
            else:
                yield from bag.add_known(name, content, attachment.digest, attachment.size)
                return
        statement = sign_left_out(self.keys.signer, event.digest, attachment.digest, stands, bag.at)
        yield from bag.add(f"{name}.txt", notice(attachment, stands, statement))


@dataclass(frozen=True, slots=True)
class _Made:
    """A record with its document, None when the content was erased, and whether each named file is available."""

    record: Record
    document: bytes | None
    standings: Mapping[str, Standing]


class _Bag:
    """The zip, and the list of its members so far."""

    def __init__(self, about: About, manifest: IO[bytes], described: IO[bytes], done: IO[bytes]) -> None:
        self.forms: set[str] = set()
        self.at = about.at
        self._about = about
        self._root = about.name
        self._zip = Zip()
        self._bytes = self._files = self._filings = 0
        self._manifest, self._described, self._done = manifest, described, done
        described.write(RECORD_HEAD)
        done.write(PROCESS_HEAD)

    def open(self) -> Iterator[bytes]:
        """Add the folder of the payload, which must exist even when it is empty."""
        yield from self._zip.folder(f"{self._root}/data")

    def add(self, path: str, content: bytes) -> Iterator[bytes]:
        """Add a member of the payload."""
        yield from self.add_known(path, content, hashlib.sha256(content).hexdigest(), len(content))

    def add_known(self, path: str, content: bytes | Iterable[bytes], digest: str, size: int) -> Iterator[bytes]:
        """Add a member of the payload whose digest and size are known, and checked by the source of the content."""
        self._manifest.write(f"{digest}  {path}\n".encode())
        self._bytes += size
        self._files += 1
        yield from self._zip.add(f"{self._root}/{path}", content)

    def describe(self, record: Record, definition: Definition, paper: str, size: int, digest: str) -> None:
        """Add the filing to the metadata; the arguments are those of `record_line`."""
        self._filings += 1
        self._described.write(record_line(self._about.bureau, record, definition, paper, size, digest))
        self._done.write(process_lines(record))

    def close(self, keys: Keys) -> Iterator[bytes]:
        """Add the description of the payload, its digests, the signature over them, and the end of the zip."""
        info = bag_info(self._about, filings=self._filings, files=self._files, size=self._bytes)
        tags: dict[str, Iterable[bytes]] = {
            "bagit.txt": [BAGIT],
            "bag-info.txt": [info],
            "manifest-sha256.txt": _read(self._manifest),
            "README.txt": [README.encode()],
            "keys/jwks.json": [json.dumps(keys.jwks(), indent=1).encode()],
            "metadata/records.csv": _read(self._described),
            "metadata/process.csv": _read(self._done),
        }
        lines = []
        for path, content in tags.items():
            digest = hashlib.sha256()
            yield from self._zip.add(f"{self._root}/{path}", _hashed(content, digest))
            lines.append(f"{digest.hexdigest()}  {path}\n")
        listing = "".join(lines).encode()
        yield from self._zip.add(f"{self._root}/tagmanifest-sha256.txt", listing)
        signed = sign_package(keys.signer, self._root, hashlib.sha256(listing).hexdigest(), self.at)
        yield from self._zip.add(f"{self._root}/signature.jws", signed.encode())
        yield from self._zip.finish()


def _hashed(content: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for chunk in content:
        digest.update(chunk)
        yield chunk


def _read(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(READ):
        yield chunk
