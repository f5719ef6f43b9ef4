"""A virus scanner behind a socket, by clamd's protocol (INSTREAM); does not interpret what it scans."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from typing import Final

from functions.errors import SettingError
from functions.records.attachments.inspection import ScannerUnavailable

NAME: Final = "QINGDAN_CLAMD"
CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096
SECONDS: Final = 20.0
_LENGTH = struct.Struct(">I")


class Clamd:
    """`address` is the path of a socket, or host:port, else SettingError. Each step waits at most `seconds`.

    clamd must take streams of 50 MB (StreamMaxLength in clamd.conf; its own default is larger).
    """

    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        self._address, self._seconds = _parsed(address), seconds

    def finds_virus(self, chunks: Iterable[bytes]) -> bool:
        """Whether clamd finds a virus; ScannerUnavailable when it does not answer, or could not scan everything."""
        try:
            with self._connected() as connection:
                answer = _scan(connection, chunks)
        except OSError as error:
            raise ScannerUnavailable(f"查毒程序没有回答。请检查 {NAME} 指的 clamd") from error
        if answer == b"stream: OK":
            return False
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return True
        raise ScannerUnavailable("查毒程序没有查完这个文件。请看 clamd 的日志，StreamMaxLength 不要小于 50M")

    def answers(self) -> bool:
        """Whether clamd answers."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zPING\0")
                return _answer(connection) == b"PONG"
        except OSError:
            return False

    def _connected(self) -> socket.socket:
        if isinstance(self._address, tuple):
            return socket.create_connection(self._address, self._seconds)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self._seconds)
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


def _scan(connection: socket.socket, chunks: Iterable[bytes]) -> bytes:
    """Send the content in pieces and return the answer."""
    connection.sendall(b"zINSTREAM\0")
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK):
            piece = chunk[start : start + CHUNK]
            connection.sendall(_LENGTH.pack(len(piece)) + piece)
    connection.sendall(_LENGTH.pack(0))
    return _answer(connection)


def _answer(connection: socket.socket) -> bytes:
    """Return clamd's answer without the NUL at its end; OSError when none comes in time."""
    answer = b""
    while not answer.endswith(b"\0"):
        more = connection.recv(LONGEST_ANSWER)
        answer += more
        if not more or len(answer) > LONGEST_ANSWER:
            raise ConnectionError("the answer has no end")
    return answer[:-1]


def _parsed(address: str) -> str | tuple[str, int]:
    if address.startswith("/"):
        return address
    host, _, port = address.rpartition(":")
    if host and port.isascii() and port.isdecimal() and 0 < int(port) < 65536:
        return host.strip("[]"), int(port)
    raise SettingError(
        f"{NAME} 要写成 /run/clamav/clamd.ctl 这样的路径，或者 主机:端口，现在是“{address}”。请改好，或者不设"
    )
