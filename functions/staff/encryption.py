"""Authenticated encryption of texts for the store or a page; knows no account."""

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
    """The text was changed, encrypted for another purpose, or its key is gone."""


class Encryption:
    """Encrypts texts with AES-256-GCM under keys derived from the given ones, by kid; `kid` names the newest."""

    def __init__(self, keys: Mapping[str, bytes], kid: str, entropy: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._kid = kid
        self._entropy = entropy

    def lock(self, text: str, *, purpose: str) -> str:
        """Encrypt the text; only `unlock` with an equal purpose decrypts it."""
        nonce = self._entropy(NONCE_BYTES)
        locked = nonce + _cipher(self._keys[self._kid]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{self._kid}.{base64.urlsafe_b64encode(locked).decode()}"

    def unlock(self, locked: str, *, purpose: str) -> str:
        """Decrypt the text, or raise Unreadable."""
        kid, _, letters = locked.rpartition(".")
        try:
            content = base64.b64decode(letters.encode("ascii"), altchars=b"-_", validate=True)
            opened = _cipher(self._keys[kid]).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], purpose.encode())
        except (KeyError, UnicodeEncodeError, binascii.Error, ValueError, InvalidTag):
            raise Unreadable("这段加密的内容打不开了。请重做上一步") from None
        return opened.decode()


def _cipher(key: bytes) -> AESGCM:
    """The given keys have other uses too: HKDF (RFC 5869) derives one for this use alone."""
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=b"qingdan staff vault").derive(key))
