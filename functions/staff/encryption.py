"""Texts locked up for the store or for a page, so that neither can read or change them; knows no account."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from functions.errors import QingdanError

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class Unreadable(QingdanError):
    """The text was changed, locked up for another purpose, or the key it was locked with is gone."""


class Encryption:
    """Locks texts with AES-256-GCM under keys that are drawn from the ones given, by kid; `kid` names the newest."""

    def __init__(self, keys: Mapping[str, bytes], kid: str, entropy: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._kid = kid
        self._entropy = entropy

    def lock(self, text: str, *, purpose: str) -> str:
        """The text as letters that only `unlock` with the same purpose reads."""
        nonce = self._entropy(NONCE_BYTES)
        locked = nonce + _cipher(self._keys[self._kid]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{self._kid}.{base64.urlsafe_b64encode(locked).decode()}"

    def unlock(self, locked: str, *, purpose: str) -> str:
        """The text, or Unreadable."""
        kid, _, letters = locked.rpartition(".")
        try:
            content = base64.b64decode(letters.encode("ascii"), altchars=b"-_", validate=True)
            opened = _cipher(self._keys[kid]).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], purpose.encode())
        except (KeyError, UnicodeEncodeError, binascii.Error, ValueError, InvalidTag):
            raise Unreadable("这段加密的内容打不开了。请重做上一步") from None
        return opened.decode()


def _cipher(key: bytes) -> AESGCM:
    """The keys given serve other ends too: HKDF (RFC 5869) makes one of it that serves this end alone."""
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"qingdan staff vault").derive(key))
