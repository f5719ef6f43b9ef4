"""Normalises account names for storing and comparing; knows no account."""

from __future__ import annotations

import hashlib

from functions.forms.characters import comparable, seen


def normal_name(name: str) -> str:
    """Normalise a name for lookup: NFKC, without invisible characters and the blanks that a keyboard leaves."""
    return comparable(seen(name)).strip()


def name_hash(name: str) -> str:
    """Hash a typed name, which may be a password by mistake. All ways to type one name give one hash."""
    folded = normal_name(name).casefold()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
