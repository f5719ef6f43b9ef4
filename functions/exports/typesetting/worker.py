"""Typesets many documents in a separate process, because typst blocks all other threads of its process.

It reads documents from its standard input and writes the results to its standard output, until the input ends.
"""

from __future__ import annotations

import json
import signal
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Final

from functions.exports.typesetting.document import Document
from functions.exports.typesetting.typesetter import Typesetter

# The first documents are typeset in this process: the worker takes as long to start as a dozen documents.
FEW: Final = 4
# Limit over all downloads of one server: each process takes 90 MB.
MOST: Final = 2
_SLOTS: Final = threading.BoundedSemaphore(MOST)
_LENGTH: Final = struct.Struct(">I")
_FAILED: Final = 0xFFFFFFFF
_PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from functions.exports.typesetting.worker import work; work(sys.stdin.buffer, sys.stdout.buffer)"
)
_PATIENCE: Final = 5.0


class Maker:
    """A setter for many documents, one after the other, while this process does other work.

    When the worker process fails, this process typesets the document, and raises the right error if that fails too.
    """

    def __init__(self) -> None:
        self._home = Typesetter()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._asked = 0

    def set(self, paper: Document) -> bytes:
        with self._lock:
            self._asked += 1
            if self._asked == FEW + 1 and _SLOTS.acquire(blocking=False):
                self._process = _started()
                if self._process is None:
                    _SLOTS.release()
            made = self._made(paper)
        return self._home.set(paper) if made is None else made

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _made(self, paper: Document) -> bytes | None:
        """Return the worker's result; None when it failed, or there is no worker."""
        if self._process is None:
            return None
        asked, given = self._process.stdin, self._process.stdout
        assert asked is not None
        assert given is not None
        try:
            _send(asked, json.dumps(asdict(paper), ensure_ascii=False).encode())
            return _receive(given)
        except (OSError, ValueError):
            # The worker was killed, for instance for lack of memory: no other one is started.
            self._end()
            return None

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with suppress(OSError):
                stream.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _SLOTS.release()


def _started() -> subprocess.Popen[bytes] | None:
    """Start the worker process; None when that is not possible."""
    command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    except OSError:
        return None


def work(asked: IO[bytes], given: IO[bytes]) -> None:
    """Run the worker until the input ends. An interrupt is left to the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setter = Typesetter()
    while True:
        try:
            read = _receive(asked)
        except ValueError:
            return
        fields = json.loads(read or b"")
        try:
            made = setter.set(Document(fields["parts"], fields["code"], tuple(fields["made"])))
        except Exception:
            # The caller repeats the work and sees the error.
            given.write(_LENGTH.pack(_FAILED))
            given.flush()
        else:
            _send(given, made)


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """Read the next content; None for one that failed. ValueError when the stream has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise ValueError("the stream has ended")
    (length,) = _LENGTH.unpack(head)
    if length == _FAILED:
        return None
    content = stream.read(length)
    if len(content) < length:
        raise ValueError("the stream has ended")
    return content
