"""Stores in the engines that stand in for AWS, each on a fresh table, for tests that are handed one."""

from __future__ import annotations

import os
from itertools import count

from functions.storage.aws.blobs import S3Blobs
from functions.storage.aws.bucket import Bucket
from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.document_cache import S3Documents
from functions.storage.aws.provision import make_bucket, make_table
from functions.storage.aws.records.store import AwsStore
from functions.storage.aws.session import Clients

BUCKET = "qingdan-test"
CURSOR_KEY = bytes(range(32))
_tables = count(1)


class Cloud:
    """An engine for the table and one for the bucket: the same, unless the first has no S3."""

    def __init__(self, table_url: str, bucket_url: str) -> None:
        self.dynamodb = Clients("us-east-1", table_url).dynamodb()
        self.s3 = Clients("us-east-1", bucket_url).s3()
        make_bucket(self.s3, BUCKET)

    def fresh_table(self) -> str:
        """The name of a new, empty table."""
        name = f"qingdan-{next(_tables)}"
        make_table(self.dynamodb, name)
        return name

    def open(self, table: str, calls: Calls | None = None) -> AwsStore:
        """A store on this table."""
        calls = calls or Calls(Patience(lambda: os.urandom(1)[0] / 256), table)
        bucket = Bucket(lambda: self.s3, BUCKET, calls)
        own = S3Blobs(bucket), S3Documents(bucket)
        return AwsStore(self.dynamodb, table, calls, *own, entropy=os.urandom, cursor_key=CURSOR_KEY)
