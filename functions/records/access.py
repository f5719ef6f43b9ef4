"""The access code with which a filer opens a filing again; derived from a key, never stored."""

from __future__ import annotations

import hashlib
import hmac

from functions.forms.characters import plain_code

CODE_BYTES = 10
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(one + other for one in _CROCKFORD for other in _CROCKFORD)  # ten bits each
_READ_AS = str.maketrans("ILO", "110", "-")


def access_code(key: bytes, number: str, epoch: int) -> str:
    """80 bits of HMAC-SHA256(key, number ‖ 0 ‖ epoch) in Crockford base 32: "7F3K-9QXW-0HJT-2M4N".

    The zero byte, which no number contains, separates number and epoch. Raising `epoch` makes the old code invalid.
    """
    mac = hmac.digest(key, number.encode() + b"\x00" + str(epoch).encode(), hashlib.sha256)
    bits = int.from_bytes(mac[:CODE_BYTES], "big")
    return "-".join([_PAIRS[bits >> shift + 10 & 1023] + _PAIRS[bits >> shift & 1023] for shift in (60, 40, 20, 0)])


def codes_match(given: str, expected: str) -> bool:
    """Compare a typed access code with the expected one, in constant time.

    Case, blanks, dashes, full-width forms and invisible characters are ignored; I and L are read as 1, O as 0.
    """
    return hmac.compare_digest(_plain(given), _plain(expected))


def _plain(code: str) -> bytes:
    return plain_code(code).translate(_READ_AS).encode(errors="replace")
