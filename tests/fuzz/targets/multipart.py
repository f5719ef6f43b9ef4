"""Forms with files: refused with a status below 500, or pairs and files no larger than what was sent."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from functions.web.http.multipart import Posted, posting, typed_in
from functions.web.http.problems import HttpProblem

TYPED = 4096
HEAD = b"multipart/form-data; boundary=x"
PLAIN = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xe7\x94\xb2\r\n--x--\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\nContent-Type: text/plain\r\n\r\n%PDF\r\n'


def seeds() -> list[bytes]:
    """Each is the Content-Type, a line end, the body."""
    heads = (HEAD, HEAD + b"; charset=utf-8", HEAD + b"; charset=undefined", b"multipart/form-data", b"text/plain")
    return [head + b"\n" + body for head in heads for body in (PLAIN, FILE + PLAIN, PLAIN[:-4])]


def check(data: bytes) -> None:
    head, _, body = data.partition(b"\n")
    # A server lets through no other characters.
    if any((code < 32 and code != 9) or code == 127 for code in head):
        return

    def work(_: Request, posted: Posted) -> Response:
        assert posted.size <= min(TYPED, len(body))
        assert sum(len(sent.file.read()) for sent in posted.files) <= len(body)
        return Response()

    for read in (posting(work, typed=TYPED), lambda request: typed_in(request, TYPED)):
        try:
            asyncio.run(read(request_of(head, body)))  # type: ignore[arg-type]
        except HttpProblem as refused:
            assert 400 <= refused.status < 500


def request_of(head: bytes, body: bytes) -> Request:
    """A request whose body comes in two pieces."""
    half = len(body) // 2
    pieces = [body[:half], body[half:]]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = [(b"content-type", head), (b"content-length", b"%d" % len(body))]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
