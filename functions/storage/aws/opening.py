"""Connects the cloud's adapters to their clients; the only place that knows all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from functions.records.keys import Keys
from functions.storage.aws.blobs import S3Blobs
from functions.storage.aws.bucket import Bucket
from functions.storage.aws.calls import Calls, Patience, never
from functions.storage.aws.document_cache import S3Documents
from functions.storage.aws.locations import Cloud
from functions.storage.aws.parameters import Parameters
from functions.storage.aws.records.store import AwsStore
from functions.storage.aws.session import Clients

if TYPE_CHECKING:
    from functions.storage.aws.staff.prepared_downloads import S3PreparedDownloads

_ATTEMPTS: Final = 4

Entropy = Callable[[int], bytes]
Until = Callable[[], float]


class Opened(NamedTuple):
    """The store and the keys."""

    store: AwsStore
    keys: Keys


def open_cloud(cloud: Cloud, *, entropy: Entropy, forms: Mapping[str, bytes], until: Until = never) -> Opened:
    """Open the store and its keys; SettingError or StoreUnavailable when they cannot be used.

    `forms` as in AwsStore, `until` as in Patience.
    """
    clients, calls = Clients(cloud.region, cloud.endpoint), make_calls(cloud, entropy, until)
    keys, cursor_key = open_parameters(cloud, entropy, until).load()
    bucket = Bucket(cache(clients.s3), cloud.bucket, calls)
    store = AwsStore(
        clients.dynamodb(),
        cloud.table,
        calls,
        S3Blobs(bucket),
        S3Documents(bucket),
        entropy=entropy,
        cursor_key=cursor_key,
        forms=forms,
    )
    return Opened(store, keys)


def open_parameters(cloud: Cloud, entropy: Entropy, until: Until = never) -> Parameters:
    """Return the parameters that hold the keys; `until` as in Patience."""
    return Parameters(Clients(cloud.region, cloud.endpoint).ssm(), cloud.parameters, make_calls(cloud, entropy, until))


def open_prepared_downloads(
    cloud: Cloud, background: str, entropy: Entropy, until: Until = never
) -> S3PreparedDownloads:
    """Return the store of prepared downloads; the function `background` makes them, `until` is as in Patience."""
    from functions.storage.aws.staff.prepared_downloads import S3PreparedDownloads

    clients, calls = Clients(cloud.region, cloud.endpoint), make_calls(cloud, entropy, until)
    functions = cache(clients.functions)

    def start(id: str) -> None:
        payload = json.dumps({"parcel": id}).encode()
        calls(functions().invoke, FunctionName=background, InvocationType="Event", Payload=payload)

    return S3PreparedDownloads(cache(partial(clients.s3, _ATTEMPTS)), cloud.exports_bucket, calls, start)


def make_calls(cloud: Cloud, entropy: Entropy, until: Until) -> Calls:
    """Return how calls are repeated; the random delays come from the source of all other randomness."""
    return Calls(Patience(lambda: int.from_bytes(entropy(2), "big") / 0x10000, until=until), cloud.table)
