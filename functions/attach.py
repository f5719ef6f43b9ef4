"""The public function that accepts files before a filing names them; it knows no filing."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import os
import re
import tempfile
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.forms.definition import Definition
from functions.records.attachments.file_types import FileRefused
from functions.records.attachments.store import PART_BYTES, UploadRefused
from functions.records.attachments.upload_pass import Announced, read_pass
from functions.web.edge.aws_gateway import Gateway
from functions.web.edge.security_headers import TO_GO_BACK_TO
from functions.web.filing.form_pages import below, form_page, public_place
from functions.web.filing.posted_files import filled_with_files
from functions.web.filing.uploads import REFUSED, Uploads, announcement
from functions.web.http.bodies import JSON_TYPE, parse_json, require_type
from functions.web.http.endpoints import reading, writing
from functions.web.http.multipart import Posted, posting
from functions.web.http.problems import HttpProblem, handlers
from functions.web.http.routes import Route
from functions.web.http.scope import spend
from functions.web.http.site_frame import SiteFrame
from functions.web.http.temporary_room import require_room

TICKET_SECONDS: Final = 3600
IN_MEMORY: Final = 64 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONTENT_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
# A header that the browser sets itself; no script can set it.
_FORBIDDEN: Final = frozenset(("Content-Length",))


def create_app(services: Services) -> Starlette:
    """Make the application over these services; SettingError when the site has not been built."""
    site_frame = SiteFrame.load(services.settings.site)
    attach, typed = Attach(services, site_frame), services.settings.body_limit
    routes = [
        Route("/api/attachments", writing(attach.begin), methods=["POST"]),
        Route("/api/attachments/{id}", reading(attach.tell)),
        Route("/api/attachments/{id}", reading(attach.cancel), methods=["DELETE"]),
        Route("/api/attachments/{id}/parts/{part}", writing(attach.give_ticket), methods=["POST"]),
        Route("/api/attachments/{id}/parts/{part}", attach.take_part, methods=["PUT"], carries="part"),
        Route("/api/attachments/{id}/completion", writing(attach.complete), methods=["POST"]),
        Route("/forms/{form}/files", reading(attach.lead_to_form)),
        Route("/forms/{form}/files", posting(attach.take_form, typed=typed), methods=["POST"], carries="files"),
    ]
    return Starlette(routes=routes, exception_handlers=handlers(site_frame))


class Attach:
    """The handlers. Each except `take_part` blocks and runs in a worker thread."""

    def __init__(self, services: Services, site_frame: SiteFrame) -> None:
        self._services, self._site_frame = services, site_frame
        # The pages' CSP lets them send nothing to a host that they were not built for.
        self._direct = bool(site_frame.assets.get("upload_host"))
        self._uploads = Uploads(services)

    def begin(self, request: Request, body: bytes) -> Response:
        """Start an upload, and return the pass that all other calls about it must show."""
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        name, size, digest = announcement(parse_json(body))
        spend(request.scope, size)
        announced, token = self._uploads.announce(name, size, digest)
        upload = announced.upload
        told = {"id": upload.id, "token": token, "part_size": PART_BYTES, "parts": len(upload.parts)}
        return _json(told, status=201, headers={"Location": _address(request, upload.id)})

    def tell(self, request: Request) -> Response:
        """Return which parts have arrived: the client sends the others, also after a lost connection."""
        upload = self._admit(request).upload
        arrived = sorted(self._services.blobs.arrived(upload))
        return _json({"parts": len(upload.parts), "part_size": PART_BYTES, "arrived": arrived})

    def cancel(self, request: Request) -> Response:
        """Delete the parts that have arrived; repeating this does no harm."""
        self._services.blobs.abandon(self._admit(request).upload)
        return Response(status_code=204)

    def give_ticket(self, request: Request, body: bytes) -> Response:
        """Return where and how to send one part, whose digest is `sha256`."""
        announced = self._admit(request)
        upload, part = announced.upload, _part(request, announced)
        require_type(request.headers.get("content-type", ""), JSON_TYPE)
        content = parse_json(body)
        digest = content.get("sha256") if isinstance(content, dict) and len(content) == 1 else None
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise HttpProblem(400, "请发送含 sha256 的 JSON 对象：这一块的 SHA-256，64 位小写十六进制数字")
        ticket = None
        if self._direct:
            ticket = self._services.blobs.part_ticket(upload, part, digest=digest, seconds=TICKET_SECONDS)
        if ticket is None:
            headers = {"Authorization": request.headers["authorization"], "Content-Digest": _content_digest(digest)}
            return _json({"method": "PUT", "url": f"{_address(request, upload.id)}/parts/{part}", "headers": headers})
        headers = {name: value for name, value in ticket.fields.items() if name not in _FORBIDDEN}
        return _json({"method": ticket.method, "url": ticket.url, "headers": headers})

    async def take_part(self, request: Request) -> Response:
        """Store one part, where our own server takes them. Checks the pass before it reads the part."""
        announced = self._admit(request)
        part, digest = _part(request, announced), _digest_in(request)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            async for chunk in request.stream():
                require_room()
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(self._keep, announced, part, digest, file)
        return Response(status_code=204)

    def _keep(self, announced: Announced, part: int, digest: bytes, file: Any) -> None:
        file.seek(0)
        content = file.read()
        if hashlib.sha256(content).digest() != digest:
            raise HttpProblem(400, "这一块在路上变了样。请重新发送这一块")
        try:
            self._services.blobs.put_part(announced.upload, part, content)
        except UploadRefused as error:
            raise _refused(error) from None

    def complete(self, request: Request, body: bytes) -> Response:
        """Return the voucher for naming the file in a filing, once all of it has arrived and passed inspection."""
        announced = self._admit(request)
        upload = announced.upload
        try:
            settled, voucher = self._uploads.complete(announced)
        except UploadRefused as error:
            if not error.missing:
                self._services.blobs.abandon(upload)
            raise _refused(error) from None
        except FileRefused as error:
            self._services.blobs.abandon(upload)
            raise HttpProblem(422, str(error), title=REFUSED) from None
        told = {"name": announced.name, "size": upload.size, "sha256": upload.digest, "voucher": voucher}
        return _json({**told, "scanned": settled.scanned, "waiting": settled.waits})

    def lead_to_form(self, request: Request) -> Response:
        """Redirect to the form's page: somebody opened the address that files are posted to."""
        return RedirectResponse(f"{self._site_frame.base}forms/{self._definition(request).id}/", 303)

    def take_form(self, request: Request, posted: Posted) -> Response:
        """Answer with the form as it was filled in, and the files that came with it: the way without JavaScript."""
        definition = self._definition(request)
        status, filled = filled_with_files(self._uploads, definition, posted)
        place = below(public_place(definition, self._services.settings.upload_limit))
        page = form_page(self._site_frame.links, filled, place)
        return HTMLResponse(self._site_frame.page(*page), status, headers=TO_GO_BACK_TO)

    def _definition(self, request: Request) -> Definition:
        found = self._services.catalogue.get(request.path_params["form"])
        if found.rules.audience != "public":
            raise NotFound("没有这种填报。请从“我要填报”里选一种")
        return found

    def _admit(self, request: Request) -> Announced:
        """Return the file that the pass is about; HttpProblem 401 for a false pass, or one for another file."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        announced = read_pass(self._services.keys, token.strip(), self._services.clock())
        if scheme.lower() != "bearer" or announced is None or announced.upload.id != request.path_params["id"]:
            headers = {"WWW-Authenticate": "Bearer"}
            words = "这次上传的凭据不对，或者过了 24 小时。请重新选择文件上传"
            raise HttpProblem(401, words, title="请重新上传", headers=headers)
        return announced


def _part(request: Request, announced: Announced) -> int:
    given = request.path_params["part"]
    part = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0
    if part not in announced.upload.parts:
        raise HttpProblem(404, f"这个文件共 {len(announced.upload.parts)} 块，没有这一块。请核对是第几块")
    return part


def _digest_in(request: Request) -> bytes:
    match = _CONTENT_DIGEST.fullmatch(request.headers.get("content-digest", "").strip())
    if match is None:
        raise HttpProblem(400, "请在 Content-Digest 里写明这一块的摘要：sha-256=:…:（RFC 9530）")
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise HttpProblem(400, "Content-Digest 读不出来。请核对") from None


def _content_digest(digest: str) -> str:
    return f"sha-256=:{base64.b64encode(bytes.fromhex(digest)).decode()}:"


def _refused(error: UploadRefused) -> HttpProblem:
    if error.missing:
        return HttpProblem(409, str(error), title="文件还没有传完", more={"missing": list(error.missing)})
    return HttpProblem(422, str(error), title=REFUSED)


def _address(request: Request, id: str) -> str:
    return f"{request.scope.get('root_path', '')}/api/attachments/{id}"


def _json(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


gateway = Gateway(create_app, os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
