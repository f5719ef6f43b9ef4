"""The signed statement that a package is complete and unaltered; knows no layout.

Steps and receipts are signed or chained individually, which does not reveal that a whole filing is missing.
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
    """Sign the statement as a JWS: `listing` is the SHA-256 of the list of all files with theirs; `at` is aware."""
    return signer.sign({"algorithm": ALGORITHM, "name": name, "listing": listing, "at": timestamp(at)})


def read_listing(token: str, keys: Keyring) -> str:
    """Return the `listing` of a genuine statement; InvalidReceipt for anything else."""
    stated = read_signed(token, keys)
    listing = stated.get("listing")
    if stated.get("algorithm") != ALGORITHM or not isinstance(listing, str) or not _DIGEST.fullmatch(listing):
        raise InvalidReceipt("这不是整包的签名")
    return listing
