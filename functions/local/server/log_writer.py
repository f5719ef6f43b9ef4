"""Writes log lines in batches: a system call for each line would cost a filing a tenth of its time.

Several processes may write to one stream: the bytes of one call stay together.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import TextIO

TOGETHER_SECONDS = 0.2
WHOLE_BYTES = 4096  # a pipe takes this many bytes in one piece, or not at all (PIPE_BUF)


class LogWriter(logging.Handler):
    """A handler that writes the lines of a fifth of a second to `stream` at once; warnings and worse immediately.

    A killed process loses at most the lines of that time; no filing depends on them.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.append(self.format(record) + "\n")
        except Exception:
            self.handleError(record)
            return
        if record.levelno >= logging.WARNING:
            self.flush()
        elif self._timer is None:
            self._timer = threading.Timer(TOGETHER_SECONDS, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def flush(self) -> None:
        self.acquire()
        try:
            lines, self._lines, self._timer = self._lines, [], None
            for piece in _pieces(lines):
                self._stream.write(piece)
                self._stream.flush()
        finally:
            self.release()


def _pieces(lines: list[str]) -> Iterator[str]:
    """Join the lines into pieces that are written whole; a longer line stands alone."""
    piece: list[str] = []
    size = 0
    for line in lines:
        length = len(line.encode())
        if piece and size + length > WHOLE_BYTES:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += length
    if piece:
        yield "".join(piece)
