"""Whether the disk has room for what a request brings before it is taken in; knows no request."""

from __future__ import annotations

import shutil
import tempfile
from typing import Final

from functions.errors import NoRoom

# The folder for temporary files is often on the disk of the filings, which are to be taken to the last.
KEPT_FREE: Final = 128 * 1024 * 1024


def require_room() -> None:
    """Return when a piece of a file may be kept for the while; else NoRoom."""
    if shutil.disk_usage(tempfile.gettempdir()).free < KEPT_FREE:
        raise NoRoom("磁盘快满了，暂时不收附件；填报照常。请过一小时再上传，或者打电话给本局")
