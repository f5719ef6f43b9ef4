"""Offline verification of a data folder, package, receipt, proof or month of seals, recognised by content.

A further kind is one more entry of KINDS: how to recognise it, and how to check it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_string, policy
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from functions.bootstrap import Services
from functions.errors import QingdanError, system_reason
from functions.local.verify.package_check import check_package, is_package
from functions.local.verify.package_contents import is_broken_zip
from functions.local.verify.store_audit import Ports, audit
from functions.records.pinned import PinnedForms
from functions.records.proof.audit import Finding, Report, check_seals
from functions.records.proof.receipts_in_text import receipts_in
from functions.records.receipt import InvalidReceipt, read_jwks, verify
from functions.records.seals.seal import ALGORITHM, InvalidSeal, proves, read_proof
from functions.storage.keys import read_access_kids, read_public_keys
from functions.storage.sqlite.store import DATABASE_NAME

Keyring = Mapping[str, ec.EllipticCurvePublicKey]

LARGEST_FILE: Final = 64 * 1024 * 1024
_NO_KEYS = (
    "没有公钥，核对不了签名。请用 --keys 给出公钥文件（从网站的 /.well-known/jwks.json 存下来的），"
    "或者用 --data 指数据文件夹"
)
_FACTS = (
    ("number", "编号"),
    ("unit_name", "单位"),
    ("form", "表"),
    ("period", "期"),
    ("version", "版本"),
    ("received_on", "收到日期（纸质件）"),
    ("submitted_at", "收到时间（世界时）"),
    ("corrected_at", "补正时间（世界时）"),
    ("due", "截止日期"),
    ("timeliness", "是否按期"),
    ("digest", "内容指纹"),
)


@dataclass(frozen=True, slots=True)
class Means:
    """The inputs of a check: the public keys, seals kept elsewhere, and the progress callback."""

    keys: Keyring | None
    published: Sequence[str] = ()
    progress: Callable[[int], None] = lambda count: None

    def require_keys(self) -> Keyring:
        """Return the keys; QingdanError that says where to get them when there are none."""
        if not self.keys:
            raise QingdanError(_NO_KEYS)
        return self.keys


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verified object, the findings, and the object's own statements, as labels and words."""

    kind: str
    report: Report
    stated: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: `recognises` looks at a path, `check` verifies what lies there; no `title`, no offer of it."""

    title: str
    recognises: Callable[[Path], bool]
    check: Callable[[Path, Means], Outcome]


def verify_path(path: Path, means: Means) -> Outcome:
    """Check this path; QingdanError when it is none of the kinds, or keys are missing."""
    if not path.exists():
        raise QingdanError(f"没有 {path}。请核对路径")
    for kind in KINDS:
        if kind.recognises(path):
            return _checked(kind, path, means)
    known = "、".join(kind.title for kind in KINDS if kind.title)
    raise QingdanError(f"认不出 {path} 是什么。可以核验：{known}")


def _checked(kind: Kind, path: Path, means: Means) -> Outcome:
    """As `kind.check`. What was made to be misread may be wrong in a way that nobody has thought of."""
    try:
        return kind.check(path, means)
    except QingdanError:
        raise
    except Exception as error:
        name = type(error).__name__
        raise QingdanError(
            f"{path} 读到一半读不下去（{name}）：它不是本系统写的，或者被改动过。请用原来的文件"
        ) from error


def verify_store(services: Services, means: Means) -> Outcome:
    """Check the open store, of any kind."""
    forms = PinnedForms(services.records, services.catalogue)
    ports = Ports(services.records, services.seals, services.trail, services.ledger, services.blobs, forms)
    report = audit(ports, means.keys or services.keys.public_keys, means.published, means.progress)
    report.notes.append("查的是步骤、列表、封存、操作记录，附件在不在、大小对不对；附件的内容和发出去的回执没有查")
    return Outcome("正在用的数据", report)


def read_keys(path: Path) -> Keyring:
    """The keys of a file: a JWKS, or a month's seals, which carry it. QingdanError when it is neither."""
    try:
        return read_jwks(json.loads(_text(path)))
    except (ValueError, RecursionError):
        raise QingdanError(f"{path} 不是公钥文件。请从网站的 /.well-known/jwks.json 另存一份") from None


def read_published(path: Path) -> list[str]:
    """The seals of a file, a mail, or all of those in a folder, at least one; QingdanError when there is none."""
    if not path.is_dir():
        return [token for text in _texts(path) for token in _tokens(path, text)]
    found = sorted(each for each in path.iterdir() if each.suffix.lower() in (".json", ".eml"))
    if not found:
        raise QingdanError(f"{path} 里没有封存记录（.json）或者寄来的邮件（.eml）。请核对路径")
    return [token for each in found for token in read_published(each)]


def _texts(path: Path) -> list[str]:
    """Return the text of a file; for a mail, of its JSON attachments."""
    if path.suffix.lower() != ".eml":
        return [_text(path)]
    mail = message_from_string(_text(path), policy=policy.default)
    parts = [part for part in mail.walk() if part.get_content_type() == "application/json"]
    return [bytes(part.get_content()).decode(errors="replace") for part in parts] or [""]


def _tokens(path: Path, text: str) -> list[str]:
    try:
        tokens = json.loads(text)["seals"]
        if not isinstance(tokens, list) or not tokens or not all(isinstance(token, str) for token in tokens):
            raise ValueError("no seals")
        return tokens
    except (ValueError, KeyError, TypeError, RecursionError):
        words = f"{path} 不是按月下载的封存记录，或者里面的封存被拿掉过。请用 /api/seals/months/… 给出的文件"
        raise QingdanError(words) from None


def _check_folder(path: Path, means: Means) -> Outcome:
    from functions.storage.sqlite.audit import Auditor

    own = read_public_keys(path)
    keys = means.keys or own
    if not keys:
        raise QingdanError(_NO_KEYS)
    kids = read_access_kids(path)
    report = Auditor(path, keys, kids or None, means.published).run(means.progress)
    if not kids:
        report.notes.append("文件夹里没有 keys，查询码的密钥没有查")
    return Outcome("数据文件夹", report)


def _check_package(path: Path, means: Means) -> Outcome:
    report = check_package(path, means.keys, means.progress)
    if means.published:
        report.notes.append("归档包里没有封存，没有和 --seals 对照：请对数据文件夹再核验一次，并用封存证明核对单个步骤")
    return Outcome("归档包", report)


def _check_broken(path: Path, means: Means) -> Outcome:
    words = "这个压缩包打不开，末尾缺了一截，或者坏了。没有下载完的，请重新下载"
    return Outcome("压缩包", Report(findings=[Finding("file_changed", words)]))


def _check_receipts(path: Path, means: Means) -> Outcome:
    """Every receipt in the text; a link from a QR code is one too."""
    keys, report, stated = means.require_keys(), Report(), []
    for token in receipts_in(_text(path)):
        report.count("receipts")
        try:
            payload = verify(token, keys)
        except InvalidReceipt as error:
            report.findings.append(Finding("receipt_forged", str(error)))
            continue
        stated += [(label, str(payload[name])) for name, label in _FACTS if name in payload]
    return Outcome("回执", report, stated)


def _check_proof(path: Path, means: Means) -> Outcome:
    keys, report = means.require_keys(), Report()
    report.count("proofs")
    try:
        proof = read_proof(json.loads(_text(path)), keys)
    except InvalidSeal as error:
        report.findings.append(Finding("seal_forged", str(error)))
        return Outcome("封存证明", report)
    if not proves(proof):
        report.findings.append(Finding("seal_differs", "由这份证明算出的总指纹，和签了名的不一样：证明被改动过"))
    seal = proof.seal
    stated = [("内容指纹", proof.digest), ("封存", f"第 {seal.index} 次，{seal.at}"), ("总指纹", seal.root)]
    return Outcome("封存证明", report, stated)


def _check_month(path: Path, means: Means) -> Outcome:
    written, report = json.loads(_text(path)), Report()
    tokens = read_published(path)
    keys = means.keys
    if not keys:
        keys = read_keys(path)
        report.notes.append("用的是文件自带的公钥：只说明它前后一致。要说明是本局签的，请用 --keys 给出另外存下的公钥")
    check_seals(tokens, keys, report, from_first=False)
    return Outcome("封存记录", report, [("月份", str(written.get("month", "")))])


def _is_folder(path: Path) -> bool:
    return (path / DATABASE_NAME).is_file()


def _is_json_with(name: str) -> Callable[[Path], bool]:
    def recognises(path: Path) -> bool:
        written = _json(path)
        return isinstance(written, dict) and written.get("algorithm") == ALGORITHM and name in written

    return recognises


def _has_receipt(path: Path) -> bool:
    """A database or a program contains tokens too; only a text file is a receipt."""
    text = _text(path) if path.is_file() and path.stat().st_size <= LARGEST_FILE else ""
    return "\0" not in text and any(True for _ in receipts_in(text))


def _json(path: Path) -> Any:
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return None
    try:
        return json.loads(_text(path))
    except (ValueError, RecursionError):
        return None


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise QingdanError(f"{path} 超过 {LARGEST_FILE >> 20} MB，不会是要核验的东西。请核对路径")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise QingdanError(f"{path} 读不出来（{system_reason(error)}）。请检查路径和权限") from None


KINDS: Final[tuple[Kind, ...]] = (
    Kind("数据文件夹", _is_folder, _check_folder),
    Kind("归档包（zip，或者解开的文件夹）", is_package, _check_package),
    Kind("", is_broken_zip, _check_broken),
    Kind("封存证明（JSON）", _is_json_with("path"), _check_proof),
    Kind("按月的封存记录（JSON）", _is_json_with("seals"), _check_month),
    Kind("回执（.jws、.txt，或者二维码里的网址）", _has_receipt, _check_receipts),
)
