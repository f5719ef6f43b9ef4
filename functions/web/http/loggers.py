"""The loggers of the functions, and the JSON format of their lines; knows no request."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import orjson

# The variable in which Lambda names the function.
ON_LAMBDA: Final = "AWS_LAMBDA_FUNCTION_NAME"

REQUESTS = logging.getLogger("qingdan.requests")


FAILURES = logging.getLogger("qingdan.failures")


NIGHTS = logging.getLogger("qingdan.nights")


class JsonLines(logging.Formatter):
    """Formats log records as lines of JSON; of an exception only kind and places, since its text may quote a filing."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.clock = clock

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.clock().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if isinstance(record.msg, dict):
            line |= record.msg
        else:
            line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            line |= _places(record.exc_info[1])
        return orjson.dumps(line).decode()


def log_as_lines(variables: Mapping[str, str]) -> None:
    """On Lambda, send our logs to its log as JSON lines; otherwise Lambda would add its own format."""
    if ON_LAMBDA not in variables:
        return
    from functions.bootstrap import read_clock

    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(JsonLines(read_clock))
    log = logging.getLogger("qingdan")
    log.handlers, log.propagate = [lines], False
    log.setLevel(logging.INFO)


def _places(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return {
        "error": type(error).__name__,
        # Include the folder: several functions have an app.py.
        "places": [f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}" for frame in frames],
    }
