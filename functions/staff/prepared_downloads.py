"""Files that are made for somebody of the staff to fetch later, and the port behind which they wait; makes none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

State = Literal["making", "ready", "failed"]

# A file that is being made says so every few seconds; starting it may take a while.
SILENCE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDownload:
    """One file on its way to `owner`, an account's name.

    `request` is the path and query whose answer it is. `done` of `total` filings are in it, `size` bytes are written; a
    total of 0 is not known. `started_at` and `seen_at`, its last sign of life, are aware, UTC. `problem` says in words
    why it failed.
    """

    id: str
    owner: str
    request: str
    started_at: datetime
    seen_at: datetime
    state: State = "making"
    filename: str = ""
    media_type: str = ""
    done: int = 0
    total: int = 0
    size: int = 0
    problem: str = ""

    def given_up(self, now: datetime) -> bool:
        """Whether nobody works on it any more, although nobody has said so; `now` is aware."""
        return self.state == "making" and now - self.seen_at > SILENCE


class PreparedDownloadStore(Protocol):
    """Where such files wait for a day. Calls block; every one may raise StoreUnavailable."""

    def keep(self, prepared: PreparedDownload) -> None:
        """Store how far the parcel is, in place of what was known of it."""
        ...

    def read(self, id: str) -> PreparedDownload:
        """The parcel as it was kept last, or NotFound."""
        ...

    def claim(self, id: str, token: str) -> bool:
        """Whether the file is the caller's to make: whoever asks first, by his own random `token`, and nobody else."""
        ...

    def fill(self, prepared: PreparedDownload, chunks: Iterator[bytes]) -> None:
        """Store the file, whole or not at all, in constant memory; what `chunks` raises goes through."""
        ...

    def link(self, prepared: PreparedDownload) -> str:
        """An address from which whoever has it can fetch the file for a few minutes."""
        ...

    def start(self, prepared: PreparedDownload) -> None:
        """Have the file of a parcel that is kept made elsewhere, without waiting for it."""
        ...
