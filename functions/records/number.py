"""How a filing's number is made; knows no store, so uniqueness is the store's constraint."""

from __future__ import annotations

import re

# 0 O D, 1 I L, 2 Z, 5 S, 8 B and U V are mixed up on paper and on the telephone: none of them, or one of a pair.
ALPHABET = "34679ACEFGHJKMNPQRTWXY"
LENGTH = 8
ENTROPY_BYTES = 16

_SHAPE = re.compile(rf"[A-Z]{{2,4}}-[0-9]{{4}}-[{ALPHABET}]{{{LENGTH}}}")


def make_number(code: str, year: int, entropy: bytes) -> str:
    """A number like "SC-2026-7F3K9QXW": form code, year of filing (Asia/Shanghai), eight characters.

    `entropy` is 16 secure random bytes. 22^8 numbers a form and year: two of 100,000 filings meet in one year of ten,
    and then the store refuses the second, which is made anew.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"entropy must be {ENTROPY_BYTES} bytes")
    rest = int.from_bytes(entropy, "big")
    characters = []
    for _ in range(LENGTH):
        rest, index = divmod(rest, len(ALPHABET))
        characters.append(ALPHABET[index])
    return f"{code}-{year:04d}-{''.join(characters)}"


def is_number(text: str) -> bool:
    """Whether a filing could have this number; whether one has it, the store knows."""
    return _SHAPE.fullmatch(text) is not None
