"""The staff store on the records' table: accounts and sessions are few and lie in one partition each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.errors import NotFound
from functions.staff.port import Account, Attempts, NameTaken, Session
from functions.storage.aws.calls import Calls, Refused
from functions.storage.aws.items import Item, key
from functions.storage.aws.table import TTL_ATTRIBUTE

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

ACCOUNTS: Final = "staff"
SESSIONS: Final = "sessions"
TOKEN_BYTES: Final = 16
# DynamoDB removes what has expired by itself, some day; nobody relies on it.
_KEPT_FOR: Final = timedelta(days=2)


class AwsStaff:
    """A StaffStore."""

    def __init__(self, client: DynamoDBClient, table: str, calls: Calls, entropy: Callable[[int], bytes]) -> None:
        self._client, self._table, self._calls, self._entropy = client, table, calls, entropy

    def account(self, name: str) -> Account:
        item = self._item(ACCOUNTS, _hashed(name))
        if item is None:
            raise NotFound(f"没有名为“{name}”的账号。请核对账号")
        return _account(item)

    def accounts(self) -> tuple[Account, ...]:
        return tuple(sorted(map(_account, self._partition(ACCOUNTS)), key=lambda account: account.name))

    def add_account(self, account: Account) -> None:
        put = {"Item": _account_item(account), "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            # As a transaction, so that a repeat after a lost answer does not find its own account and refuse it.
            self._calls(
                self._client.transact_write_items,
                TransactItems=[{"Put": {"TableName": self._table, **put}}],
                ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
            )
        except Refused:
            raise NameTaken(f"已经有名为“{account.name}”的账号。请换一个账号名") from None

    def replace_account(self, account: Account) -> None:
        try:
            self._put(_account_item(account), ConditionExpression="attribute_exists(pk)")
        except Refused:
            raise NotFound(f"没有名为“{account.name}”的账号。请核对账号") from None

    def open_session(self, session: Session) -> None:
        item = key(SESSIONS, session.token_hash)
        item |= {"account": {"S": session.account}, "csrf": {"S": session.csrf}}
        item |= {"created_at": {"S": _text(session.created_at)}, "seen_at": {"S": _text(session.seen_at)}}
        self._put(item)

    def session(self, token_hash: str) -> Session:
        item = self._item(SESSIONS, token_hash)
        if item is None:
            raise NotFound("没有这次登录。请重新登录")
        return _session(item)

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        with suppress(Refused):
            self._update(
                key(SESSIONS, token_hash),
                UpdateExpression="SET seen_at = :at",
                ConditionExpression="seen_at < :at",
                ExpressionAttributeValues={":at": {"S": _text(seen_at)}},
            )

    def close_session(self, token_hash: str) -> None:
        self._calls(self._client.delete_item, TableName=self._table, Key=key(SESSIONS, token_hash))

    def close_sessions(self, account: str) -> None:
        self._close(lambda session: session.account == account)

    def drop_sessions(self, *, created_before: datetime, seen_before: datetime) -> None:
        self._close(lambda session: session.created_at < created_before or session.seen_at < seen_before)

    def count_attempt(self, key: str, *, at: datetime, window: timedelta) -> Attempts:
        while True:
            # One of the two holds, unless another try has begun the window anew between them: then the first does.
            for counted in (self._count_on, self._count_anew):
                try:
                    item = counted(_attempts_key(key), at, window)
                except Refused:
                    continue
                return Attempts(key, int(item["tries"]["N"]), _time(item["since"]["S"]))

    def forget_attempts(self, key: str) -> None:
        self._calls(self._client.delete_item, TableName=self._table, Key=_attempts_key(key))

    def _count_on(self, place: Item, at: datetime, window: timedelta) -> Item:
        return self._update(
            place,
            UpdateExpression="ADD tries :one",
            ConditionExpression="since > :ended",
            ExpressionAttributeValues={":one": {"N": "1"}, ":ended": {"S": _text(at - window)}},
        )

    def _count_anew(self, place: Item, at: datetime, window: timedelta) -> Item:
        return self._update(
            place,
            UpdateExpression="SET tries = :one, since = :at, #expires = :expires",
            ConditionExpression="attribute_not_exists(since) OR since <= :ended",
            ExpressionAttributeNames={"#expires": TTL_ATTRIBUTE},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":at": {"S": _text(at)},
                ":ended": {"S": _text(at - window)},
                ":expires": {"N": str(int((at + window + _KEPT_FOR).timestamp()))},
            },
        )

    def _item(self, partition: str, sort: str) -> Item | None:
        place = key(partition, sort)
        answer = self._calls(self._client.get_item, TableName=self._table, Key=place, ConsistentRead=True)
        return answer.get("Item")

    def _partition(self, partition: str) -> Iterator[Item]:
        arguments: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
            "ConsistentRead": True,
        }
        while True:
            answer = self._calls(self._client.query, **arguments)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _put(self, item: Item, **more: Any) -> None:
        self._calls(self._client.put_item, TableName=self._table, Item=item, **more)

    def _update(self, place: Item, **more: Any) -> Item:
        answer = self._calls(self._client.update_item, TableName=self._table, Key=place, ReturnValues="ALL_NEW", **more)
        found: Item = answer["Attributes"]
        return found

    def _close(self, over: Callable[[Session], bool]) -> None:
        for item in self._partition(SESSIONS):
            if over(_session(item)):
                self.close_session(item["sk"]["S"])


def _attempts_key(name: str) -> Item:
    return key(f"attempt#{_hashed(name)}", "tries")


def _hashed(typed: str) -> str:
    """A key for whatever somebody typed, be it nothing, or longer than a key may be."""
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def _account(item: Item) -> Account:
    return Account(
        name=item["name"]["S"],
        role=item["role"]["S"],
        password_hash=item["password_hash"]["S"],
        must_change_password=item["must_change_password"]["BOOL"],
        disabled=item["disabled"]["BOOL"],
        created_at=_time(item["created_at"]["S"]),
    )


def _account_item(account: Account) -> Item:
    return {
        **key(ACCOUNTS, _hashed(account.name)),
        "name": {"S": account.name},
        "role": {"S": account.role},
        "password_hash": {"S": account.password_hash},
        "must_change_password": {"BOOL": account.must_change_password},
        "disabled": {"BOOL": account.disabled},
        "created_at": {"S": _text(account.created_at)},
    }


def _session(item: Item) -> Session:
    return Session(
        token_hash=item["sk"]["S"],
        account=item["account"]["S"],
        csrf=item["csrf"]["S"],
        created_at=_time(item["created_at"]["S"]),
        seen_at=_time(item["seen_at"]["S"]),
    )


def _text(at: datetime) -> str:
    """UTC with microseconds always, so that the order of the texts is the order of the times."""
    if at.tzinfo is None:
        raise ValueError("a time must know its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
