"""A proxy before an engine that answers like AWS in trouble, loses answers on the way, or minds the sender's clock."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
LARGEST_SKEW = timedelta(minutes=5)

# What becomes of one request: an answer instead of the engine's, "lost" when the engine's does not arrive, or nothing.
Answer = tuple[int, dict[str, Any]]
Fate = Answer | str | None


def refusal(code: str, status: int = 400, **more: Any) -> Answer:
    """How DynamoDB words an error."""
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **more}


def cancelled(*codes: str) -> Answer:
    """How DynamoDB words a cancelled transaction: one code for each of its parts."""
    return refusal("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


@dataclass
class FaultyEngine:
    """The proxy. `fate` says what becomes of a request, by its operation; `seen` are the operations that came."""

    url: str = ""
    fate: Callable[[str], Fate] = lambda operation: None
    ahead: timedelta = timedelta()
    seen: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def first(self, times: int, fate: Fate, operation: str = "") -> None:
        """Let the first so many requests (of this operation) suffer this fate."""
        left = times

        def decide(asked: str) -> Fate:
            nonlocal left
            if left and operation in ("", asked):
                left -= 1
                return fate
            return None

        self.fate = decide

    def decide(self, operation: str, sent_at: str) -> Fate:
        """What becomes of the request that was signed at this moment (YYYYMMDDTHHMMSSZ)."""
        with self.lock:
            self.seen.append(operation)
            signed = datetime.strptime(sent_at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if sent_at else None
            if signed and abs(datetime.now(UTC) + self.ahead - signed) > LARGEST_SKEW:
                return refusal("InvalidSignatureException", message="Signature expired: 15 minutes are allowed")
            return self.fate(operation)


@contextmanager
def faulty(engine: str) -> Iterator[FaultyEngine]:
    """A proxy before the engine at this address, for as long as the block lasts."""
    faults = FaultyEngine()
    target = urlsplit(engine).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2] or self.command
            fate = faults.decide(operation, self.headers.get("X-Amz-Date", ""))
            if isinstance(fate, tuple):
                self.answer(fate[0], [("Content-Type", "application/x-amz-json-1.0")], json.dumps(fate[1]).encode())
                return
            connection = HTTPConnection(target, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            if fate == "lost":
                self.close_connection = True
                return
            headers = [(name, value) for name, value in answer.getheaders() if name.lower() in _PASSED]
            self.answer(answer.status, headers, content)

        def answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = forward

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    faults.url = f"http://{HOST}:{server.server_port}"
    try:
        yield faults
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_PASSED = frozenset(("content-type", "x-amzn-errortype", "x-amzn-requestid", "etag", "x-amz-checksum-sha256"))
