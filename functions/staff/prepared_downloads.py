"""Prepared downloads, files made for staff to fetch later, and the port of their store; makes none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

State = Literal["making", "ready", "failed"]

# The process that makes a file reports every few seconds; starting it may take a while.
SILENCE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedDownload:
    """A prepared download of `owner`, an account's name.

    `request` is the path and query whose answer it is. It holds `done` of `total` filings so far, in `size` bytes; a
    total of 0 is unknown. `started_at` and `seen_at`, its last report, are aware, UTC. `problem` says in words why it
    failed.
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
        """Whether its process has stopped without reporting; `now` is aware."""
        return self.state == "making" and now - self.seen_at > SILENCE


class PreparedDownloadStore(Protocol):
    """Stores prepared downloads for a day. Calls block; every one may raise StoreUnavailable."""

    def keep(self, prepared: PreparedDownload) -> None:
        """Store the progress of the download, replacing the earlier one."""
        ...

    def read(self, id: str) -> PreparedDownload:
        """Return the download as last stored, or raise NotFound."""
        ...

    def claim(self, id: str, token: str) -> bool:
        """Whether the caller may make the file: only the first caller may, identified by a random `token`."""
        ...

    def fill(self, prepared: PreparedDownload, chunks: Iterator[bytes]) -> None:
        """Store the file, whole or not at all, in constant memory; an exception from `chunks` passes through."""
        ...

    def link(self, prepared: PreparedDownload) -> str:
        """Return an address where whoever has it can fetch the file for a few minutes."""
        ...

    def start(self, prepared: PreparedDownload) -> None:
        """Start making the file of a stored download elsewhere, without waiting for it."""
        ...
