"""Converts accounts and sessions to items and back; makes no call."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

import orjson

from functions.staff.store import Account, FirstAnswer, SecondFactor, Session
from functions.storage.aws.items import Item, key

ACCOUNTS: Final = "staff"
SESSIONS: Final = "sessions"


def hashed(typed: str) -> str:
    """Hash typed text into a key: the text may be empty, or longer than a key may be."""
    return hashlib.sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()


def account_key(name: str) -> Item:
    """Return the key of an account."""
    return key(ACCOUNTS, hashed(name))


def account_item(account: Account) -> Item:
    """Return the item of an account."""
    item = account_key(account.name) | {
        "name": {"S": account.name},
        "role": {"S": account.role},
        "password_hash": {"S": account.password_hash},
        "must_change_password": {"BOOL": account.must_change_password},
        "disabled": {"BOOL": account.disabled},
        "created_at": {"S": text(account.created_at)},
        "epoch": {"N": str(account.epoch)},
        "revision": {"N": str(account.revision)},
    }
    if (factor := account.second_factor) is not None:
        item["totp_secret"] = {"S": factor.secret}
        item["totp_step"] = {"N": str(factor.last_step)}
        item["totp_since"] = {"S": text(factor.since)}
        item["recovery"] = {"S": orjson.dumps(sorted(factor.recovery)).decode()}
    return item


def account_from(item: Item) -> Account:
    """Return the account of an item."""
    factor = None
    if "totp_secret" in item:
        factor = SecondFactor(
            secret=item["totp_secret"]["S"],
            last_step=int(item["totp_step"]["N"]),
            recovery=frozenset(orjson.loads(item["recovery"]["S"])),
            since=time(item["totp_since"]["S"]),
        )
    return Account(
        name=item["name"]["S"],
        role=item["role"]["S"],
        password_hash=item["password_hash"]["S"],
        must_change_password=item["must_change_password"]["BOOL"],
        disabled=item["disabled"]["BOOL"],
        created_at=time(item["created_at"]["S"]),
        second_factor=factor,
        epoch=int(item["epoch"]["N"]),
        revision=int(item["revision"]["N"]),
    )


def session_item(session: Session) -> Item:
    """Return the item of a session."""
    return key(SESSIONS, session.token_hash) | {
        "account": {"S": session.account},
        "csrf": {"S": session.csrf},
        "created_at": {"S": text(session.created_at)},
        "seen_at": {"S": text(session.seen_at)},
        "client": {"S": session.client},
        "epoch": {"N": str(session.epoch)},
    }


def session_from(item: Item) -> Session:
    """Return the session of an item."""
    return Session(
        token_hash=item["sk"]["S"],
        account=item["account"]["S"],
        csrf=item["csrf"]["S"],
        created_at=time(item["created_at"]["S"]),
        seen_at=time(item["seen_at"]["S"]),
        client=item["client"]["S"],
        epoch=int(item["epoch"]["N"]),
    )


def answer_key(key_of_page: str) -> Item:
    """Return the key of a first answer."""
    return key(f"answer#{key_of_page}", "first")


def answer_values(answer: FirstAnswer) -> Item:
    """Return the values that a first answer is stored with; DynamoDB removes it some time after `:expires`."""
    return {
        ":request": {"S": answer.request},
        ":until": {"S": text(answer.until)},
        ":answer": {"S": answer.answer},
        ":expires": {"N": str(int(answer.until.timestamp()) + 1)},
    }


def answer_from(key_of_page: str, item: Item) -> FirstAnswer:
    """Return the first answer of an item."""
    return FirstAnswer(key_of_page, item["body_digest"]["S"], time(item["ends_at"]["S"]), item["given"]["S"])


def text(at: datetime) -> str:
    """Format UTC, always with microseconds, so that texts sort like times."""
    if at.tzinfo is None:
        raise ValueError("a time must know its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time(written: str) -> datetime:
    """Parse a time that `text` formatted."""
    return datetime.fromisoformat(written)
