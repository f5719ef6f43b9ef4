"""The keys as encrypted parameters of SSM, one parameter a key; old ones stay for reading, none ever changes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from functions.errors import SettingError
from functions.records.keys import Keys
from functions.storage.aws.calls import Calls
from functions.storage.keyring import KEY_BYTES, access_key, first_kid, keys_of, new_pem, next_kid, receipt_key

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

# Each kind of key, and the function that makes its first.
_MAKERS: Final = {
    "access": lambda entropy: base64.b64encode(entropy(KEY_BYTES)).decode(),
    "receipt": lambda entropy: new_pem(entropy).decode(),
    "cursor": lambda entropy: base64.b64encode(entropy(KEY_BYTES)).decode(),
}


class Parameters:
    """The parameters under `path`: `path`/access/KID, `path`/receipt/KID, `path`/cursor/KID."""

    def __init__(self, client: SSMClient, path: str, calls: Calls) -> None:
        self._client, self._path, self._calls = client, path, calls

    def load(self) -> tuple[Keys, bytes]:
        """Load the keys, and the newest key for signing cursors; SettingError when one is missing or malformed."""
        found = self._read()
        missing = [kind for kind in _MAKERS if not found[kind]]
        if missing:
            raise SettingError(
                f"{self._path} 下面没有密钥（缺 {'、'.join(missing)}）。"
                "请核对 QINGDAN_PARAMETERS；还没有建过密钥的，请运行 qingdan keys init"
            )
        access = {kid: access_key(_bytes(text), name) for kid, (name, text) in found["access"].items()}
        receipt = {kid: receipt_key(text.encode(), name) for kid, (name, text) in found["receipt"].items()}
        name, text = list(found["cursor"].values())[-1]
        return keys_of(access, receipt), access_key(_bytes(text), name)

    def make(self, entropy: Callable[[int], bytes]) -> list[str]:
        """Make the first key of each kind that has none, and return the names of the new ones."""
        found = self._read()
        made = {f"{self._path}/{kind}/{first_kid(entropy)}": kind for kind in _MAKERS if not found[kind]}
        self._put(made, entropy)
        return list(made)

    def rotate(self, entropy: Callable[[int], bytes]) -> list[str]:
        """Make one more key of each kind, for new filings and cursors, and return their names; the old ones stay."""
        found = self._read()
        made = {f"{self._path}/{kind}/{next_kid(found[kind], entropy)}": kind for kind in _MAKERS}
        self._put(made, entropy)
        return list(made)

    def _put(self, made: Mapping[str, str], entropy: Callable[[int], bytes]) -> None:
        for name, kind in made.items():
            self._calls(
                self._client.put_parameter,
                Name=name,
                Value=_MAKERS[kind](entropy),
                Type="SecureString",
                Overwrite=False,
            )

    def _read(self) -> dict[str, dict[str, tuple[str, str]]]:
        """Yield kind, kid, parameter name and value; the oldest kid first."""
        values: dict[str, str] = {}
        arguments: dict[str, Any] = {"Path": self._path, "Recursive": True, "WithDecryption": True}
        while True:
            answer = self._calls(self._client.get_parameters_by_path, **arguments)
            values |= {each["Name"]: each["Value"] for each in answer["Parameters"]}
            if not answer.get("NextToken"):
                break
            arguments["NextToken"] = answer["NextToken"]
        found: dict[str, dict[str, tuple[str, str]]] = {kind: {} for kind in _MAKERS}
        for name in sorted(values):
            kind, _, kid = name.removeprefix(f"{self._path}/").partition("/")
            if kind in found:
                found[kind][kid] = (name, values[name])
        return found


def _bytes(text: str) -> bytes:
    """Decode base64; returns nothing for malformed text, which no key matches."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
