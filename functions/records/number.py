"""Makes a filing's number; the store's constraint makes it unique, since this module knows no store."""

from __future__ import annotations

import re

# People confuse 0 O D, 1 I L, 2 Z, 5 S, 8 B and U V on paper and on the telephone: the alphabet omits them, or keeps
# one of a pair.
ALPHABET = "34679ACEFGHJKMNPQRTWXY"
LENGTH = 8
ENTROPY_BYTES = 16

_SHAPE = re.compile(rf"[A-Z]{{2,4}}-[0-9]{{4}}-[{ALPHABET}]{{{LENGTH}}}")


def make_number(code: str, year: int, entropy: bytes) -> str:
    """Make a number like "SC-2026-7F3K9QXW": form code, year of filing (Asia/Shanghai), eight characters.

    `entropy` is 16 secure random bytes. There are 22^8 numbers per form and year: among 100,000 filings a year, two
    collide about once in ten years. The store then refuses the second, and a new number is made.
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
    """Whether the text has the form of a filing's number; only the store knows whether it exists."""
    return _SHAPE.fullmatch(text) is not None
