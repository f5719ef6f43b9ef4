"""The words under the desk's head: where an officer can go, and how much waits there; knows no filing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from functions.desk.sessions import Visitor
from functions.errors import QingdanError
from functions.records.store import RecordStore, Selection
from functions.staff.permissions import may
from functions.web.filing.wording import WAITING

# Every page of the desk shows the number: however many wait, it must cost next to nothing.
MOST_COUNTED: Final = 99


@dataclass(frozen=True, slots=True)
class Way:
    """One word, where it leads below the service's address, whether this is it, and how much waits there ("99+")."""

    word: str
    address: str
    current: bool
    count: str = ""


def ways_of(request: Request, visitor: Visitor, records: RecordStore) -> list[Way]:
    """Where this visitor may go; nowhere before a one-time password is changed.

    A store that cannot be read leaves the count out, so that the page which says so can be shown.
    """
    account = visitor.account
    if account.must_change_password:
        return []
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    among = path == "/desk/" or path.startswith("/desk/submissions/")
    queue = among and request.query_params.get("status") == "waiting"
    ways = [Way("全部填报", "/desk/", among and not queue), Way("电话通知", "/desk/calls", path == "/desk/calls")]
    if may(account.role, "return"):
        ways.insert(0, Way(WAITING, "/desk/?status=waiting", queue, _counted(records, account.name)))
    if may(account.role, "enter_paper"):
        ways.append(Way("录入纸质件", "/desk/records/", path.startswith("/desk/records/")))
    return ways


def _counted(records: RecordStore, name: str) -> str:
    try:
        page = records.page(Selection(waiting_for=name), limit=MOST_COUNTED)
    except QingdanError:
        return ""
    return f"{MOST_COUNTED}+" if page.older else str(len(page.items) or "")
