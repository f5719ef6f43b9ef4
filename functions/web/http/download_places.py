"""How many downloads may run at once, in all and for one address, in this process; knows no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from starlette.types import Scope

from functions.web.http.problems import HttpProblem

# Takes one of the places of the client's address; stands in the scope of its requests.
PLACE: Final = "qingdan.download_place"
MOST_DOWNLOADS: Final = 96
MOST_FOR_ADDRESS: Final = 8
RETRY_SECONDS: Final = 15


class DownloadPlaces:
    """A place is held from the first byte to the last: whoever reads slowly has it for long."""

    def __init__(self, most: int = MOST_DOWNLOADS, for_address: int = MOST_FOR_ADDRESS) -> None:
        self._most, self._for_address = most, for_address
        self._held: Counter[str] = Counter()

    @contextmanager
    def hold(self, address: str) -> Iterator[None]:
        """A place while the block runs; HttpProblem 429 when the address has all of its own, 503 when none is left."""
        retry = {"Retry-After": str(RETRY_SECONDS)}
        if self._held[address] >= self._for_address:
            words = f"这个网络地址正在下载 {self._for_address} 个文件。请等其中一个下载完，再下载"
            raise HttpProblem(429, words, headers=retry)
        if self._held.total() >= self._most:
            words = f"下载的人太多。请等 {RETRY_SECONDS} 秒再下载"
            raise HttpProblem(503, words, title="现在下载不了", headers=retry)
        self._held[address] += 1
        try:
            yield
        finally:
            self._held[address] -= 1
            # Else every address that ever came would stay.
            self._held += Counter()


def hold_place(scope: Scope) -> AbstractContextManager[None]:
    """A place for the download that answers this request; where places are not counted, there is always one."""
    hold = scope.get(PLACE)
    return hold() if hold else nullcontext()
