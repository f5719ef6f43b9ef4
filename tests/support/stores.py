"""Which store the tests of the whole work on: the folder itself, or, with --store aws-local, a cloud of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from functions.local.aws_local import CREDENTIALS, cloud_at, furnish
from functions.storage.aws.locations import Cloud


@dataclass
class Stores:
    """`url` is the address of the cloud, "" while the folders themselves are used."""

    url: str = ""
    furnished: dict[Path, Cloud] = field(default_factory=dict)

    def cloud(self, data: Path) -> Cloud | None:
        """The cloud that stands for this data folder, ready for use; None where the folder is used itself."""
        if not self.url:
            return None
        if data not in self.furnished:
            self.furnished[data] = cloud_at(self.url, "test-" + hashlib.sha256(bytes(data)).hexdigest()[:24])
            furnish(self.furnished[data])
        return self.furnished[data]

    def variables(self, data: Path) -> dict[str, str]:
        """What a process must find in its environment to work on this data folder."""
        cloud = self.cloud(data)
        if cloud is None:
            return {}
        return {
            **CREDENTIALS,
            "QINGDAN_STORE": "aws",
            "QINGDAN_TABLE": cloud.table,
            "QINGDAN_BUCKET": cloud.bucket,
            "QINGDAN_EXPORTS_BUCKET": cloud.exports_bucket,
            "QINGDAN_PARAMETERS": cloud.parameters,
            "QINGDAN_REGION": cloud.region,
            "QINGDAN_ENDPOINT_URL": cloud.endpoint or "",
        }

    def variables_of(self, arguments: Sequence[str]) -> dict[str, str]:
        """The settings for a command that names its data folder among its arguments."""
        named = [Path(value) for option, value in pairwise(arguments) if option == "--data"]
        return self.variables(named[0]) if named else {}


STORES = Stores()
