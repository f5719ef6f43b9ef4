"""The staff store in the records' table: accounts and sessions are few and have one partition each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.errors import NotFound, StoreUnavailable
from functions.staff.store import (
    OF_FLOOD,
    Account,
    AccountChanged,
    Attempts,
    FirstAnswer,
    LastAdmin,
    NameTaken,
    Session,
)
from functions.storage.aws.calls import Refused
from functions.storage.aws.items import Item, key
from functions.storage.aws.reading import Reader
from functions.storage.aws.staff.items import (
    ACCOUNTS,
    SESSIONS,
    account_from,
    account_item,
    account_key,
    answer_from,
    answer_key,
    answer_values,
    hashed,
    session_from,
    session_item,
    text,
    time,
)
from functions.storage.aws.table import TTL_ATTRIBUTE
from functions.storage.refusals import ACCOUNT_TAKEN, NO_ACCOUNT, NO_SESSION

TOKEN_BYTES: Final = 16
MOST_READINGS: Final = 50
# DynamoDB removes expired items some time later; no code relies on it.
_KEPT_FOR: Final = timedelta(days=2)


class AwsStaff:
    """A StaffStore."""

    def __init__(self, reader: Reader, entropy: Callable[[int], bytes]) -> None:
        self._reader, self._entropy = reader, entropy
        self._calls, self._client, self._table = reader.calls, reader.client, reader.table

    def account(self, name: str) -> Account:
        item = self._reader.item(ACCOUNTS, hashed(name))
        if item is None:
            raise NotFound(NO_ACCOUNT.format(name=name))
        return account_from(item)

    def accounts(self) -> tuple[Account, ...]:
        found = map(account_from, self._reader.partition(ACCOUNTS))
        return tuple(sorted(found, key=lambda account: account.name))

    def add_account(self, account: Account) -> None:
        put = {"Item": account_item(account), "ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._together({"Put": {"TableName": self._table, **put}})
        except Refused:
            raise NameTaken(ACCOUNT_TAKEN.format(name=account.name)) from None

    def replace_account(self, account: Account) -> Account:
        stored = replace(account, revision=account.revision + 1)
        for _ in range(MOST_READINGS):
            accounts = {each.name: each for each in self.accounts()}
            remaining = _require_replaceable(accounts, account)
            actions = [self._unchanged("Put", account, Item=account_item(stored))]
            if remaining is not None:
                actions.append(self._unchanged("ConditionCheck", remaining, Key=account_key(remaining.name)))
            with suppress(Refused):
                self._together(*actions)
                return stored
        raise StoreUnavailable("账号正被许多人同时改动，这一步没有存入。请稍后再试")

    def open_session(self, session: Session) -> None:
        self._calls(self._client.put_item, TableName=self._table, Item=session_item(session))

    def session(self, token_hash: str) -> Session:
        item = self._reader.item(SESSIONS, token_hash)
        if item is None:
            raise NotFound(NO_SESSION)
        return session_from(item)

    def sessions(self, account: str) -> tuple[Session, ...]:
        found = [each for each in map(session_from, self._reader.partition(SESSIONS)) if each.account == account]
        return tuple(sorted(found, key=lambda session: session.created_at, reverse=True))

    def touch_session(self, token_hash: str, seen_at: datetime) -> None:
        with suppress(Refused):
            self._update(
                key(SESSIONS, token_hash),
                UpdateExpression="SET seen_at = :at",
                ConditionExpression="seen_at < :at",
                ExpressionAttributeValues={":at": {"S": text(seen_at)}},
            )

    def set_session_back(self, token_hash: str, at: datetime) -> None:
        for name in ("created_at", "seen_at"):
            with suppress(Refused):
                self._update(
                    key(SESSIONS, token_hash),
                    UpdateExpression=f"SET {name} = :at",
                    ConditionExpression=f"{name} > :at",
                    ExpressionAttributeValues={":at": {"S": text(at)}},
                )

    def close_session(self, token_hash: str) -> None:
        self._calls(self._client.delete_item, TableName=self._table, Key=key(SESSIONS, token_hash))

    def close_sessions(self, account: str) -> None:
        self._close(lambda session: session.account == account)

    def drop_sessions(self, *, created_before: datetime, seen_before: datetime) -> None:
        self._close(lambda session: session.created_at < created_before or session.seen_at < seen_before)

    def count_attempt(self, key: str, *, at: datetime, window: timedelta) -> Attempts:
        while True:
            # One of the three conditions holds, unless another try has restarted the window between them: then the
            # first holds.
            for counted in (self._count_on, self._count_anew, self._count_set_back):
                with suppress(Refused):
                    item = counted(_attempts_key(key), at, window)
                    return Attempts(key, int(item["tries"]["N"]), time(item["since"]["S"]))

    def return_attempt(self, counted: Attempts) -> None:
        with suppress(Refused):
            self._update(
                _attempts_key(counted.key),
                UpdateExpression="ADD tries :less",
                ConditionExpression="since = :since AND tries > :none",
                ExpressionAttributeValues={
                    ":less": {"N": "-1"},
                    ":none": {"N": "0"},
                    ":since": {"S": text(counted.since)},
                },
            )

    def forget_attempts(self, key: str) -> None:
        self._calls(self._client.delete_item, TableName=self._table, Key=_attempts_key(key))

    def claim_answer(self, claim: FirstAnswer, *, at: datetime) -> FirstAnswer | None:
        place = answer_key(claim.key)
        # A claim whose answer was lost is tried again: it must recognise itself.
        mark = self._entropy(TOKEN_BYTES).hex()
        while True:
            with suppress(Refused):
                self._update(
                    place,
                    UpdateExpression="SET body_digest = :request, ends_at = :until, given = :answer,"
                    " claim_mark = :mark, #expires = :expires",
                    ConditionExpression="attribute_not_exists(ends_at) OR ends_at <= :at OR claim_mark = :mark",
                    ExpressionAttributeNames={"#expires": TTL_ATTRIBUTE},
                    ExpressionAttributeValues=answer_values(claim) | {":at": {"S": text(at)}, ":mark": {"S": mark}},
                )
                return None
            found = self._reader.item(place["pk"]["S"], place["sk"]["S"])
            if found is not None:
                return answer_from(claim.key, found)

    def first_answer(self, key: str, *, at: datetime) -> FirstAnswer | None:
        place = answer_key(key)
        item = self._reader.item(place["pk"]["S"], place["sk"]["S"])
        found = answer_from(key, item) if item else None
        return found if found and found.until > at else None

    def keep_answer(self, answer: FirstAnswer) -> None:
        with suppress(Refused):
            self._update(
                answer_key(answer.key),
                UpdateExpression="SET ends_at = :until, given = :answer, #expires = :expires",
                ConditionExpression="body_digest = :request",
                ExpressionAttributeNames={"#expires": TTL_ATTRIBUTE},
                ExpressionAttributeValues=answer_values(answer),
            )

    def drop_answer(self, key: str, request: str) -> None:
        with suppress(Refused):
            self._calls(
                self._client.delete_item,
                TableName=self._table,
                Key=answer_key(key),
                ConditionExpression="body_digest = :request",
                ExpressionAttributeValues={":request": {"S": request}},
            )

    def _count_on(self, place: Item, at: datetime, window: timedelta) -> Item:
        return self._update(
            place,
            UpdateExpression="ADD tries :one",
            ConditionExpression="since > :ended AND since <= :at",
            ExpressionAttributeValues={":one": {"N": "1"}, ":at": {"S": text(at)}, ":ended": {"S": text(at - window)}},
        )

    def _count_set_back(self, place: Item, at: datetime, window: timedelta) -> Item:
        """Continue the count in a window that was started by a clock running ahead."""
        return self._update(
            place,
            UpdateExpression="SET since = :at ADD tries :one",
            ConditionExpression="since > :at",
            ExpressionAttributeValues={":one": {"N": "1"}, ":at": {"S": text(at)}},
        )

    def _count_anew(self, place: Item, at: datetime, window: timedelta) -> Item:
        return self._update(
            place,
            UpdateExpression="SET tries = :one, since = :at, #expires = :expires",
            ConditionExpression="attribute_not_exists(since) OR since <= :ended",
            ExpressionAttributeNames={"#expires": TTL_ATTRIBUTE},
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":at": {"S": text(at)},
                ":ended": {"S": text(at - window)},
                ":expires": {"N": str(int((at + window + _KEPT_FOR).timestamp()))},
            },
        )

    def _unchanged(self, action: str, account: Account, **what: Item) -> Item:
        """Return the action on condition that the account still has this revision."""
        condition: Item = {
            "TableName": self._table,
            "ConditionExpression": "#revision = :revision",
            "ExpressionAttributeNames": {"#revision": "revision"},
            "ExpressionAttributeValues": {":revision": {"N": str(account.revision)}},
        }
        return {action: condition | what}

    def _together(self, *actions: Any) -> None:
        """Carry out all actions or, with Refused, none.

        A single action is a transaction too, so that a retry after a lost answer does not take its own work for
        another's.
        """
        self._calls.write(
            self._client.transact_write_items,
            TransactItems=list(actions),
            ClientRequestToken=self._entropy(TOKEN_BYTES).hex(),
        )

    def _update(self, place: Item, **more: Any) -> Item:
        answer = self._calls(self._client.update_item, TableName=self._table, Key=place, ReturnValues="ALL_NEW", **more)
        found: Item = answer["Attributes"]
        return found

    def _close(self, over: Callable[[Session], bool]) -> None:
        for session in map(session_from, self._reader.partition(SESSIONS)):
            if over(session):
                self.close_session(session.token_hash)


def _require_replaceable(accounts: dict[str, Account], account: Account) -> Account | None:
    """Return an admin who must stay as he is when another goes, None when no admin goes.

    Raises NotFound, AccountChanged or LastAdmin when the state has changed since the new one was made from it.
    """
    before = accounts.get(account.name)
    if before is None:
        raise NotFound(NO_ACCOUNT.format(name=account.name))
    if before.revision != account.revision:
        raise AccountChanged
    if not before.manages or account.manages:
        return None
    for other in accounts.values():
        if other.manages and other.name != account.name:
            return other
    raise LastAdmin


def _attempts_key(name: str) -> Item:
    """Return the key of a counter; those of a flood lie apart, so that submit reaches no counter of sign-ins."""
    return key(f"attempt#{OF_FLOOD if name.startswith(OF_FLOOD) else ''}{hashed(name)}", "tries")
