"""The only place that imports botocore and makes clients: one session a process, each client on first use.

boto3 is a layer above botocore; a cold function would have to wait while it loads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.config import Config
from botocore.session import Session, get_session

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client
    from types_boto3_ssm import SSMClient

CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 5
CONNECTIONS: Final = 64


@cache
def _session() -> Session:
    return get_session()


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes the clients. `endpoint` is the address of an engine other than AWS; `region` None means the machine's.

    By default a client makes one attempt: `calls` decides about retries, because it knows the function's deadline.
    """

    region: str | None
    endpoint: str | None

    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self._client("dynamodb")
        return client

    def ssm(self) -> SSMClient:
        client: SSMClient = self._client("ssm")
        return client

    def s3(self, attempts: int = 1) -> S3Client:
        """A client that signs addresses too; another engine than AWS is asked by path, having no names for buckets.

        More than one attempt is for files of many parts, whose transfer bypasses `calls`.
        """
        style = {
            "addressing_style": "path" if self.endpoint else "virtual",
            # Otherwise botocore signs addresses of us-east-1 for a host without the region's name, unlike in all other
            # regions.
            "us_east_1_regional_endpoint": "regional",
        }
        client: S3Client = self._client("s3", attempts, signature_version="s3v4", s3=style)
        return client

    def functions(self) -> Any:
        """Return the client of Lambda."""
        return self._client("lambda")

    def mail(self) -> Any:
        """Return the client of SES."""
        return self._client("sesv2")

    def _client(self, service: str, attempts: int = 1, **more: Any) -> Any:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": attempts},
            parameter_validation=False,
            tcp_keepalive=True,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            **more,
        )
        return _session().create_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            config=config,
        )
