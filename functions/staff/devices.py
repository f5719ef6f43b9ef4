"""Browsers that an account has signed in from before, by a token that each keeps; knows no cookie and no store."""

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

    A token lets nobody in. It gives its browser tries of its own, which no stranger's guesses use up.
    """

    encryption: Encryption
    entropy: Callable[[int], bytes]

    def token(self, name: str, at: datetime) -> str:
        """A token for the browser in which the account `name` has just signed in."""
        content = {"id": self.entropy(ID_BYTES).hex(), "at": at.isoformat()}
        return self.encryption.lock(json.dumps(content), purpose=_purpose(name))

    def recognise(self, token: str, name: str, at: datetime) -> str:
        """What the browser's tries are counted under; "" when the token is none of ours, of another account, or old."""
        try:
            content = json.loads(self.encryption.unlock(token, purpose=_purpose(name)))
        except Unreadable:
            return ""
        fresh = timedelta() <= at - datetime.fromisoformat(content["at"]) < LIFE
        return str(content["id"]) if fresh else ""


def _purpose(name: str) -> str:
    return f"device of {name_hash(name)}"
