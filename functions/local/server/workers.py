"""The processes of the one-machine server: one holds the data and supervises, the others serve; knows no HTTP."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable

from functions.errors import QingdanError

PATIENCE_SECONDS = 30  # longer than a worker takes to drain
SHORT_LIFE_SECONDS = 5.0
PAUSE_SECONDS = 1.0

_STOPS = (signal.SIGTERM, signal.SIGINT)
_WATCHED = (*_STOPS, signal.SIGCHLD, signal.SIGALRM)
_LOG = logging.getLogger("qingdan.workers")

Ready = Callable[[], None]
Work = Callable[[int, Ready], None]


def run_workers(work: Work, size: int, started: Ready) -> None:
    """Run `work` in `size` processes until SIGTERM or SIGINT, then let each finish; a process that dies is replaced.

    `work` is given its place, counted from 0, which a replacement takes over. It serves until it gets SIGTERM, and
    calls what else it is given once it can answer; `started` is called here when all can. QingdanError when one of them
    cannot begin; it has said why on stderr. Call it before there are threads or connections. However this process ends,
    the others end with it.
    """
    crew = _Crew(work)
    try:
        crew.muster(size)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        started()
        crew.watch()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    finally:
        crew.dismiss()


class _Crew:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._places: dict[int, int] = {}
        self._born: dict[int, float] = {}
        # Nothing is ever written: the system closes the write end with this process, however it ends.
        self._lifeline, self._held = os.pipe()

    def muster(self, size: int) -> None:
        """Start the workers and wait until all can answer."""
        waiting, ready = os.pipe()
        for place in range(size):
            self._start(place, lambda: _tell(ready))
        os.close(ready)
        said = b""
        while len(said) < size and (more := os.read(waiting, size)):
            said += more
        os.close(waiting)
        if len(said) < size:
            raise QingdanError("服务没有启动起来，原因见上面。请改好再启动")

    def watch(self) -> None:
        """Replace processes that die, until told to stop; then wait for the last one."""
        stopping = False
        while True:
            for place, lived, code in self._reap():
                if not stopping:
                    _LOG.error({"worker": place, "replaced": True, "code": code, "lived_seconds": round(lived)})
                    self._start(place, _nothing, pause=PAUSE_SECONDS if lived < SHORT_LIFE_SECONDS else 0)
            if not self._born:
                break
            seen = signal.sigwait(_WATCHED)
            if seen in _STOPS:
                stopping = True
                signal.alarm(PATIENCE_SECONDS)
                self._signal(signal.SIGTERM)
            elif seen == signal.SIGALRM:
                self._signal(signal.SIGKILL)
        signal.alarm(0)

    def dismiss(self) -> None:
        """End all remaining processes."""
        self._signal(signal.SIGKILL)
        for pid in self._born:
            os.waitpid(pid, 0)
        self._born.clear()
        os.close(self._held)
        os.close(self._lifeline)

    def _start(self, place: int, ready: Ready, *, pause: float = 0) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        if pid := os.fork():
            self._places[pid], self._born[pid] = place, time.monotonic()
            return
        code = 1
        try:
            os.close(self._held)
            threading.Thread(target=_end_with, args=(self._lifeline,), daemon=True).start()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
            time.sleep(pause)
            self._work(place, ready)
            code = 0
        except QingdanError as error:
            sys.stderr.write(f"{error}\n")
        except Exception:
            traceback.print_exc()
        finally:
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _signal(self, number: int) -> None:
        for pid in self._born:
            os.kill(pid, number)

    def _reap(self) -> list[tuple[int, float, int]]:
        """Yield for each ended process its place, the seconds it lived, and its exit code, negative for a signal."""
        ended = []
        while self._born:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            lived = time.monotonic() - self._born.pop(pid)
            ended.append((self._places.pop(pid), lived, os.waitstatus_to_exitcode(status)))
        return ended


def _end_with(lifeline: int) -> None:
    """End this process when the writing end of the pipe is closed."""
    os.read(lifeline, 1)
    os._exit(1)


def _tell(ready: int) -> None:
    os.write(ready, b".")
    os.close(ready)


def _nothing() -> None:
    return None
