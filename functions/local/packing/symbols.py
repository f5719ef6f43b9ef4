"""Blanks a compiled library's debug symbol names; knows of ELF only where these are."""

from __future__ import annotations

import struct
from typing import Final

_ELF64: Final = b"\x7fELF\2\1"
_SECTIONS_AT, _SECTION_SIZE_AT = 0x28, 0x3A
_SYMBOLS: Final = 2


def without_symbols(content: bytes) -> bytes:
    """The content of a file, as long as before, with zeros for its symbol table and that table's names, if it has them.

    The loader does not need them: it has a table of its own.
    """
    if not content.startswith(_ELF64):
        return content
    blanked = bytearray(content)
    (start,) = struct.unpack_from("<Q", content, _SECTIONS_AT)
    size, count, _ = struct.unpack_from("<3H", content, _SECTION_SIZE_AT)
    sections = [struct.unpack_from("<2I4QI", content, start + place * size) for place in range(count)]
    for _name, kind, _flags, _address, at, length, names in sections:
        if kind == _SYMBOLS:
            blanked[at : at + length] = bytes(length)
            _, _, _, _, at, length, _ = sections[names]
            blanked[at : at + length] = bytes(length)
    return bytes(blanked)
