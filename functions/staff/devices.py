"""Recognises browsers that an account has used before, by a token in each browser; knows no cookie and no store."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.staff.account_names import name_hash
from functions.staff.encryption import Encryption, Unreadable

ID_BYTES: Final = 16
# Browsers keep no cookie for longer.
LIFE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Devices:
    """Makes and reads device tokens (OWASP: device cookies).

    A token does not sign anybody in. It gives its browser its own count of tries, which strangers cannot use up.
    """

    encryption: Encryption
    entropy: Callable[[int], bytes]

    def token(self, name: str, at: datetime) -> str:
        """Return a token for the browser in which the account `name` has just signed in."""
        content = {"id": self.entropy(ID_BYTES).hex(), "at": at.isoformat()}
        return self.encryption.lock(json.dumps(content), purpose=_purpose(name))

    def recognise(self, token: str, name: str, at: datetime) -> str:
        """Return the key under which the browser's tries are counted; "" for a foreign or expired token."""
        try:
            content = json.loads(self.encryption.unlock(token, purpose=_purpose(name)))
        except Unreadable:
            return ""
        fresh = timedelta() <= at - datetime.fromisoformat(content["at"]) < LIFE
        return str(content["id"]) if fresh else ""


def _purpose(name: str) -> str:
    return f"device of {name_hash(name)}"
