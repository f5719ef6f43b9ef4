"""The signed statement that closes a package: nothing in it was altered, taken out or put in; knows no layout.

Steps and receipts are signed or chained each by itself; that a whole filing is missing shows in none of them.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from functions.records.filing import timestamp
from functions.records.proof.audit import Keyring
from functions.records.receipt import InvalidReceipt, Signer, read_signed

ALGORITHM: Final = "qingdan-package-1"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def sign_package(signer: Signer, name: str, listing: str, at: datetime) -> str:
    """The statement as a JWS: `listing` is the SHA-256 of what lists every file with its own; `at` is aware."""
    return signer.sign({"algorithm": ALGORITHM, "name": name, "listing": listing, "at": timestamp(at)})


def read_listing(token: str, keys: Keyring) -> str:
    """The `listing` that a genuine statement is about; InvalidReceipt for anything else."""
    stated = read_signed(token, keys)
    listing = stated.get("listing")
    if stated.get("algorithm") != ALGORITHM or not isinstance(listing, str) or not _DIGEST.fullmatch(listing):
        raise InvalidReceipt("这不是整包的签名")
    return listing
