"""Reminds units in a process of its own: what a night holds in memory ends with it, and the server stays small."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import closing
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any, Final

from functions.settings import Settings

LOOK_SECONDS: Final = 0.2
# A mail server that hangs does not keep the server from stopping; somebody calls about what is on its way then.
PATIENCE_SECONDS: Final = 10.0


class Failed(Exception):
    """The reminders failed; the name of the error, without its text, which may quote a unit."""


def remind_apart(settings: Settings, on: date, stopped: threading.Event) -> dict[str, Any]:
    """Remind whoever it is time for; the counts for a log line. Ends early once `stopped` is set."""
    context = multiprocessing.get_context("spawn")
    halt, (receiving, sending) = context.Event(), context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(settings, on, halt, sending), daemon=True)
    process.start()
    sending.close()
    while process.is_alive():
        if stopped.is_set() and not halt.is_set():
            halt.set()
            process.join(PATIENCE_SECONDS)
            process.terminate()
        process.join(LOOK_SECONDS)
    try:
        told = receiving.recv()
    except EOFError:
        if halt.is_set():
            return {"reminders": {}}
        raise Failed(f"exit code {process.exitcode}") from None
    if isinstance(told, str):
        raise Failed(told)
    found: dict[str, Any] = told
    return found


def _work(settings: Settings, on: date, halt: Event, sending: Connection) -> None:
    """Do the work of this process; an interrupt from the keyboard is the server's to handle."""
    from functions.bootstrap import open_services
    from functions.reminding.night import Night

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with closing(open_services(settings, lock=False)) as services:
            told: dict[str, Any] | str = Night(services, on).send(halt.is_set).told()
    except Exception as error:
        told = type(error).__name__
    sending.send(told)
