"""Account names as they are kept and compared, however somebody types them; knows no account."""

from __future__ import annotations

import hashlib

from functions.forms.characters import comparable, seen


def normal_name(name: str) -> str:
    """The name as accounts are found by: NFKC, without what nobody sees and the blanks that a keyboard leaves."""
    return comparable(seen(name)).strip()


def name_hash(name: str) -> str:
    """What was typed as a name, hashed: it may be a password. All ways to type one name give one hash."""
    folded = normal_name(name).casefold()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
