"""The one place that reads settings, picks the adapters and owns clock and randomness; knows no HTTP."""

from __future__ import annotations

import gc
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from functions.errors import SettingError
from functions.forms.filefield import BEHIND_GATEWAY, MOST_BYTES

if TYPE_CHECKING:
    from functions.forms.catalogue import Catalogue
    from functions.records.blobs import BlobStore
    from functions.records.inspecting import Scanner
    from functions.records.keys import Keys
    from functions.records.papers import PaperStore
    from functions.records.store import RecordStore, SealStore
    from functions.staff.parcels import ParcelStore
    from functions.staff.port import StaffStore
    from functions.staff.trail import TrailStore
    from functions.storage.aws.cloud import Cloud
    from functions.storage.aws.store import AwsStore
    from functions.storage.sqlite import SqliteStore

PREFIX = "QINGDAN_"
LONGEST_SECONDS = 25
ENTROPY_AT_ONCE = 2048
_PATH = re.compile(r"/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")
MOST_WORKERS = 32
MOST_BY_ITSELF = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator may set.

    `catalogue` is a compiled form file; without it the forms are read from `schemas`. `body_limit` is in bytes;
    `header_seconds` and `body_seconds` are the times in which the two parts of a request must have arrived;
    `rate_per_minute` is how many changes one client address may make. `behind_proxy` trusts X-Forwarded-For;
    `encrypted` says that clients use HTTPS. `require_totp` demands a second factor of reviewers and admins.
    `origin_mark` is what CloudFront shows in the header X-Qingdan-Origin; without one, everybody is answered.
    `cloud` says where in the cloud everything is kept; without it, in `data`.
    `root_path` is where a portal mounts the service, with a slash at both ends; "" when it is where the site is.
    `upload_mb_per_hour` is how much one client address may upload; `clamd` where the virus scanner is, "" for none.
    `workers` is how many processes the one-machine server takes requests with.
    """

    data: Path = Path("data")
    site: Path = Path("build/site")
    schemas: Path = Path("schemas")
    catalogue: Path | None = None
    body_limit: int = 1024 * 1024
    body_seconds: int = 15
    header_seconds: int = 15
    rate_limit: bool = True
    rate_per_minute: int = 120
    access_log: bool = True
    behind_proxy: bool = False
    encrypted: bool = False
    require_totp: bool = False
    origin_mark: str = ""
    cloud: Cloud | None = None
    root_path: str = ""
    workers: int = 1
    upload_mb_per_hour: int = 2048
    clamd: str = ""

    @property
    def upload_limit(self) -> int:
        """How many bytes of files a plain HTML form may bring at once."""
        return BEHIND_GATEWAY if self.cloud else MOST_BYTES

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> Settings:
        """The settings of a mapping like os.environ; SettingError names the variable and the fix."""
        behind_proxy = _switch(variables, "QINGDAN_BEHIND_PROXY", False)
        return cls(
            data=_path(variables, "QINGDAN_DATA") or Path("data"),
            site=_path(variables, "QINGDAN_SITE") or Path("build/site"),
            schemas=_path(variables, "QINGDAN_SCHEMAS") or Path("schemas"),
            catalogue=_path(variables, "QINGDAN_CATALOGUE"),
            body_limit=_whole(variables, "QINGDAN_BODY_LIMIT", 1024 * 1024, 1024, 64 * 1024 * 1024),
            body_seconds=_whole(variables, "QINGDAN_BODY_SECONDS", 15, 1, LONGEST_SECONDS),
            header_seconds=_whole(variables, "QINGDAN_HEADER_SECONDS", 15, 1, LONGEST_SECONDS),
            rate_limit=_switch(variables, "QINGDAN_RATE_LIMIT", True),
            rate_per_minute=_whole(variables, "QINGDAN_RATE_PER_MINUTE", 120, 1, 1_000_000),
            access_log=_switch(variables, "QINGDAN_ACCESS_LOG", True),
            behind_proxy=behind_proxy,
            encrypted=behind_proxy,
            require_totp=_switch(variables, "QINGDAN_REQUIRE_TOTP", False),
            origin_mark=variables.get("QINGDAN_ORIGIN_MARK", "").strip(),
            cloud=_cloud(variables),
            root_path=_root_path(variables, "QINGDAN_ROOT_PATH"),
            workers=_whole(variables, "QINGDAN_WORKERS", min(os.cpu_count() or 1, MOST_BY_ITSELF), 1, MOST_WORKERS),
            upload_mb_per_hour=_whole(variables, "QINGDAN_UPLOAD_MB_PER_HOUR", 2048, 50, 1_000_000),
            clamd=variables.get("QINGDAN_CLAMD", "").strip(),
        )


KNOWN_VARIABLES = frozenset(
    PREFIX + name
    for name in (
        "DATA",
        "SITE",
        "SCHEMAS",
        "CATALOGUE",
        "BODY_LIMIT",
        "BODY_SECONDS",
        "HEADER_SECONDS",
        "RATE_LIMIT",
        "RATE_PER_MINUTE",
        "ACCESS_LOG",
        "BEHIND_PROXY",
        "REQUIRE_TOTP",
        "ORIGIN_MARK",
        "STORE",
        "TABLE",
        "BUCKET",
        "EXPORTS_BUCKET",
        "PARAMETERS",
        "REGION",
        "ENDPOINT_URL",
        "ROOT_PATH",
        "WORKERS",
        "BACKGROUND",
        "UPLOAD_MB_PER_HOUR",
        "CLAMD",
    )
)


def unknown_variables(variables: Mapping[str, str]) -> list[str]:
    """The QINGDAN_* names that no setting reads, sorted: slips of the pen, or settings of another version."""
    return sorted(name for name in variables if name.startswith(PREFIX) and name not in KNOWN_VARIABLES)


def _path(variables: Mapping[str, str], name: str) -> Path | None:
    value = variables.get(name, "")
    return Path(value) if value else None


def _root_path(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if not value:
        return ""
    path = f"/{value.strip('/')}/" if value.strip("/") else "/"
    if not value.startswith("/") or not _PATH.fullmatch(path):
        raise SettingError(
            f"{name} 要写成 /daj/ 这样的路径，只用字母、数字和 . _ ~ -，现在是“{value}”。请改好，或者不设"
        )
    return path


def _switch(variables: Mapping[str, str], name: str, default: bool) -> bool:
    value = variables.get(name, "").strip().lower()
    if value in ("", "on", "off"):
        return default if not value else value == "on"
    raise SettingError(f"{name} 只能是 on 或 off，现在是“{value}”。请改成其中一个，或者不设")


def _cloud(variables: Mapping[str, str]) -> Cloud | None:
    store = variables.get("QINGDAN_STORE", "").strip()
    if store in ("", "sqlite"):
        return None
    if store != "aws":
        raise SettingError(f"QINGDAN_STORE 只能是 sqlite 或 aws，现在是“{store}”。请改成其中一个，或者不设")
    from functions.storage.aws.cloud import Cloud

    return Cloud.from_mapping(variables)


def _whole(variables: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = variables.get(name, "").strip()
    if not value:
        return default
    if value.isascii() and value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise SettingError(f"{name} 要填 {least} 到 {most} 之间的整数，现在是“{value}”。请改这个数，或者不设")


@dataclass(frozen=True, slots=True)
class Services:
    """What the functions work with. `clock` gives aware UTC, `entropy` so many secure random bytes.

    `parcels` is None where a download is streamed to the client, however large it is; `scanner` where nobody looks for
    viruses.
    """

    settings: Settings
    catalogue: Catalogue
    records: RecordStore
    seals: SealStore
    staff: StaffStore
    trail: TrailStore
    blobs: BlobStore
    papers: PaperStore
    keys: Keys
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    parcels: ParcelStore | None = None
    scanner: Scanner | None = None

    def close(self) -> None:
        """Finish what waits to be stored and release the data."""
        self.records.close()


def read_clock() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


class Entropy:
    """Called, it gives so many secure random bytes, from a store of the system's own that is read some at a time.

    Each reading lets go of the interpreter, and under load another thread takes it for milliseconds. A process that is
    forked off reads its own: no two may give the same bytes.
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
    """The catalogue, from the compiled file when one is set, else from the schemas; AuthoringError or SettingError."""
    if settings.catalogue is None:
        from functions.forms.authoring import read_catalogue

        return read_catalogue(settings.schemas)
    from functions.forms.catalogue import Catalogue

    try:
        return Catalogue.load(settings.catalogue.read_bytes())
    except FileNotFoundError:
        raise SettingError(f"QINGDAN_CATALOGUE 指的文件不存在：{settings.catalogue}。请改路径，或者不设") from None


def settle() -> None:
    """Collect garbage from now on, of what comes after the start of a function; does nothing where that is done."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def open_services(settings: Settings, *, lock: bool) -> Services:
    """Open the data and everything that works on it; with `lock` as the only server of its folder, else StoreLocked.

    Raises SettingError or AuthoringError when settings or forms are wrong, StoreUnavailable when data cannot be opened.
    """
    return _open(settings, read_forms(settings), lock=lock)


def reopen(services: Services) -> Services:
    """The same forms on the same data, opened anew: a process that was forked off may share no connection."""
    return _open(services.settings, services.catalogue, lock=False)


def _open(settings: Settings, catalogue: Catalogue, *, lock: bool) -> Services:
    entropy = Entropy()
    records, keys = (
        _open_cloud(settings.cloud, catalogue, entropy)
        if settings.cloud
        else _open_folder(settings.data, catalogue, entropy, lock)
    )
    return Services(
        settings=settings,
        catalogue=catalogue,
        records=records,
        seals=records.seals,
        staff=records.staff,
        trail=records.trail,
        blobs=records.blobs,
        papers=records.papers,
        keys=keys,
        clock=read_clock,
        entropy=entropy,
        parcels=_open_parcels(settings.cloud, entropy),
        scanner=_open_scanner(settings.clamd),
    )


def _open_scanner(clamd: str) -> Scanner | None:
    if not clamd:
        return None
    from functions.storage.clamd import Clamd

    return Clamd(clamd)


def _open_parcels(cloud: Cloud | None, entropy: Entropy) -> ParcelStore | None:
    if cloud is None or cloud.background is None:
        return None
    from functions.storage.aws.opening import open_parcels

    return open_parcels(cloud, cloud.background, entropy)


def _open_cloud(cloud: Cloud, catalogue: Catalogue, entropy: Entropy) -> tuple[AwsStore, Keys]:
    from functions.storage.aws.opening import open_cloud

    return open_cloud(cloud, entropy=entropy, forms={form.digest: form.document for form in catalogue})


def _open_folder(folder: Path, catalogue: Catalogue, entropy: Entropy, lock: bool) -> tuple[SqliteStore, Keys]:
    from functions.storage.keys import load_keys
    from functions.storage.sqlite import open_store

    records = open_store(folder, lock=lock)
    try:
        for definition in catalogue:
            records.keep_document(definition.digest, definition.document)
        return records, load_keys(folder, entropy)
    except BaseException:
        records.close()
        raise
