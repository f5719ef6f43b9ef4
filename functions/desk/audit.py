"""Writes the audit log for the desk's handlers, with one line in each handler; knows no page and no store."""

from __future__ import annotations

from concurrent.futures import Future, wait
from typing import Any

from functions.bootstrap import Services
from functions.records.event import SALT_BYTES, Event
from functions.records.number import is_number
from functions.staff.audit_log import Action, Entry
from functions.web.http.loggers import FAILURES


class Audit:
    """Writes entries. `actor` is an account's name, `about` a filing's number or ""; details hold no personal data.

    Text in the place of a number is left out when it is not one: it may be anything.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def note(self, action: Action, actor: str, about: str = "", **details: Any) -> None:
        """Write the entry durably before returning: nobody sees data whose access could not be logged. Blocks."""
        self._add(action, actor, about, details).result()

    def note_soon(self, action: Action, actor: str, about: str = "", **details: Any) -> None:
        """Write the entry within the next commit, without waiting; a failure is logged.

        The cloud's store waits all the same: Lambda stops a process once it has answered, and data not stored by then
        may be lost.
        """
        noted = self._add(action, actor, about, details)
        noted.add_done_callback(_log_failure)
        if self._services.settings.cloud is not None:
            wait([noted])

    def _add(self, action: Action, actor: str, about: str, details: dict[str, Any]) -> Future[Event]:
        services = self._services
        if "numbers" in details:
            details["numbers"] = list(filter(is_number, details["numbers"]))
        kept = {name: value for name, value in details.items() if value not in ("", None, [])}
        entry = Entry(action, actor, services.clock(), about if is_number(about) else "", kept)
        return services.trail.add(entry, services.entropy(SALT_BYTES))


def _log_failure(future: Future[Event]) -> None:
    error = future.exception()
    if error is not None:
        FAILURES.error({"trail": "not noted"}, exc_info=error)
