"""The one place that selects the adapters and owns clock and randomness; knows no HTTP."""

from __future__ import annotations

import gc
import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from functions.errors import SettingError, system_reason

if TYPE_CHECKING:
    from functions.forms.catalogue import Catalogue
    from functions.records.attachments.inspection import Scanner
    from functions.records.attachments.store import BlobStore
    from functions.records.document_cache import DocumentStore
    from functions.records.keys import Keys
    from functions.records.ledger import LedgerStore
    from functions.records.store import RecordStore, SealStore
    from functions.settings import Settings
    from functions.staff.audit_log import AuditLogStore
    from functions.staff.prepared_downloads import PreparedDownloadStore
    from functions.staff.store import StaffStore
    from functions.storage.aws.locations import Cloud
    from functions.storage.aws.records.store import AwsStore
    from functions.storage.sqlite import SqliteStore

Until = Callable[[], float]

ENTROPY_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class Services:
    """The dependencies of the functions. `clock` gives aware UTC, `entropy` gives secure random bytes.

    `trail` is the audit log, `papers` the document cache. `prepared_downloads` is None when a download of any size is
    streamed to the client; `scanner` is None when nobody scans for viruses.
    """

    settings: Settings
    catalogue: Catalogue
    records: RecordStore
    seals: SealStore
    staff: StaffStore
    trail: AuditLogStore
    ledger: LedgerStore
    blobs: BlobStore
    papers: DocumentStore
    keys: Keys
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    prepared_downloads: PreparedDownloadStore | None = None
    scanner: Scanner | None = None

    def close(self) -> None:
        """Finish pending writes and release the data."""
        self.records.close()


def read_clock() -> datetime:
    """Return the current time, aware, UTC."""
    return datetime.now(UTC)


class Entropy:
    """Callable: returns secure random bytes of a given length, from a buffer filled by the operating system.

    Each system call releases the interpreter lock, and under load another thread keeps it for milliseconds; the buffer
    makes these calls rare. A forked process fills its own buffer: no two may return equal bytes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = b""
        self._owner = os.getpid()

    def __call__(self, count: int) -> bytes:
        with self._lock:
            if len(self._left) < count or self._owner != os.getpid():
                self._left, self._owner = os.urandom(max(count, ENTROPY_AT_ONCE)), os.getpid()
            taken, self._left = self._left[:count], self._left[count:]
        return taken


def read_forms(settings: Settings) -> Catalogue:
    """Read the catalogue: the compiled file when one is set, else the schemas; AuthoringError or SettingError."""
    if settings.catalogue is None:
        from functions.forms.authoring.reader import read_catalogue

        return read_catalogue(settings.schemas)
    from functions.forms.catalogue import Catalogue

    try:
        return Catalogue.load(settings.catalogue.read_bytes())
    except OSError as error:
        reason = system_reason(error)
        raise SettingError(
            f"QINGDAN_CATALOGUE 指的文件 {settings.catalogue} 读不出来（{reason}）。请改路径，或者不设"
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise SettingError(
            f"QINGDAN_CATALOGUE 指的文件 {settings.catalogue} 不是打包时编好的表。请改路径，或者不设"
        ) from None


def settle() -> None:
    """Freeze what the start has created and turn garbage collection on; does nothing when it is on already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def open_services(settings: Settings, *, lock: bool, until: Until | None = None) -> Services:
    """Open the data and everything that works on it; with `lock` as the only server of its folder, else StoreLocked.

    `until` gives the moment, in seconds of time.monotonic, after which no call of the cloud is tried again.
    Raises SettingError or AuthoringError when settings or forms are wrong, StoreUnavailable when data cannot be opened.
    """
    return _open(settings, read_forms(settings), lock=lock, until=until)


def reopen(services: Services) -> Services:
    """Open forms and data again in a forked process, which must not share a connection with its parent."""
    return _open(services.settings, services.catalogue, lock=False)


def _open(settings: Settings, catalogue: Catalogue, *, lock: bool, until: Until | None = None) -> Services:
    entropy, until = Entropy(), until or (lambda: math.inf)
    records, keys = (
        _open_cloud(settings.cloud, catalogue, entropy, until)
        if settings.cloud
        else _open_folder(settings.data, catalogue, entropy, lock, settings.unfiled_mb * 1024 * 1024)
    )
    return Services(
        settings=settings,
        catalogue=catalogue,
        records=records,
        seals=records.seals,
        staff=records.staff,
        trail=records.trail,
        ledger=records.ledger,
        blobs=records.blobs,
        papers=records.papers,
        keys=keys,
        clock=read_clock,
        entropy=entropy,
        prepared_downloads=_open_parcels(settings.cloud, entropy, until),
        scanner=_open_scanner(settings.clamd),
    )


def _open_scanner(clamd: str) -> Scanner | None:
    if not clamd:
        return None
    from functions.storage.clamd import Clamd

    return Clamd(clamd)


def _open_parcels(cloud: Cloud | None, entropy: Entropy, until: Until) -> PreparedDownloadStore | None:
    if cloud is None or cloud.background is None:
        return None
    from functions.storage.aws.opening import open_prepared_downloads

    return open_prepared_downloads(cloud, cloud.background, entropy, until)


def _open_cloud(cloud: Cloud, catalogue: Catalogue, entropy: Entropy, until: Until) -> tuple[AwsStore, Keys]:
    from functions.storage.aws.opening import open_cloud

    forms = {form.digest: form.document for form in catalogue}
    return open_cloud(cloud, entropy=entropy, forms=forms, until=until)


def _open_folder(
    folder: Path, catalogue: Catalogue, entropy: Entropy, lock: bool, unfiled: int
) -> tuple[SqliteStore, Keys]:
    from functions.storage.keys import load_keys
    from functions.storage.sqlite import open_store

    records = open_store(folder, lock=lock, unfiled=unfiled)
    try:
        for definition in catalogue:
            records.keep_document(definition.digest, definition.document)
        return records, load_keys(folder, entropy)
    except BaseException:
        records.close()
        raise
