"""Makes the table and the buckets in a local engine; on AWS, CloudFormation makes them, with more protection."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from functions.storage.aws.table import definition

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client


def make_table(client: DynamoDBClient, name: str) -> None:
    """Make the table and its indexes, ready for use; leaves an existing table unchanged.

    Items do not expire here: somebody who tests with a date of his own would lose new items.
    """
    with suppress(client.exceptions.ResourceInUseException):
        client.create_table(**definition(name))
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def make_bucket(client: S3Client, name: str) -> None:
    """Make a private, versioned bucket; leaves an existing bucket unchanged."""
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
