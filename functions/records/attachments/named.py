"""Finds the files that a version of a filing names, and proves that a file was uploaded whole; knows no store."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from functions.forms.definition import Definition
from functions.forms.pointer import Token, read, rows_at
from functions.records.keys import Keys

VOUCHED_FOR: Final = timedelta(hours=24)
# Longer than a voucher lives: no sweep removes a file with a valid voucher, even when two machines' clocks differ.
KEPT_UNNAMED: Final = VOUCHED_FOR + timedelta(hours=1)

# Every body that names a file contains this text, and hardly any other body: the rest need not be parsed.
_NAMING: Final = b'"sha256"'
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PURPOSE: Final = b"qingdan attachment arrived\x00"
_VOUCHER = re.compile(r"([0-9a-f-]{1,20})[.]([0-9]{1,12})[.]([0-9]{1,10})[.]([0-9a-f]{64})[.]([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a filing names: its SHA-256, its original name, its size in bytes."""

    digest: str
    name: str
    size: int


def attachments_in(data: Any) -> Iterator[Attachment]:
    """Return every attachment in stored data, whatever its form, in the order of the data."""
    found = _read(data)
    if found is not None:
        yield found
    elif isinstance(data, list | dict):
        for item in data.values() if isinstance(data, dict) else data:
            yield from attachments_in(item)


def located(definition: Definition, data: Any) -> Iterator[tuple[tuple[Token, ...], Attachment]]:
    """Return every attachment in answers to this form, with its place: the tokens of a JSON pointer.

    Only searches file fields: the form refuses attachments anywhere else.
    """
    for path in definition.file_paths:
        for at in rows_at(data, path):
            files = read(data, at)
            for index, item in enumerate(files if isinstance(files, list) else ()):
                found = _read(item)
                if found is not None:
                    yield (*at, index), found


def _read(value: Any) -> Attachment | None:
    """Read an attachment from an object of `name`, `size` and `sha256`."""
    if not isinstance(value, dict):
        return None
    name, size, digest = (value.get(key) for key in ("name", "size", "sha256"))
    if isinstance(size, float) and size.is_integer():
        # A schema also takes 5.0 for a whole number, and it is stored as 5.
        size = int(size)
    if isinstance(name, str) and isinstance(size, int) and isinstance(digest, str) and _DIGEST.fullmatch(digest):
        return Attachment(digest, name, size)
    return None


def named_in(body: bytes | None) -> list[Attachment]:
    """Return every attachment that an event's body names, in order; none when it is erased or unreadable."""
    if body is None or _NAMING not in body:
        return []
    try:
        return list(attachments_in(json.loads(body)))
    except ValueError:
        return []


def digests_in(body: bytes | None) -> frozenset[str]:
    """Return the digests of the files that an event's body names."""
    return frozenset(attachment.digest for attachment in named_in(body))


def vouch(keys: Keys, digest: str, size: int, at: datetime) -> str:
    """Make the voucher with which a filer names a file in a filing: we had it whole at `at` (aware).

    Without vouchers, anyone who knows the digest of another's file could name it, and then read it. A voucher tells its
    holder nothing new, and is valid for VOUCHED_FOR.
    """
    until = int((at.astimezone(UTC) + VOUCHED_FOR).timestamp())
    return f"{keys.hmac_kid}.{until}.{size}.{digest}.{_mac(keys.hmac[keys.hmac_kid], until, size, digest)}"


def vouched(keys: Keys, vouchers: Iterable[str], at: datetime) -> frozenset[tuple[str, int]]:
    """Return the (digest, size) of each file with a genuine voucher that is valid at `at` (aware)."""
    found = set()
    for match in map(_VOUCHER.fullmatch, vouchers):
        if match is None or match[1] not in keys.hmac:
            continue
        until, size, digest = int(match[2]), int(match[3]), match[4]
        genuine = hmac.compare_digest(match[5], _mac(keys.hmac[match[1]], until, size, digest))
        if genuine and at.timestamp() <= until:
            found.add((digest, size))
    return frozenset(found)


def _mac(key: bytes, until: int, size: int, digest: str) -> str:
    mac = hmac.digest(key, _PURPOSE + f"{until} {size} {digest}".encode(), hashlib.sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
