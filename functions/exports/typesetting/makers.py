"""Has many papers set in processes of their own: in one, they are set one after the other, whatever the threads.

A maker reads papers from its standard input and writes what it made of them to its standard output, until that ends.
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

from functions.exports.typesetting.paper import Paper
from functions.exports.typesetting.typesetter import Typesetter

# Of all downloads of one server together: each takes the memory of some 75 MB.
MOST: Final = 2
# The first papers are set at home: a maker takes as long to start as some 20 take.
FEW: Final = 24
_SLOTS: Final = threading.BoundedSemaphore(MOST)
_LENGTH: Final = struct.Struct(">I")
_FAILED: Final = 0xFFFFFFFF
_PROGRAM: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from functions.exports.typesetting.makers import work; work(sys.stdin.buffer, sys.stdout.buffer)"
)
_PATIENCE: Final = 5.0


class Makers:
    """A setter for as long as many papers are to be set: one maker for each thread that asks, while there are slots.

    What a maker cannot do is done at home, where it fails with the right error, if it does.
    """

    def __init__(self) -> None:
        self._home = Typesetter()
        self._own = threading.local()
        self._makers: list[_Maker] = []
        self._lock = threading.Lock()
        self._asked = 0
        self._closed = False

    def set(self, paper: Paper) -> bytes:
        maker = self._maker()
        if maker is not None:
            try:
                made = maker.set(paper)
            except (OSError, ValueError):
                # It was killed, as for want of memory: there will be no other one for this thread.
                self._own.maker = None
                self._let_go(maker)
            else:
                if made is not None:
                    return made
        return self._home.set(paper)

    def close(self) -> None:
        """End all makers."""
        with self._lock:
            self._closed = True
            makers = list(self._makers)
        for maker in makers:
            self._let_go(maker)

    def _maker(self) -> _Maker | None:
        if not hasattr(self._own, "maker"):
            with self._lock:
                self._asked += 1
                if self._asked <= FEW or self._closed:
                    return None
                self._own.maker = None
                if _SLOTS.acquire(blocking=False):
                    self._own.maker = _started()
                    if self._own.maker is None:
                        _SLOTS.release()
                    else:
                        self._makers.append(self._own.maker)
        found: _Maker | None = self._own.maker
        return found

    def _let_go(self, maker: _Maker) -> None:
        with self._lock:
            if maker not in self._makers:
                return
            self._makers.remove(maker)
        maker.end()
        _SLOTS.release()


class _Maker:
    """One process, for one thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def set(self, paper: Paper) -> bytes | None:
        """The paper set; None when that failed. OSError or ValueError when the process is no more."""
        asked, given = self._process.stdin, self._process.stdout
        assert asked is not None
        assert given is not None
        _send(asked, json.dumps(asdict(paper), ensure_ascii=False).encode())
        return _receive(given)

    def end(self) -> None:
        """Let it finish, or else kill it."""
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert stream is not None
                stream.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _started() -> _Maker | None:
    """A maker; None where no process can be started."""
    command = [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own program
        return _Maker(process)
    except OSError:
        return None


def work(asked: IO[bytes], given: IO[bytes]) -> None:
    """What a maker does until nothing more is asked. An interrupt is for whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setter = Typesetter()
    while True:
        try:
            read = _receive(asked)
        except ValueError:
            return
        fields = json.loads(read or b"")
        try:
            made = setter.set(Paper(fields["parts"], fields["code"], tuple(fields["made"])))
        except Exception:
            # Whoever asked does it again and sees the error.
            given.write(_LENGTH.pack(_FAILED))
            given.flush()
        else:
            _send(given, made)


def _send(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> bytes | None:
    """The next content; None for one that failed. ValueError when the stream has ended."""
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
