"""Parses a form that was posted with files while it arrives: files to disk, answers to pairs; it stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from functions.web.http.bodies import MOST_PAIRS, require_storable, require_type
from functions.web.http.endpoints import Endpoint
from functions.web.http.problems import HttpProblem
from functions.web.http.scope import header, spend
from functions.web.http.temporary_room import require_room

TYPE: Final = "multipart/form-data"
MOST_FILES: Final = 50
UNREADABLE: Final = "提交的内容读不出来。请回到表页，再上传一次"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that came under a control's name; it is seekable until the request is answered."""

    control: str
    name: str
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class Posted:
    """A form's contents: its pairs in order, line ends as LF, the bytes of their values, and the chosen files."""

    pairs: Sequence[tuple[str, str]]
    size: int
    files: Sequence[Sent]

    @classmethod
    def of(cls, form: FormData) -> Posted:
        """Convert Starlette's form data; HttpProblem 400 for a file name that cannot be stored."""
        pairs, files = [], []
        for name, value in form.multi_items():
            require_storable(name)
            if isinstance(value, str):
                require_storable(value)
                pairs.append((name, value.replace("\r\n", "\n").replace("\r", "\n")))
            elif value.filename:
                require_storable(value.filename)
                files.append(Sent(name, value.filename, value.file))
        return cls(pairs, sum(len(value) for _, value in pairs), files)


def posting(
    work: Callable[[Request, Posted], Response], *, typed: int, admit: Callable[[Request], object] = lambda _: None
) -> Endpoint:
    """Make an endpoint from a handler that receives the form, with at most `typed` bytes of answers.

    It reads in constant memory. `admit` may refuse the request before any of it is read. Both block and run in worker
    threads.
    """

    async def endpoint(request: Request) -> Response:
        await run_in_threadpool(admit, request)
        declared = header(request.scope, b"content-length")
        form = await _read(request, _Parser(request, typed))
        try:
            if not declared.isdecimal():
                spend(request.scope, sum(value.size or 0 for value in form.values() if isinstance(value, UploadFile)))
            return await run_in_threadpool(work, request, Posted.of(form))
        finally:
            await form.close()

    return endpoint


async def typed_in(request: Request, typed: int) -> tuple[Sequence[tuple[str, str]], bool]:
    """Parse a form from a sender who may send no files; return the pairs, and whether there were files, unread."""
    form = await _read(request, _DeafParser(request, typed))
    try:
        posted = Posted.of(form)
    finally:
        await form.close()
    return posted.pairs, bool(posted.files)


async def _read(request: Request, parser: MultiPartParser) -> FormData:
    require_type(request.headers.get("content-type", ""), TYPE)
    declared = header(request.scope, b"content-length")
    spend(request.scope, int(declared) if declared.isdecimal() else 0)
    try:
        return await parser.parse()
    except MultiPartException:
        raise HttpProblem(400, UNREADABLE) from None


class _Parser(MultiPartParser):
    """Limits Starlette's parser, which would keep any number of long answers in memory and accept what is not UTF-8."""

    def __init__(self, request: Request, typed: int) -> None:
        super().__init__(
            request.headers, request.stream(), max_files=MOST_FILES, max_fields=MOST_PAIRS, max_part_size=typed
        )
        self._left = typed

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            self._left -= end - start
            if self._left < 0:
                raise HttpProblem(413, "填写的内容太长。请把长的文字缩短，分次提交")
        else:
            require_room()
        super().on_part_data(data, start, end)

    def on_part_end(self) -> None:
        if self._current_part.file is None:
            try:
                self._current_part.data.decode()
            except UnicodeDecodeError:
                raise HttpProblem(400, UNREADABLE) from None
        super().on_part_end()


class _DeafParser(_Parser):
    """A parser that skips the contents of every file."""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current_part.file is None:
            super().on_part_data(data, start, end)
