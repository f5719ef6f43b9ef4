"""The project's own errors; HTTP and the command line translate them at their edge."""

import errno
from collections.abc import Mapping
from typing import Final

_REASONS: Final[Mapping[int, str]] = {
    errno.ENOENT: "没有这个文件或者文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这块磁盘只能读",
    errno.EEXIST: "那里已经有一个同名的文件",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTEMPTY: "文件夹里还有东西",
    errno.ENAMETOOLONG: "名称太长",
    errno.ENOSPC: "磁盘空间不够",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EIO: "磁盘读写出错",
    errno.EADDRINUSE: "别的程序正在用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}


def system_reason(error: OSError) -> str:
    """Return why the system refused, in a few words for a bracket; the system's own words when we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or "系统没有说明原因"


class QingdanError(Exception):
    """Something a person can act on: `str(error)` is Chinese, names cause and cure, and holds no personal data."""


class SettingError(QingdanError):
    """A setting is missing or wrong; the message names the variable and the fix."""


class AuthoringError(QingdanError):
    """Content, a schema or a rule is wrong; the message names file, line, cause and cure."""


class NotFound(QingdanError):
    """There is no such thing, or the asker may not know of it."""


class GuardTaken(QingdanError):
    """Another live filing holds the same uniqueness guard."""


class IdempotencyMismatch(QingdanError):
    """The idempotency key was used before, with another body."""


class SequenceTaken(QingdanError):
    """An event of this number and sequence exists: a number collided, or another writer was faster."""


class SealTaken(QingdanError):
    """A seal of this index exists: another one was made meanwhile."""


class StepRefused(QingdanError):
    """The step does not fit the state that the record is in."""


class StoreUnavailable(QingdanError):
    """The store cannot be used now; this step was not stored, and trying again later is right."""


class OutcomeUnknown(StoreUnavailable):
    """The answer to a write was lost: nobody knows whether the step was stored."""


class NoRoom(StoreUnavailable):
    """There is no room for files from outside; filings are taken as before."""


class StoreLocked(QingdanError):
    """Another server holds this data folder."""
