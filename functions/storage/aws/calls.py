"""Repeats a call until it succeeds or time is up, and translates the final error; does not interpret items."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
)

from functions.errors import OutcomeUnknown, StoreUnavailable

T = TypeVar("T")

# No attempt of a call starts after twelve seconds, and none lasts longer than seven (`session`).
PATIENCE_SECONDS: Final = 12.0
FIRST_WAIT: Final = 0.025
LONGEST_WAIT: Final = 1.0

CONDITION_FAILED: Final = "ConditionalCheckFailed"
_CANCELLED: Final = "TransactionCanceledException"

# When two requests write an object for the first time at once, S3 tells one of them of a conflict, and to try again.
_BUSY = frozenset(
    (
        "ConditionalRequestConflict",
        "InternalFailure",
        "InternalServerError",
        "OperationAborted",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    )
)
_ON_THE_WAY = (HTTPClientError, ConnectionError, IncompleteReadError)
_NEVER_ARRIVED = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError, SSLError)
# By error code; a code that one service uses with its own meaning is listed before, with the operation.
_REASONS = {
    "Invoke ResourceNotFoundException": "没有设置里写的后台函数，请核对 QINGDAN_BACKGROUND 和 QINGDAN_REGION",
    "ResourceNotFoundException": "没有名为“{table}”的数据表，请核对 QINGDAN_TABLE 和 QINGDAN_REGION",
    "NoSuchBucket": "没有设置里写的存储桶，请核对 QINGDAN_BUCKET、QINGDAN_EXPORTS_BUCKET 和 QINGDAN_REGION",
    "AccessDenied": "没有权限，请核对这个函数的角色",
    "AccessDeniedException": "没有权限，请核对这个函数的角色",
    "ExpiredToken": "临时凭证过期了，请换新的凭证",
    "ExpiredTokenException": "临时凭证过期了，请换新的凭证",
    "InvalidClientTokenId": "凭证无效，请核对访问密钥",
    "UnrecognizedClientException": "凭证无效，请核对访问密钥",
    "InvalidSignatureException": "签名不被接受，多半是本机时钟不准，请校准时钟，再核对访问密钥",
    "RequestExpired": "本机时钟不准，请校准时钟",
    "RequestTimeTooSkewed": "本机时钟不准，请校准时钟",
}
_SPENT = "云端一直忙不过来"
_UNREACHABLE = "连不上云端，请检查网络、QINGDAN_REGION 和 QINGDAN_ENDPOINT_URL"
_UNSAID = "数据暂时存取不了（{}）。请稍后再试"
_UNKNOWN = "没有等到存储的答复（{}），不知道这一步存入没有。请先看一看，再决定要不要重做"
_WITHOUT_CREDENTIALS = "没有访问云端的凭证，请给这个程序配置角色或者访问密钥"

LOG = logging.getLogger("qingdan.store")


def never() -> float:
    """The tick for calls without a deadline."""
    return math.inf


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try: `ticks` gives monotonic seconds, `chance` a random fraction below 1.

    After the tick `until` nothing is tried again, even when a call has used few of its `seconds`: a function that makes
    several calls must answer before it is ended.
    """

    chance: Callable[[], float]
    seconds: float = PATIENCE_SECONDS
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    until: Callable[[], float] = never

    def end(self) -> float:
        """Return the tick at which a call that begins now gives up."""
        return min(self.ticks() + self.seconds, self.until())


class Refused(Exception):
    """A condition did not hold: `places` are the positions of the failed conditions in the transaction, in order."""

    def __init__(self, places: tuple[int, ...]) -> None:
        super().__init__(places)
        self.places = places


class Busy(Exception):
    """The service answered, but did nothing."""


class Calls:
    """Runs operations of a client; `table` names the table in the error about a missing one."""

    def __init__(self, patience: Patience, table: str) -> None:
        self._patience = patience
        self._table = table

    def __call__(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """Return the operation's answer.

        Transient errors are retried, with full jitter, until patience ends. Raises Refused when a condition failed,
        StoreUnavailable when the service cannot be used; any other error of the vendor passes unchanged.
        """
        return self._repeat(operation, arguments, self._patience.end(), StoreUnavailable)

    def write(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """Return the answer of an operation that stores a step; OutcomeUnknown when an attempt's answer was lost."""
        return self._repeat(operation, arguments, self._patience.end(), OutcomeUnknown)

    def once(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """Return the answer of a single attempt; StoreUnavailable, too, when there is no time for it."""
        if self._patience.ticks() >= self._patience.until():
            raise StoreUnavailable(_UNSAID.format(_SPENT))
        return self._repeat(operation, arguments, -math.inf, StoreUnavailable)

    def _repeat(
        self,
        operation: Callable[..., T],
        arguments: Mapping[str, Any],
        end: float,
        when_lost: type[StoreUnavailable],
    ) -> T:
        """Return the answer, retrying until `end`; raises `when_lost` once an attempt may have been carried out."""
        wait, lost = FIRST_WAIT, False
        while True:
            try:
                return operation(**arguments)
            except (ClientError, BotoCoreError, Busy) as error:
                if (places := _failed_conditions(error)) is not None:
                    raise Refused(places) from None
                lost = lost or _may_be_done(error)
                pause = wait * self._patience.chance()
                if not _passes(error) or self._patience.ticks() + pause >= end:
                    raise self._translated(error, when_lost if lost else None) from error
            self._patience.sleep(pause)
            wait = min(2 * wait, LONGEST_WAIT)

    def _translated(self, error: Exception, when_lost: type[StoreUnavailable] | None) -> Exception:
        """Log the reason for the operator, and return the error to raise instead."""
        reason = _reason(error)
        if reason is None:
            return error
        said = reason.format(table=self._table)
        LOG.error({"store": said, "error": code_of(error), "vendor": str(error)})
        if when_lost is None:
            return StoreUnavailable(f"数据暂时存取不了（{said}），这一步没有存入。请稍后再试")
        return when_lost((_UNKNOWN if when_lost is OutcomeUnknown else _UNSAID).format(said))


def code_of(error: Exception) -> str:
    """Return the vendor's code of the error."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else type(error).__name__


def _reason(error: Exception) -> str | None:
    """Return why the service cannot be used, for people; None when the error is about the request itself."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError | CredentialRetrievalError):
        return _WITHOUT_CREDENTIALS
    if isinstance(error, _ON_THE_WAY):
        return _UNREACHABLE
    if _passes(error):
        return _SPENT
    code = code_of(error)
    operation = error.operation_name if isinstance(error, ClientError) else ""
    return _REASONS.get(f"{operation} {code}", _REASONS.get(code))


def _passes(error: Exception) -> bool:
    """Whether a retry of the call may succeed."""
    if isinstance(error, _ON_THE_WAY):
        return not isinstance(error, SSLError)
    if not isinstance(error, ClientError):
        return isinstance(error, Busy)
    if code_of(error) == _CANCELLED:
        return any(reason.get("Code") in _BUSY for reason in _cancellation(error))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in _BUSY or status >= 500


def _may_be_done(error: Exception) -> bool:
    """Whether the service may have carried out the call without saying so."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or code_of(error) == "TransactionInProgressException"
    return isinstance(error, _ON_THE_WAY) and not isinstance(error, _NEVER_ARRIVED)


def _failed_conditions(error: Exception) -> tuple[int, ...] | None:
    """Return the positions whose conditions certainly failed, else None.

    No earlier operation of the transaction may have been merely busy: its own failed condition would take precedence.
    """
    if code_of(error) == "ConditionalCheckFailedException":
        return (0,)
    if not isinstance(error, ClientError) or code_of(error) != _CANCELLED:
        return None
    codes = [reason.get("Code", "None") for reason in _cancellation(error)]
    if CONDITION_FAILED not in codes or any(code in _BUSY for code in codes[: codes.index(CONDITION_FAILED)]):
        return None
    return tuple(place for place, code in enumerate(codes) if code == CONDITION_FAILED)


def _cancellation(error: ClientError) -> list[dict[str, Any]]:
    response: dict[str, Any] = dict(error.response)
    found: list[dict[str, Any]] = response.get("CancellationReasons") or []
    return found
