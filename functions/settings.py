"""The operator's settings: one frozen model, read from a mapping and validated at once; picks no adapter."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, overload

from functions.errors import SettingError
from functions.forms.attachment_field import BEHIND_GATEWAY, MOST_BYTES
from functions.remind_settings import MAILBOX, NAMES, RemindSettings

if TYPE_CHECKING:
    from functions.storage.aws.locations import Cloud

PREFIX = "QINGDAN_"
ProofOfWork = Literal["auto", "on", "off"]
LONGEST_SECONDS = 25
_PATH = re.compile(r"/([A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")
MOST_WORKERS = 32
MOST_HOPS = 8
MOST_BY_ITSELF = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator may set.

    `catalogue` is a compiled form file; without it the forms are read from `schemas`. `body_limit` is in bytes;
    `header_seconds` and `body_seconds` are the times in which the two parts of a request must have arrived;
    `rate_per_minute` is how many changes one client address may make. `behind_proxy` trusts X-Forwarded-For, of which
    `proxy_hops` proxies write one address each; `encrypted` says that clients use HTTPS. `require_totp` demands a
    second factor of reviewers and admins, or does not; None leaves it to `public`, which says that others than this
    machine can reach the service.
    `listens` is the scheme and host that a server of this machine answers at; "" where nobody would find it there.
    `origin_mark` is what CloudFront shows in the header X-Qingdan-Origin; without one, everybody is answered.
    `cloud` says where in the cloud everything is kept; without it, in `data`.
    `root_path` is where a portal mounts the service, with a slash at both ends; "" when it is where the site is.
    `mail_server` takes all mail. `mail_from` writes to `mail_to`, the superior bureau, with each night's seals; "" for
    none. `reminders` is about the mail to units.
    `upload_mb_per_hour` is how much one client address may upload; `unfiled_mb` how much may be on its way or in no
    filing yet, of all addresses together; `clamd` where the virus scanner is, "" for none.
    `versions` is how many versions of a filing its unit may make unasked.
    `filings_per_hour` and `contested_per_day` are how many new filings one address may make, and how many of them
    although another holds their place.
    `proof_of_work` is asked of new addresses while a flood of filings lasts ("auto"), always, or never.
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
    proxy_hops: int = 1
    encrypted: bool = False
    require_totp: bool | None = None
    public: bool = False
    listens: str = ""
    mail_server: str = ""
    mail_from: str = ""
    mail_to: str = ""
    reminders: RemindSettings = field(default_factory=RemindSettings)
    origin_mark: str = ""
    cloud: Cloud | None = None
    root_path: str = ""
    workers: int = 1
    upload_mb_per_hour: int = 2048
    unfiled_mb: int = 20 * 1024
    versions: int = 30
    filings_per_hour: int = 60
    contested_per_day: int = 10
    proof_of_work: ProofOfWork = "auto"
    clamd: str = ""

    @property
    def trusted_hops(self) -> int:
        """How many of the last addresses in X-Forwarded-For are our own proxies' word."""
        return self.proxy_hops if self.behind_proxy else 0

    @property
    def upload_limit(self) -> int:
        """Return how many bytes of files a plain HTML form may bring at once."""
        return BEHIND_GATEWAY if self.cloud else MOST_BYTES

    @property
    def demands_second_factor(self) -> bool:
        """Whether reviewers and admins need a second factor."""
        return self.public if self.require_totp is None else self.require_totp

    @classmethod
    def from_mapping(cls, variables: Mapping[str, str]) -> Settings:
        """Read the settings from a mapping like os.environ; SettingError names the variable and the fix."""
        behind_proxy, cloud = _switch(variables, "QINGDAN_BEHIND_PROXY", False), _cloud(variables)
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
            proxy_hops=_whole(variables, "QINGDAN_PROXY_HOPS", 1, 1, MOST_HOPS),
            encrypted=behind_proxy,
            require_totp=_switch(variables, "QINGDAN_REQUIRE_TOTP", None),
            public=behind_proxy or cloud is not None,
            origin_mark=variables.get("QINGDAN_ORIGIN_MARK", "").strip(),
            cloud=cloud,
            root_path=_root_path(variables, "QINGDAN_ROOT_PATH"),
            workers=_whole(variables, "QINGDAN_WORKERS", min(os.cpu_count() or 1, MOST_BY_ITSELF), 1, MOST_WORKERS),
            upload_mb_per_hour=_whole(variables, "QINGDAN_UPLOAD_MB_PER_HOUR", 2048, 50, 1_000_000),
            unfiled_mb=_whole(variables, "QINGDAN_UNFILED_MB", 20 * 1024, 100, 10_000_000),
            versions=_whole(variables, "QINGDAN_VERSIONS", 30, 2, 1000),
            filings_per_hour=_whole(variables, "QINGDAN_FILINGS_PER_HOUR", 60, 1, 100_000),
            contested_per_day=_whole(variables, "QINGDAN_CONTESTED_PER_DAY", 10, 1, 10_000),
            proof_of_work=_proof_of_work(variables),
            clamd=_clamd(variables),
            reminders=RemindSettings.from_mapping(variables),
            **_mail(variables),
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
        "PROXY_HOPS",
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
        "UNFILED_MB",
        "VERSIONS",
        "FILINGS_PER_HOUR",
        "CONTESTED_PER_DAY",
        "PROOF_OF_WORK",
        "CLAMD",
        "MAIL_SERVER",
        "MAIL_FROM",
        "MAIL_TO",
        *NAMES,
    )
)


def unknown_variables(variables: Mapping[str, str]) -> list[str]:
    """Return the QINGDAN_* names that no setting reads, sorted: typing errors, or settings of another version."""
    return sorted(name for name in variables if name.startswith(PREFIX) and name not in KNOWN_VARIABLES)


def _path(variables: Mapping[str, str], name: str) -> Path | None:
    value = variables.get(name, "")
    return Path(value) if value else None


def _mail(variables: Mapping[str, str]) -> dict[str, str]:
    """Return all three settings of the mail with seals, or none; the server alone where only units get mail."""
    names = ("MAIL_SERVER", "MAIL_FROM", "MAIL_TO")
    given = {name.lower(): variables.get(PREFIX + name, "").strip() for name in names}
    if given["mail_from"] or given["mail_to"] or (given["mail_server"] and not variables.get("QINGDAN_REMIND_FROM")):
        for name in names:
            if not given[name.lower()]:
                raise SettingError(f"每晚要寄封存记录，还缺 {PREFIX}{name}。请设好，或者三个都不设")
        for name in names[1:]:
            if not MAILBOX.fullmatch(given[name.lower()]):
                raise SettingError(f"{PREFIX}{name} 要填一个邮箱地址，例如 daj@example.gov.cn。请改好，或者三个都不设")
    return given


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


@overload
def _switch(variables: Mapping[str, str], name: str, default: bool) -> bool: ...
@overload
def _switch(variables: Mapping[str, str], name: str, default: None) -> bool | None: ...
def _switch(variables: Mapping[str, str], name: str, default: bool | None) -> bool | None:
    value = variables.get(name, "").strip().lower()
    if value in ("", "on", "off"):
        return default if not value else value == "on"
    raise SettingError(f"{name} 只能是 on 或 off，现在是“{value}”。请改成其中一个，或者不设")


def _proof_of_work(variables: Mapping[str, str]) -> ProofOfWork:
    value = variables.get("QINGDAN_PROOF_OF_WORK", "").strip().lower() or "auto"
    if value in ("auto", "on", "off"):
        return cast(ProofOfWork, value)
    raise SettingError(f"QINGDAN_PROOF_OF_WORK 只能是 auto、on 或 off，现在是“{value}”。请改成其中一个，或者不设")


def _clamd(variables: Mapping[str, str]) -> str:
    value = variables.get("QINGDAN_CLAMD", "").strip()
    if value and "AWS_LAMBDA_FUNCTION_NAME" in variables:
        # Its protocol is not encrypted, and a function outside a private network reaches it over the public one only.
        raise SettingError("QINGDAN_CLAMD 在 AWS 的函数里不能用：内容会不加密地经过公网。请不设")
    return value


def _cloud(variables: Mapping[str, str]) -> Cloud | None:
    store = variables.get("QINGDAN_STORE", "").strip()
    if store in ("", "sqlite"):
        return None
    if store != "aws":
        raise SettingError(f"QINGDAN_STORE 只能是 sqlite 或 aws，现在是“{store}”。请改成其中一个，或者不设")
    from functions.storage.aws.locations import Cloud

    return Cloud.from_mapping(variables)


def _whole(variables: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = variables.get(name, "").strip()
    if not value:
        return default
    if value.isascii() and value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise SettingError(f"{name} 要填 {least} 到 {most} 之间的整数，现在是“{value}”。请改这个数，或者不设")
