"""Keeps the text typed into a desk page whose session had ended through the sign-in; knows no page and no filing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.desk.first_answers import FIELD
from functions.desk.frame import Pages
from functions.desk.sessions import Visitor
from functions.records.words import DECISIONS
from functions.settings import Settings
from functions.staff.encryption import Encryption, Unreadable
from functions.staff.permissions import ROLE_TITLES
from functions.staff.sessions import is_of, mark_in
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.multipart import TYPE as MULTIPART
from functions.web.http.multipart import typed_in
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route, own
from functions.web.http.site_addresses import address_of, is_plain

CSRF: Final = "csrf"
# The sign-in sends a name, a password and the next page beside it, within this one limit.
ROOM: Final = 16 * 1024
SIGNED_IN_ANEW: Final = "这里重新登录过"
PURPOSE: Final = "kept through the sign-in"
_SECRET: Final = frozenset((CSRF, FIELD, "password", "old", "new", "again", "setup", "ticket"))
LABELS: Final[Mapping[str, str]] = {
    "number": "编号",
    "decision": "决定",
    "opinion": "意见",
    "correction_due": "补正期限",
    "reason": "原因",
    "reason_reopen": "为什么重新打开",
    "reason_void": "为什么作废",
    "text": "备注",
    "checked": "怎样核对的身份",
    "received_on": "收到纸质件的日期",
    "unit.unit_name": "单位名称",
    "name": "账号",
    "role": "角色",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "decision": {str(kind): word for kind, word in DECISIONS.items()},
    "role": {str(role): title for role, title in ROLE_TITLES.items()},
}


@dataclass(frozen=True, slots=True)
class KeptPost:
    """The posted pairs, in order, and the desk page they were posted to.

    `mark` identifies who typed them (staff/sessions.py), "" when unknown. `whole` says that the form was posted with or
    without files; `files` says that files were chosen, which are not among the pairs.
    """

    address: str
    pairs: Sequence[tuple[str, str]]
    mark: str = ""
    whole: bool = False
    files: bool = False


class Resumption:
    """Reads typed text, and encrypts it so that only this desk can read it again, for whoever typed it."""

    def __init__(self, encryption: Encryption, settings: Settings) -> None:
        self._encryption = encryption
        self._settings = settings

    async def read(self, request: Request, *, again: bool = False) -> KeptPost | None:
        """Return what our own form posted; None from elsewhere, or when it could not be posted again.

        `again` says that the body has been read before: a form that was posted with files is then gone.
        """
        address = address_of(request)
        if request.method != "POST" or not is_plain(address) or _route_of(request, address) is None:
            return None
        if not self.is_from_here(request):
            return None
        whole = request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART
        if whole and again:
            return None
        try:
            if whole:
                pairs, files = await typed_in(request, self._settings.body_limit)
            else:
                require_type(request.headers.get("content-type", ""), FORM_TYPE)
                pairs, files = parse_pairs(await request.body()), False
        except HttpProblem:
            return None
        typed = [(name, value) for name, value in pairs if name not in _SECRET]
        return KeptPost(address, typed, mark_in(dict(reversed(pairs)).get(CSRF, "")), whole, files) if typed else None

    def is_from_here(self, request: Request) -> bool:
        """Whether our own page sent the request, by a header that no page can change."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        scheme = "https" if self._settings.encrypted else request.url.scheme
        return request.headers.get("origin") == f"{scheme}://{request.headers.get('host', '')}"

    def lock(self, kept: KeptPost) -> str:
        """Encrypt a kept post for a hidden field; "" when it is too long to come back within the limit."""
        locked = self._encryption.lock(json.dumps(asdict(kept), ensure_ascii=False), purpose=PURPOSE)
        return locked if len(locked) <= self._settings.body_limit - ROOM else ""

    def unlock(self, locked: str) -> KeptPost | None:
        """Decrypt a kept post; None for anything else."""
        try:
            content = json.loads(self._encryption.unlock(locked, purpose=PURPOSE))
        except Unreadable:
            return None
        content["pairs"] = [(name, value) for name, value in content["pairs"]]
        kept = KeptPost(**content)
        return kept if is_plain(kept.address) else None


@dataclass(frozen=True, slots=True)
class ResumeView:
    """The kept text, named as far as the page can name it; `foreign` says that another account typed it.

    `set_up` says that a second factor must be set up first.
    """

    template: ClassVar = "resume.html"
    kept: KeptPost | None
    foreign: bool
    step: str = ""
    told: Sequence[tuple[str, str]] = ()
    back: str = ""
    why: str = SIGNED_IN_ANEW
    set_up: bool = False


def resume_page(
    pages: Pages,
    request: Request,
    visitor: Visitor,
    kept: KeptPost | None,
    *,
    status: int = 200,
    why: str = SIGNED_IN_ANEW,
    set_up: bool = False,
) -> Response:
    """Show the kept text and a button that posts it; or say that nothing was kept, or that it is another account's.

    Text that another account typed is never shown.
    """
    foreign = kept is not None and bool(kept.mark) and not is_of(kept.mark, visitor.account.name)
    route = _route_of(request, kept.address) if kept and not foreign else None
    if kept is None or route is None:
        return pages.page(request, ResumeView(kept=None, foreign=foreign), visitor, status=status)
    path, mark, query = kept.address.partition("?")
    variables = route.at(path) or {}
    return pages.page(
        request,
        ResumeView(
            kept=kept,
            foreign=False,
            step=route.step.format(**variables),
            told=_told(kept),
            why=why,
            back=route.back.format(**variables) + mark + query,
            set_up=set_up,
        ),
        visitor,
        status=status,
    )


def _route_of(request: Request, address: str) -> Route | None:
    """Return the route that the address is posted to, if its controller declares that its text may be kept."""
    path = address.partition("?")[0]
    kept = (route for route in own(request.app.routes) if route.step and route.takes("POST"))
    return next((route for route in kept if route.at(path) is not None), None)


def _told(kept: KeptPost) -> list[tuple[str, str]]:
    """Return the part that the page can name; the rest is kept, too."""
    return [
        (LABELS[name], WORDS.get(name, {}).get(value, value)) for name, value in kept.pairs if name in LABELS and value
    ]
