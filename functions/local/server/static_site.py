"""Serves the built site from memory, read once; does not interpret its pages."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Receive, Scope, Send

from functions.web.edge.security_headers import CONTENT_POLICY, page_policy
from functions.web.http.scope import header

Headers = list[tuple[bytes, bytes]]

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".xml": "application/xml",
    ".atom": "application/atom+xml",
    ".csv": "text/csv; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".yml": "application/yaml",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".ico": "image/x-icon",
    ".webp": "image/webp",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
}
HIDDEN = "_service"
SMALLEST_GZIP = 600
_HASHED = re.compile(r"\.[0-9a-f]{8,64}\.(?:min\.)?[a-z0-9]+$")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"')
_PACKED = frozenset((".png", ".jpg", ".webp", ".woff2", ".pdf", ".ico"))


@dataclass(frozen=True, slots=True)
class Form:
    """One representation of a file: its bytes, and their headers."""

    body: bytes
    etag: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is and, where that is smaller, compressed."""

    plain: Form
    packed: Form | None


class StaticSite:
    """An ASGI application over a folder as it was when `load` read it; `_service/` is never answered."""

    def __init__(self, files: dict[str, File], missing: File | None) -> None:
        self.files, self.missing = files, missing

    @classmethod
    def load(cls, folder: Path) -> StaticSite:
        """Every file under the folder, addressed by its path; `index.html` also by its folder."""
        files: dict[str, File] = {}
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and relative.parts[0] != HIDDEN:
                address = "/" + relative.as_posix()
                files[address] = read_file(path)
                if relative.name == "index.html":
                    files[address.removesuffix("index.html")] = files[address]
        return cls(files, files.get("/404.html"))

    def __contains__(self, path: str) -> bool:
        return path in self.files or path + "/" in self.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, [(b"allow", b"GET, HEAD"), (b"content-length", b"0")], b"")
            return
        file = self.files.get(path)
        if file is not None:
            await _answer(file, scope, send)
        elif path + "/" in self.files:
            # Relative, because a portal may serve this folder under a path that is unknown here.
            location = scope.get("raw_path", path.encode()).split(b"?")[0].rpartition(b"/")[2] + b"/"
            await _send(send, 301, [(b"location", location), (b"content-length", b"0")], b"")
        elif self.missing is not None:
            body = self.missing.plain.body
            headers = [pair for pair in self.missing.plain.headers if pair[0] not in (b"etag", b"cache-control")]
            await _send(send, 404, headers, b"" if scope["method"] == "HEAD" else body)
        else:
            await _send(send, 404, [(b"content-length", b"0")], b"")


def is_named_by_content(name: str) -> bool:
    """Whether the file's name contains a digest, so that the file never changes under its name."""
    return _HASHED.search(name) is not None


def read_file(path: Path) -> File:
    """The file with its headers; a page's own content policy also goes into the header, where it can forbid framing."""
    body = path.read_bytes()
    common: Headers = [(b"content-type", TYPES.get(path.suffix, "application/octet-stream").encode())]
    kept = b"public, max-age=31536000, immutable" if is_named_by_content(path.name) else b"no-cache"
    common.append((b"cache-control", kept))
    if path.suffix == ".html":
        common.append((b"content-security-policy", _policy(body)))
    tag = hashlib.sha256(body).hexdigest()[:24]
    if path.suffix in _PACKED or len(body) < SMALLEST_GZIP:
        return File(_form(body, tag, common), None)
    common.append((b"vary", b"Accept-Encoding"))
    packed = gzip.compress(body, 6, mtime=0)
    return File(_form(body, tag, common), _form(packed, tag + "-gz", [*common, (b"content-encoding", b"gzip")]))


def _policy(body: bytes) -> bytes:
    own = _POLICY.search(body.decode("utf-8", "replace"))
    if own is None:
        return CONTENT_POLICY.encode()
    return page_policy(own.group(1).replace("&#39;", "'").replace("&quot;", '"')).encode()


def _form(body: bytes, tag: str, headers: Headers) -> Form:
    etag = f'"{tag}"'.encode()
    return Form(body, etag, [*headers, (b"etag", etag), (b"content-length", str(len(body)).encode())])


async def _answer(file: File, scope: Scope, send: Send) -> None:
    form = file.packed if file.packed is not None and _takes_gzip(header(scope, b"accept-encoding")) else file.plain
    seen = header(scope, b"if-none-match")
    if seen and (
        seen.strip() == "*" or form.etag.decode() in [tag.strip().removeprefix("W/") for tag in seen.split(",")]
    ):
        headers = [pair for pair in form.headers if pair[0] not in (b"content-length", b"content-encoding")]
        await _send(send, 304, headers, b"")
    else:
        await _send(send, 200, form.headers, b"" if scope["method"] == "HEAD" else form.body)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, rest = part.strip().partition(";")
        if coding.strip() in ("gzip", "*"):
            return rest.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
