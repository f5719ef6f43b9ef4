"""The words under the desk's head: where an officer can go, and how much waits there; knows no filing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from functions.errors import QingdanError
from functions.staff.permissions import may
from functions.web.desk_words import WAITING
from functions.web.sessions import Visitor

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Way:
    """One word, where it leads below the service's address, whether this is it, and how much waits there."""

    word: str
    address: str
    current: bool
    count: int | None = None


def ways_of(request: Request, visitor: Visitor, waiting: Count) -> list[Way]:
    """Where this visitor may go; nowhere before a one-time password is changed.

    `waiting` counts what waits for an account. A store that cannot be read leaves the count out, so that the page
    which says so can be shown.
    """
    account = visitor.account
    if account.must_change_password:
        return []
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    among = path == "/desk/" or path.startswith("/desk/submissions/")
    queue = among and request.query_params.get("status") == "waiting"
    ways = [Way("全部填报", "/desk/", among and not queue), Way("电话通知", "/desk/calls", path == "/desk/calls")]
    if may(account.role, "return"):
        ways.insert(0, Way(WAITING, "/desk/?status=waiting", queue, _counted(waiting, account.name)))
    if may(account.role, "enter_paper"):
        ways.append(Way("录入纸质件", "/desk/records/", path.startswith("/desk/records/")))
    return ways


def _counted(waiting: Count, name: str) -> int | None:
    try:
        return waiting(name)
    except QingdanError:
        return None
