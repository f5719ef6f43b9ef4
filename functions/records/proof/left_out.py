"""The signed statement that a package lacks a file, and why; knows neither packages nor stores.

It tells a file that could not be included from one that somebody removed: nobody else can sign it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from functions.records.filing import timestamp
from functions.records.proof.audit import Keyring
from functions.records.receipt import InvalidReceipt, Signer, read_signed

ALGORITHM: Final = "qingdan-left-out-1"

Reason = Literal["waiting", "infected", "gone"]

REASONS: Final[dict[Reason, str]] = {
    "waiting": "打包的时候它还没有查过病毒",
    "infected": "它查出了病毒，已经隔离",
    "gone": "打包的时候它已经不在数据里，或者读不出来",
}
REASONS_IN_ENGLISH: Final[dict[Reason, str]] = {
    "waiting": "it had not been scanned for viruses when this package was made",
    "infected": "a virus was found in it, and it was put where nobody gets it",
    "gone": "it was no longer in the data when this package was made, or could not be read",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The file's SHA-256, the digest of its event; `at` is when the package was made, UTC."""

    event: str
    file: str
    reason: Reason
    at: str


def sign_left_out(signer: Signer, event: str, file: str, reason: Reason, at: datetime) -> str:
    """Sign the statement as a JWS; `event` and `file` are the digests, `at` is aware."""
    stated = {"event": event, "file": file, "reason": reason, "at": timestamp(at)}
    return signer.sign({"algorithm": ALGORITHM, **stated})


def read_left_out(token: str, keys: Keyring) -> LeftOut:
    """Read a genuine statement; InvalidReceipt for anything else."""
    stated: dict[str, Any] = read_signed(token, keys)
    values = [stated.get(name) for name in ("event", "file", "reason", "at")]
    if stated.get("algorithm") != ALGORITHM or not all(isinstance(value, str) for value in values):
        raise InvalidReceipt("这不是关于没有放进来的附件的说明")
    event, file, reason, at = values
    if reason not in get_args(Reason):
        raise InvalidReceipt("这份说明里的原因认不出来：它是更新的程序写的")
    return LeftOut(str(event), str(file), reason, str(at))  # type: ignore[arg-type]
