"""A socket that speaks clamd's protocol, so that our client of it is tried over a real connection."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from types import TracebackType

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Finds EICAR and nothing else. `seen` are the bytes of each stream that was sent whole.

    `answer` is said to everything instead; `silent` says nothing; of a stream only `most` bytes are taken.
    """

    def __init__(self, path: Path | None) -> None:
        self.seen: list[int] = []
        self.answer: bytes | None = None
        self.silent = False
        self.most = 100 * 1024 * 1024
        self._stop = threading.Event()
        if path is None:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        else:
            self._server = socket.socket(socket.AF_UNIX)
            self._server.bind(str(path))
            self._server.listen()
            self.address = str(path)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> FakeClamd:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        # Wakes the one that waits for a connection.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    self._talk(connection)
                except OSError:
                    continue

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as given:
            command = b""
            while not command.endswith(b"\0"):
                command += given.read(1)
            if command == b"zPING\0":
                answer = b"PONG\0"
            else:
                content = b""
                while length := struct.unpack(">I", given.read(4))[0]:
                    content += given.read(length)
                    if len(content) > self.most:
                        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                        return
                self.seen.append(len(content))
                answer = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            if self.silent:
                given.read(1)
                return
            connection.sendall(answer if self.answer is None else self.answer)
