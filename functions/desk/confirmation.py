"""Whether somebody has recently proved to own the account, and the fresh proof; knows no page.

A desk left open, or a stolen session, must not suffice to change who has access.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.sessions import Sessions, Visitor, set_cookie
from functions.staff.encryption import Unreadable
from functions.staff.passwords import PasswordRefused
from functions.staff.second_factor import DIGITS, CodeRefused, SecondFactors, normal_code

COOKIE: Final = "__Host-qingdan-confirmed"
RECENT: Final = timedelta(minutes=10)
NEEDED: Final = "离登录已经超过 10 分钟，这一步要先核对是您本人。请填现在的密码，或者手机上的验证码"


class Confirmation:
    """A sign-in counts as proof for ten minutes; so does giving the password, or a code from the phone, again.

    Every call blocks, and checking a password takes long on purpose: use worker threads.
    """

    def __init__(self, services: Services, sessions: Sessions, factors: SecondFactors) -> None:
        self._services = services
        self._sessions = sessions
        self._factors = factors

    def is_recent(self, request: Request, visitor: Visitor) -> bool:
        """Whether no fresh proof is needed; a cookie from before the session, or of another session, proves nothing."""
        now = self._services.clock()
        return now - max(visitor.session.created_at, self._confirmed(request, visitor)) < RECENT

    def require(self, request: Request, visitor: Visitor, proof: str) -> bool:
        """Whether a fresh proof was given, which `keep` must store; PasswordRefused when one is needed and wrong."""
        if self.is_recent(request, visitor):
            return False
        if not proof:
            raise PasswordRefused(NEEDED, field="password")
        code = normal_code(proof)
        if visitor.account.second_factor is not None and len(code) == DIGITS and code.isdecimal():
            self._check_code(request, visitor, code)
        else:
            self._sessions.confirm(request, visitor, proof)
        return True

    def keep(self, response: Response, visitor: Visitor) -> Response:
        """Set the cookie that proves to later requests of this session that the proof was given now."""
        at = self._services.clock().isoformat()
        set_cookie(response, COOKIE, self._factors.encryption.lock(at, purpose=_purpose(visitor)))
        return response

    def _check_code(self, request: Request, visitor: Visitor, code: str) -> None:
        self._sessions.count_try(request, visitor.account.name, "code")
        try:
            self._factors.use(visitor.account, code, at=self._services.clock())
        except (CodeRefused, Unreadable) as refusal:
            raise PasswordRefused(str(refusal), field="password") from None

    def _confirmed(self, request: Request, visitor: Visitor) -> datetime:
        try:
            kept = self._factors.encryption.unlock(request.cookies.get(COOKIE, ""), purpose=_purpose(visitor))
        except Unreadable:
            return visitor.session.created_at
        return datetime.fromisoformat(kept)


def _purpose(visitor: Visitor) -> str:
    return f"confirmed in {visitor.session.token_hash}"
