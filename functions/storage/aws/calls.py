"""Makes a call until it succeeds or time is up, and says in our own words why it did not; knows no item."""

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

# No attempt of a call begins after twelve seconds, and none lasts longer than seven (`session`).
PATIENCE_SECONDS: Final = 12.0
FIRST_WAIT: Final = 0.025
LONGEST_WAIT: Final = 1.0

CONDITION_FAILED: Final = "ConditionalCheckFailed"
_CANCELLED: Final = "TransactionCanceledException"

# Two that write the same object for the first time meet in S3: one of them is told of a conflict, and to come again.
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
# By the error's code; what one service means by a code of many stands before that, with the operation.
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
    """The tick that does not come."""
    return math.inf


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try, and the means: `ticks` are monotonic seconds, `chance` is a random fraction below 1.

    `until` is the tick after which nothing is tried again, however little of its `seconds` a call has used: a function
    that makes several calls must answer before it is ended.
    """

    chance: Callable[[], float]
    seconds: float = PATIENCE_SECONDS
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    until: Callable[[], float] = never

    def end(self) -> float:
        """The tick at which a call that begins now gives up."""
        return min(self.ticks() + self.seconds, self.until())


class Refused(Exception):
    """A condition did not hold: `places` are the positions in the transaction whose conditions failed, in order."""

    def __init__(self, places: tuple[int, ...]) -> None:
        super().__init__(places)
        self.places = places


class Busy(Exception):
    """The service answered, and did nothing of what it was asked."""


class Calls:
    """Runs operations of a client; `table` is for the words about one that is missing."""

    def __init__(self, patience: Patience, table: str) -> None:
        self._patience = patience
        self._table = table

    def __call__(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """The operation's answer.

        What passes by itself is tried again, with full jitter, until patience is at its end. Raises Refused when a
        condition failed, StoreUnavailable when the service cannot be used; any other error of the vendor as it is.
        """
        return self._repeat(operation, arguments, self._patience.end(), StoreUnavailable)

    def write(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """The answer of an operation that stores a step; OutcomeUnknown when the answer of an attempt was lost."""
        return self._repeat(operation, arguments, self._patience.end(), OutcomeUnknown)

    def once(self, operation: Callable[..., T], /, **arguments: Any) -> T:
        """The operation's answer, asked for a single time; StoreUnavailable, too, when there is no time for that."""
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
        """The answer, asked for until `end`; `when_lost` is what to raise once an attempt may have been carried out."""
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
        """What to raise in place of the error, once the operator can read in the log why."""
        reason = _reason(error)
        if reason is None:
            return error
        said = reason.format(table=self._table)
        LOG.error({"store": said, "error": code_of(error), "vendor": str(error)})
        if when_lost is None:
            return StoreUnavailable(f"数据暂时存取不了（{said}），这一步没有存入。请稍后再试")
        return when_lost((_UNKNOWN if when_lost is OutcomeUnknown else _UNSAID).format(said))


def code_of(error: Exception) -> str:
    """The vendor's name for the error."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else type(error).__name__


def _reason(error: Exception) -> str | None:
    """Why the service cannot be used, for people; None when the error is about what was asked."""
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
    """Whether the same call may succeed a little later."""
    if isinstance(error, _ON_THE_WAY):
        return not isinstance(error, SSLError)
    if not isinstance(error, ClientError):
        return isinstance(error, Busy)
    if code_of(error) == _CANCELLED:
        return any(reason.get("Code") in _BUSY for reason in _cancellation(error))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in _BUSY or status >= 500


def _may_be_done(error: Exception) -> bool:
    """Whether the service may have done what it was asked, although it did not say so."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or code_of(error) == "TransactionInProgressException"
    return isinstance(error, _ON_THE_WAY) and not isinstance(error, _NEVER_ARRIVED)


def _failed_conditions(error: Exception) -> tuple[int, ...] | None:
    """The places whose conditions certainly failed, else None.

    Before the first of them nothing may have been merely busy: what it would have said counts more.
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
