"""A connection between browser and server that breaks on command, as if the cable was pulled."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 16 * 1024


class Line:
    """Passes bytes both ways between its own port and `port`, both on this machine.

    `sent` counts what clients have sent. While it is cut, whoever connects is turned away.
    """

    def __init__(self, port: int) -> None:
        self.sent = 0
        self.broken = threading.Event()
        self._port = port
        self._cut_at: int | None = None
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def cut_after(self, size: int) -> None:
        """Break when clients have sent so many bytes more."""
        with self._lock:
            self._cut_at = self.sent + size

    def mend(self) -> None:
        """Let everything through again."""
        with self._lock:
            self._cut_at = None
            self.broken.clear()

    def close(self) -> None:
        self._door.close()
        self._break()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                if self.broken.is_set():
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._port))
                self._open |= {client, server}
                for source, target, counted in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass, args=(source, target, counted), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while content := source.recv(CHUNK):
                if counted and self._counts(len(content)):
                    self._break()
                    return
                target.sendall(content)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _counts(self, size: int) -> bool:
        """Count what was sent; whether it was too much for the line."""
        with self._lock:
            self.sent += size
            return self._cut_at is not None and self.sent >= self._cut_at

    def _break(self) -> None:
        self.broken.set()
        ends, self._open = self._open, set()
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to the server on this port, closed at the end."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
