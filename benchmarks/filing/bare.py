"""A floor: Starlette and uvicorn that read and answer JSON, nothing else. `python -m benchmarks.filing.bare PORT`."""

from __future__ import annotations

import json
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

ANSWER = {"number": "SC-2026-7F3K9Q", "access_code": "0000-0000-0000-0000", "receipt": "x" * 600}


async def file(request: Request) -> JSONResponse:
    """Take the body, keep nothing."""
    json.loads(await request.body())
    return JSONResponse(ANSWER, 201)


async def health(request: Request) -> PlainTextResponse:
    """Say that the server is there."""
    return PlainTextResponse("")


def main() -> None:
    """Serve until stopped."""
    routes = [Route("/healthz", health), Route("/api/submissions/{form}", file, methods=["POST"])]
    uvicorn.run(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
