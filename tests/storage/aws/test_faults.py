"""Under any AWS fault no acknowledged filing is lost, and none is stored twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError, ReadTimeoutError, SSLError
from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import GuardTaken, IdempotencyMismatch, OutcomeUnknown, SequenceTaken, StoreUnavailable
from functions.records.receipt import Signer
from functions.records.sealing import seal_new
from functions.records.store import Append, Idempotency, Selection, Stored
from functions.staff.audit_log import Entry, Sought
from functions.staff.store import Account, NameTaken
from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.records.store import AwsStore
from functions.storage.aws.session import Clients
from tests.storage.aws.conftest import Time
from tests.support.cloud import Cloud
from tests.support.store.faults import Fate, FaultyEngine, cancelled, refusal
from tests.support.store.steps import SALT, first_step, next_step

THROTTLED = refusal("ThrottlingException")
ALL = Selection()
NOW = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
WRITE = "TransactWriteItems"


def key_of(step: Append) -> Idempotency:
    assert step.idempotency is not None
    return step.idempotency


def test_writes_throttled_for_three_seconds_are_stored(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore, passing: Time
) -> None:
    engine.fate = lambda operation: THROTTLED if passing.now < 3 else None
    futures = [shaky.append(first_step(n, key=f"k{n}")) for n in range(20)]
    assert [future.result(60).replayed for future in futures] == [False] * 20
    assert passing.now >= 3
    assert healthy.count(ALL) == 20


def test_endless_throttling_is_given_up_before_the_function_ends(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore, passing: Time, patience: Patience
) -> None:
    engine.fate = lambda operation: THROTTLED
    with pytest.raises(StoreUnavailable, match="请稍后再试"):
        shaky.append(first_step(1, key="k")).result(60)
    assert 0.8 * patience.seconds < passing.now <= patience.seconds
    assert healthy.count(ALL) == 0
    engine.fate = lambda operation: None
    assert shaky.append(first_step(1, key="k")).result(60).replayed is False


def test_waits_grow_and_are_spread(engine: FaultyEngine, shaky: AwsStore) -> None:
    waits: list[float] = []
    spread = Calls(Patience(lambda: 0.25, ticks=lambda: 0.0, sleep=waits.append), "t")
    engine.first(8, THROTTLED)
    spread(Clients("us-east-1", engine.url).dynamodb().list_tables)
    assert waits == [0.25 * wait for wait in (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0)]


@pytest.mark.parametrize(
    "trouble",
    [
        cancelled("None", "TransactionConflict", "None"),
        cancelled("ThrottlingError"),
        refusal("TransactionInProgressException"),
        refusal("ProvisionedThroughputExceededException"),
        refusal("InternalServerError", 500),
        refusal("Unheard", 503),
        (502, {}),
        "lost",
    ],
)
def test_temporary_failures_are_retried(
    trouble: Fate, engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    engine.first(4, trouble, WRITE)
    step = first_step(1, key="k", guard="g")
    assert shaky.append(step).result(60) == Stored(step.answer, replayed=False)
    assert healthy.read(step.summary.number).events == step.events
    assert healthy.count(ALL) == 1
    assert engine.seen.count(WRITE) == 5


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ConditionalRequestConflict", 409),  # S3: another writes the same object for the first time
        ("OperationAborted", 409),  # S3: another changes the same object
        ("SlowDown", 503),  # S3
        ("TooManyRequestsException", 429),  # Lambda: no room to start the function that works in the background
        ("ThrottlingException", 400),  # SSM
    ],
)
def test_temporary_failures_of_other_services_are_retried(code: str, status: int, patience: Patience) -> None:
    meta: Any = {"HTTPStatusCode": status}
    troubles = [ClientError({"Error": {"Code": code}, "ResponseMetadata": meta}, "Any") for _ in range(3)]

    def operation() -> str:
        if troubles:
            raise troubles.pop()
        return "done"

    assert Calls(patience, "t")(operation) == "done"


def test_all_calls_of_a_request_end_before_the_function_ends(passing: Time) -> None:
    """Each is throttled for almost as long as one call is patient: the third finds no time left."""
    ended = 21.0
    calls = Calls(Patience(lambda: 0.5, ticks=lambda: passing.now, sleep=passing.wait, until=lambda: ended), "t")
    busy = ClientError({"Error": {"Code": "ThrottlingException"}}, "Any")

    def throttled_for(seconds: float) -> Callable[[], None]:
        over = passing.now + seconds

        def operation() -> None:
            if passing.now < over:
                raise busy

        return operation

    calls(throttled_for(10))
    calls(throttled_for(10))
    with pytest.raises(StoreUnavailable):
        calls(throttled_for(10))
    assert passing.now <= ended


def test_a_lost_answer_makes_no_second_record_and_no_false_refusal(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    lost = Lost(WRITE)
    engine.fate = lost
    for n in range(10):
        assert shaky.append(first_step(n, guard=f"g{n}", key=f"k{n}" if n % 2 else None)).result(60).replayed is False
    withdrawn = shaky.append(next_step(shaky.read("SC-2026-000003"), "withdrawn", "withdrawn"))
    assert withdrawn.result(60).replayed is False
    assert lost.count == 11, "every answer was lost once"
    assert healthy.count(ALL) == 10
    assert [event.type for event in healthy.read("SC-2026-000003").events] == ["submitted", "withdrawn"]
    with pytest.raises(GuardTaken):
        shaky.append(first_step(20, guard="g4")).result(60)


@pytest.mark.parametrize("fate", ["lost", refusal("InternalServerError", 500), (502, {})])
def test_a_write_that_is_never_answered_is_not_called_undone(
    fate: Fate, engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    engine.fate = lambda operation: fate if operation == WRITE else None
    with pytest.raises(OutcomeUnknown, match="不知道这一步存入没有"):
        shaky.append(first_step(1)).result(60)
    assert healthy.count(ALL) == (fate == "lost")
    account = Account("示例甲", "admin", "$argon2id$invented", False, False, NOW)
    with pytest.raises(OutcomeUnknown):
        shaky.staff.add_account(account)


def test_a_write_that_is_never_answered_is_found_under_its_key(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    engine.fate = lambda operation: "lost" if operation == WRITE else None
    step = first_step(1, key="k")
    assert shaky.append(step).result(60) == Stored(step.answer, replayed=False)
    assert healthy.count(ALL) == 1
    engine.fate = lambda operation: "lost"
    with pytest.raises(OutcomeUnknown):
        shaky.append(first_step(2, key="k2")).result(60)
    assert healthy.recall(key_of(first_step(2, key="k2"))) is not None


def test_a_lost_answer_is_remembered_when_the_last_attempt_was_refused(engine: FaultyEngine, shaky: AwsStore) -> None:
    fates: list[Fate] = ["lost"]
    engine.fate = lambda operation: (fates.pop() if fates else THROTTLED) if operation == WRITE else None
    with pytest.raises(OutcomeUnknown):
        shaky.append(first_step(1)).result(60)


def test_a_refused_or_unsent_write_is_reported_as_not_stored(
    engine: FaultyEngine, shaky: AwsStore, patience: Patience
) -> None:
    engine.fate = lambda operation: THROTTLED
    nobody = Clients("us-east-1", "http://127.0.0.1:1").dynamodb()
    for attempt in (
        lambda: shaky.append(first_step(1, key="k")).result(60),
        lambda: Calls(patience, "t").write(nobody.list_tables),
    ):
        with pytest.raises(StoreUnavailable, match="这一步没有存入") as refused:
            attempt()
        assert not isinstance(refused.value, OutcomeUnknown)


def test_no_lookup_starts_shortly_before_the_function_ends(passing: Time) -> None:
    asked: list[str] = []
    calls = Calls(Patience(lambda: 0.5, ticks=lambda: passing.now, sleep=passing.wait, until=lambda: 21.0), "t")
    calls.once(lambda: asked.append("in time"))
    passing.now = 21.0
    with pytest.raises(StoreUnavailable):
        calls.once(lambda: asked.append("late"))
    assert asked == ["in time"]


class Lost:
    """Loses every other answer of an operation: each has to be asked for twice."""

    def __init__(self, operation: str) -> None:
        self.operation, self.count, self._next = operation, 0, True

    def __call__(self, operation: str) -> Fate:
        if operation != self.operation:
            return None
        lose, self._next = self._next, not self._next
        self.count += lose
        return "lost" if lose else None


def test_lost_answers_duplicate_no_account_audit_entry_or_seal(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    engine.fate = Lost(WRITE)
    account = Account("示例甲", "admin", "$argon2id$invented", False, False, NOW)
    shaky.staff.add_account(account)
    with pytest.raises(NameTaken):
        shaky.staff.add_account(account)
    stored = shaky.staff.replace_account(replace(account, epoch=1))
    assert healthy.staff.accounts() == (stored,)
    for _ in range(3):
        shaky.trail.add(Entry("viewed", "示例甲", NOW), SALT).result(60)
    assert [event.sequence for event in healthy.trail.stream(Sought())] == [1, 2, 3]
    signer = Signer("0001-test", ec.derive_private_key(7, ec.SECP256R1()))
    seal = seal_new(shaky.seals, signer, NOW)
    assert seal is not None
    assert (seal.index, seal.size) == (1, 3)
    assert healthy.seals.last_seal() == seal


def test_a_conflict_on_the_key_is_retried_before_the_guard_is_judged(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    """The key is judged before the guard: a conflict on it means that the same request may be under way."""
    first = first_step(1, key="k", guard="g")
    healthy.append(first).result(60)
    engine.first(2, cancelled("TransactionConflict", "ConditionalCheckFailed", "None"), WRITE)
    assert shaky.append(first_step(2, key="k", guard="g")).result(60) == Stored(first.answer, replayed=True)


def test_refusals_are_raised_at_once_in_the_order_of_the_port(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore, passing: Time
) -> None:
    healthy.append(first_step(1, key="k", guard="g")).result(60)
    expected = {
        IdempotencyMismatch: first_step(1, key="k", guard="g", request="b" * 64),
        GuardTaken: first_step(1, number="SC-2026-000001", guard="g2"),
        SequenceTaken: first_step(3, number="SC-2026-000001", guard="g3"),
    }
    healthy.append(first_step(2, guard="g2")).result(60)
    for refused, step in expected.items():
        with pytest.raises(refused):
            shaky.append(step).result(60)
    assert passing.now == 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ExpiredTokenException", "凭证过期"),
        ("UnrecognizedClientException", "凭证无效"),
        ("InvalidSignatureException", "时钟"),
        ("AccessDeniedException", "没有权限"),
        ("ResourceNotFoundException", "QINGDAN_TABLE"),
    ],
)
def test_an_operator_error_is_not_retried_and_is_logged(
    code: str,
    words: str,
    engine: FaultyEngine,
    shaky: AwsStore,
    healthy: AwsStore,
    passing: Time,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.fate = lambda operation: refusal(code)
    attempts: list[Callable[[], object]] = [
        lambda: shaky.append(first_step(1, key="k")).result(60),
        lambda: shaky.page(ALL, limit=10),
        lambda: shaky.count(ALL),
        lambda: shaky.read("SC-2026-000001"),
        lambda: list(shaky.stream(ALL)),
        shaky.check_writable,
        lambda: shaky.staff.account("示例甲"),
        lambda: shaky.seals.unsealed(),
        lambda: shaky.trail.page(Sought(), limit=1),
    ]
    for attempt in attempts:
        with pytest.raises(StoreUnavailable, match=words):
            attempt()
    assert passing.now == 0
    lines = [record.msg for record in caplog.records if record.name == "qingdan.store"]
    assert all(words in line["store"] and line["error"] == code for line in lines)  # type: ignore[index]
    assert {record.levelno for record in caplog.records if record.name == "qingdan.store"} == {logging.ERROR}
    engine.fate = lambda operation: None
    assert healthy.count(ALL) == 0


def test_a_clock_ten_minutes_off_is_named(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore, caplog: pytest.LogCaptureFixture
) -> None:
    for ahead in (timedelta(minutes=10), timedelta(minutes=-10)):
        engine.ahead = ahead
        with pytest.raises(StoreUnavailable, match="请校准时钟"):
            shaky.append(first_step(1, key="k")).result(60)
    assert "Signature expired" in caplog.records[0].msg["vendor"]  # type: ignore[index]
    engine.ahead = timedelta(minutes=4)
    assert shaky.append(first_step(1, key="k")).result(60).replayed is False
    assert healthy.count(ALL) == 1


def test_a_missing_table_is_named_with_its_setting(ministack: Cloud) -> None:
    store = ministack.open("qingdan-nowhere")
    with pytest.raises(StoreUnavailable, match=r"没有名为“qingdan-nowhere”的数据表.*QINGDAN_TABLE"):
        store.append(first_step(1)).result(60)
    with pytest.raises(StoreUnavailable, match="QINGDAN_TABLE"):
        store.check_writable()
    store.close()


def test_a_missing_bucket_is_named_with_its_setting(engine: FaultyEngine, twin: str, patience: Patience) -> None:
    calls = Calls(patience, "t")
    with pytest.raises(StoreUnavailable, match="QINGDAN_BUCKET"):
        calls(Clients("us-east-1", twin).s3().list_objects_v2, Bucket="qingdan-nowhere")


def test_a_missing_function_is_named_with_its_setting(patience: Patience) -> None:
    def invoke() -> None:
        raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Invoke")

    with pytest.raises(StoreUnavailable, match="QINGDAN_BACKGROUND"):
        Calls(patience, "t")(invoke)


def test_an_unreachable_endpoint_is_retried_and_then_named(passing: Time, patience: Patience) -> None:
    client = Clients("us-east-1", "http://127.0.0.1:1").dynamodb()
    with pytest.raises(StoreUnavailable, match="QINGDAN_ENDPOINT_URL"):
        Calls(patience, "t")(client.list_tables)
    assert passing.now > 0.8 * patience.seconds


def test_errors_before_the_service_are_classified_too(passing: Time, patience: Patience) -> None:
    def raise_it(error: Exception) -> None:
        raise error

    calls = Calls(patience, "t")
    with pytest.raises(StoreUnavailable, match="角色或者访问密钥"):
        calls(raise_it, error=NoCredentialsError())
    with pytest.raises(StoreUnavailable, match="连不上"):
        calls(raise_it, error=SSLError(endpoint_url="https://example.invalid", error=ValueError("certificate")))
    assert passing.now == 0, "neither mends itself"
    with pytest.raises(StoreUnavailable, match="连不上"):
        calls(raise_it, error=ReadTimeoutError(endpoint_url="https://example.invalid"))
    assert passing.now > 0


def test_under_many_faults_every_filing_is_stored_once_or_refused(
    engine: FaultyEngine, shaky: AwsStore, healthy: AwsStore
) -> None:
    """Of the requests a third is throttled, cancelled or broken, a fifth done without an answer, over and over."""
    count, lock = 0, Lock()

    def storm(operation: str) -> Fate:
        nonlocal count
        with lock:
            count += 1
            dice = hashlib.sha256(b"%d" % count).digest()[0]
        fates: list[Fate] = [THROTTLED, cancelled("TransactionConflict"), refusal("InternalServerError", 500), "lost"]
        return fates[dice % 4] if dice < 140 else None

    engine.fate = storm
    acknowledged: set[str] = set()
    waiting = {f"SC-2026-{n:06d}": first_step(n, key=f"k{n}", guard=f"g{n}") for n in range(120)}
    for _ in range(20):
        futures = {number: shaky.append(step) for number, step in waiting.items()}
        for number, future in futures.items():
            error = future.exception(60)
            assert error is None or isinstance(error, StoreUnavailable)
            if error is None:
                acknowledged.add(number)
                del waiting[number]
        if not waiting:
            break
    assert not waiting
    records = [record.summary.number for record in healthy.stream(ALL)]
    assert sorted(records) == sorted(acknowledged)
    assert healthy.count(Selection(status="contested")) == 0
    assert len(healthy.seals.unsealed().leaves) == 120
