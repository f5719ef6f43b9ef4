"""Where receipts stand in a text: three parts of base64url with full stops between them; verifies nothing.

One regular expression for all three would try anew at each letter of a long run of letters, which takes minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_RUN: Final = re.compile(r"[A-Za-z0-9_.-]+")
_SHORTEST: Final = (10, 10, 80)


def receipts_in(text: str) -> Iterator[str]:
    """Each receipt of the text, in time that grows with its length alone."""
    for run in _RUN.finditer(text):
        yield from _in_run(run[0].split("."))


def _in_run(parts: list[str]) -> Iterator[str]:
    at = 0
    while at <= len(parts) - len(_SHORTEST):
        found = parts[at : at + len(_SHORTEST)]
        if all(len(part) >= least for part, least in zip(found, _SHORTEST, strict=True)):
            yield ".".join(found)
            at += len(_SHORTEST)
        else:
            at += 1
