"""Tells whether a PDF asks for a password when it is opened (ISO 32000, 7.6); reads its trailer, and no page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC

CHUNK: Final = 1024 * 1024
# An encryption dictionary is some hundred bytes long, and so is the remainder of a trailer.
DICTIONARY: Final = 8 * 1024
END: Final = 2 * 1024
_OVERLAP: Final = 64
_PADDING: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_START = re.compile(rb"startxref\s+(\d{1,12})")
_ENCRYPT = re.compile(rb"/Encrypt\s*(?:(\d{1,10})\s+(\d{1,5})\s+R|<<)")
_ID = re.compile(rb"/ID\s*\[\s*(?=[(<])")
_OCTAL = re.compile(rb"[0-7]{1,3}")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}


def needs_password(file: BinaryIO) -> bool:
    """Whether the PDF is encrypted and an empty password does not open it; True when that cannot be told.

    Many PDFs are encrypted only against changes: anyone can open those.
    """
    trailer = _trailer(file)
    found = _ENCRYPT.search(trailer)
    if found is None:
        return False
    dictionary = trailer[found.end() :] if found[1] is None else _object(file, found[1], found[2])
    lock = _Lock.read(dictionary, trailer)
    return lock is None or not lock.opens()


def _trailer(file: BinaryIO) -> bytes:
    """Return the trailer dictionary that the end of the file points to; nothing for a file without one."""
    length = file.seek(0, 2)
    file.seek(max(0, length - END))
    starts = _START.findall(file.read())
    if not starts or int(starts[-1]) >= length:
        return b""
    at = int(starts[-1])
    file.seek(at)
    if file.read(4) == b"xref":
        at = _find(file, lambda chunk: chunk.find(b"trailer"), at)
    file.seek(max(at, 0))
    found = file.read(DICTIONARY)
    return b"" if at < 0 else re.split(rb"startxref|stream", found, maxsplit=1)[0]


def _object(file: BinaryIO, number: bytes, generation: bytes) -> bytes:
    """Return the beginning of the newest object of this number; nothing when there is none."""
    begins = re.compile(rb"(?<!\d)" + number + rb"\s+" + generation + rb"\s+obj")
    at, newest = 0, -1
    while (at := _find(file, lambda chunk: found.start() if (found := begins.search(chunk)) else -1, at)) >= 0:
        newest, at = at, at + 1
    if newest < 0:
        return b""
    file.seek(newest)
    return file.read(DICTIONARY)


def _find(file: BinaryIO, look: Callable[[bytes], int], at: int) -> int:
    """Return the first position from `at` on where `look` finds a match within one chunk, -1 for none."""
    while True:
        file.seek(at)
        chunk = file.read(CHUNK + _OVERLAP)
        found = look(chunk)
        if found >= 0:
            return at + found
        if len(chunk) <= CHUNK:
            return -1
        at += CHUNK


@dataclass(frozen=True, slots=True)
class _Lock:
    """The fields of the standard security handler, under the standard's names."""

    revision: int
    o: bytes
    u: bytes
    p: int
    id: bytes
    length: int
    metadata: bool

    @classmethod
    def read(cls, dictionary: bytes, trailer: bytes) -> _Lock | None:
        """Read the fields; None for another security handler, or when a field is missing."""
        version, revision, p = (_number(dictionary, name) for name in (b"V", b"R", b"P"))
        o, u = (_string_after(dictionary, re.compile(b"/" + name + rb"\s*(?=[(<])")) for name in (b"O", b"U"))
        if not re.search(rb"/Filter\s*/Standard\b", dictionary) or None in (version, revision, p) or not (o and u):
            return None
        assert version is not None
        assert revision is not None
        assert p is not None
        bits = (_number(dictionary, b"Length") or 40) if version in (2, 3) else 128 if version >= 4 else 40
        metadata = not re.search(rb"/EncryptMetadata\s+false", dictionary)
        return cls(revision, o, u, p, _string_after(trailer, _ID), bits // 8, metadata)

    def opens(self) -> bool:
        """Whether the empty password opens the file."""
        if self.revision >= 5:
            salt, digest = self.u[32:40], hashlib.sha256 if self.revision == 5 else None
            return (digest(salt).digest() if digest else _hash_6(salt)) == self.u[:32]
        key = self._key()
        if self.revision == 2:
            return _rc4(key, _PADDING) == self.u[:32]
        check = _md5(_PADDING + self.id)
        for turn in range(20):
            check = _rc4(bytes(byte ^ turn for byte in key), check)
        return check == self.u[:16]

    def _key(self) -> bytes:
        """Compute the key of the empty password by algorithm 2."""
        permissions = (self.p & 0xFFFFFFFF).to_bytes(4, "little")
        more = b"\xff\xff\xff\xff" if self.revision >= 4 and not self.metadata else b""
        key = _md5(_PADDING + self.o[:32] + permissions + self.id + more)
        length = 5 if self.revision == 2 else min(max(self.length, 5), 16)
        if self.revision >= 3:
            for _ in range(50):
                key = _md5(key[:length])
        return key[:length]


def _hash_6(salt: bytes) -> bytes:
    """Compute the hash of the empty password by algorithm 2.B."""
    key, turn = hashlib.sha256(salt).digest(), 0
    while True:
        cipher = Cipher(AES128(key[:16]), CBC(key[16:32])).encryptor()
        mixed = cipher.update(key * 64) + cipher.finalize()
        digest = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[sum(mixed[:16]) % 3]
        key, turn = digest(mixed).digest(), turn + 1
        if turn >= 64 and mixed[-1] <= turn - 32:
            return key[:32]


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def _rc4(key: bytes, content: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in content:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _number(dictionary: bytes, name: bytes) -> int | None:
    found = re.search(b"/" + name + rb"\s+(-?\d{1,12})", dictionary)
    return int(found[1]) if found else None


def _string_after(content: bytes, place: re.Pattern[bytes]) -> bytes:
    """Return the string after this place, "" when there is none."""
    found = place.search(content)
    if found is None:
        return b""
    rest = content[found.end() :]
    if rest.startswith(b"<"):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", rest[1:].partition(b">")[0]).decode()
        return bytes.fromhex(digits + "0" * (len(digits) % 2))
    return _literal(rest[1:])


def _literal(rest: bytes) -> bytes:
    """Return the text up to the closing bracket, with its escapes decoded."""
    out, at, depth = bytearray(), 0, 1
    while at < len(rest):
        byte = rest[at : at + 1]
        at += 1
        if byte == b"\\":
            octal = _OCTAL.match(rest, at)
            step = rest[at : at + 1]
            out += bytes((int(octal[0], 8) % 256,)) if octal else _ESCAPES.get(step, step)
            at = octal.end() if octal else at + 1
            continue
        depth += {b"(": 1, b")": -1}.get(byte, 0)
        if depth == 0:
            break
        out += byte
    return bytes(out)
