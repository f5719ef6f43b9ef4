"""The keys for access codes and receipts, retired ones included; knows their purpose, not where they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import SettingError
from functions.records import receipt
from functions.records.access import access_code
from functions.records.receipt import Signer


@dataclass(frozen=True, slots=True)
class Keys:
    """`hmac` holds every access-code key by kid; `hmac_kid` names the one for new filings.

    `signer` signs new receipts; `public_keys` verify all receipts, and include the signer's own key.
    """

    hmac: Mapping[str, bytes] = field(repr=False)
    hmac_kid: str
    signer: Signer
    public_keys: Mapping[str, ec.EllipticCurvePublicKey]

    def access_code(self, number: str, *, kid: str, epoch: int) -> str:
        """Derive the access code of a filing again, from the key that first made it."""
        key = self.hmac.get(kid)
        if key is None:
            raise SettingError(f"缺少查询码密钥 {kid}。请从备份把它放回数据文件夹的 keys 里，再重新启动")
        return access_code(key, number, epoch)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set."""
        return receipt.jwks(self.public_keys)

    def verify(self, token: str) -> dict[str, Any]:
        """Return the payload of a genuine receipt; else raise InvalidReceipt."""
        return receipt.verify(token, self.public_keys)
