"""How much of a kind may go on at once in this process, in all and for one address; knows no file and no password."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final

from starlette.types import Scope

from functions.web.http.problems import HttpProblem

# Takes one of the places of the client's address; stands in the scope of its requests.
PLACE: Final = "qingdan.download_place"


@dataclass(frozen=True, slots=True)
class Places:
    """At most `most` at once, `for_address` of them for one address; who finds none is told to come back in `retry`
    seconds: `busy` when the address has its own, `full` when there is none at all.
    """

    most: int
    for_address: int
    busy: str
    full: str
    title: str
    retry: int
    _held: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def hold(self, address: str) -> Iterator[None]:
        """A place while the block runs; HttpProblem 429 or 503."""
        headers = {"Retry-After": str(self.retry)}
        if self._held[address] >= self.for_address:
            raise HttpProblem(429, self.busy, headers=headers)
        if self._held.total() >= self.most:
            raise HttpProblem(503, self.full, title=self.title, headers=headers)
        self._held[address] += 1
        try:
            yield
        finally:
            self._held[address] -= 1
            if not self._held[address]:
                # Else every address that ever came would stay.
                del self._held[address]


def download_places(most: int = 96, for_address: int = 8) -> Places:
    """The places of downloads: whoever reads slowly has one for long."""
    return Places(
        most=most,
        for_address=for_address,
        busy=f"这个网络地址正在下载 {for_address} 个文件。请等其中一个下载完，再下载",
        full="下载的人太多。请等 15 秒再下载",
        title="现在下载不了",
        retry=15,
    )


def password_places(threads: int, waiting: int = 24) -> Places:
    """The places of password checks, of which so many go on at once: an address may have one that waits."""
    return Places(
        most=threads + waiting,
        for_address=threads + 1,
        busy="这个网络地址的上一次登录还在核对。请等 2 秒再登录",
        full="登录的人太多。请等 2 秒再登录",
        title="现在登录不了",
        retry=2,
    )


def hold_place(scope: Scope) -> AbstractContextManager[None]:
    """A place for the download that answers this request; where places are not counted, there is always one."""
    hold = scope.get(PLACE)
    return hold() if hold else nullcontext()
