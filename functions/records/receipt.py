"""The signed receipt: a JWS (RFC 7515, ES256) that anyone can verify offline; does not know where keys are stored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from functions.errors import QingdanError
from functions.records.event import canonical_plain

_HALF = 32
# The order of P-256. Anyone can turn a signature (r, s) into (r, order - s), which is equally valid; ours is the low
# one.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HIGHEST = _ORDER // 2
# The signed header states the low form. Receipts of 0.1.0 do not state it, and may have either form.
_LOW = {"s": "low"}
# Deterministic (RFC 6979): signing one filing twice gives one receipt, and needs no random source.
_ALGORITHM = ec.ECDSA(SHA256(), deterministic_signing=True)
_WRONG = "这份回执核对不上：内容被改动过，或者不是本局签发的。请用原来的回执再试"


_OTHER_FORM = "这份回执的签名被换了一种写法，不是本局发出的那一份。请用原来的回执再试"


class InvalidReceipt(QingdanError):
    """The text is not our receipt, or somebody changed it."""


class OtherForm(InvalidReceipt):
    """The statement is ours, but somebody rewrote the signature into its other form."""

    def __init__(self) -> None:
        super().__init__(_OTHER_FORM)


class Signer:
    """Signs with one P-256 key, named by `kid`."""

    def __init__(self, kid: str, private_key: ec.EllipticCurvePrivateKey) -> None:
        self.kid = kid
        self._key = private_key
        self._header = _encode(canonical_plain({"alg": "ES256", "kid": kid, "typ": "JWT"} | _LOW))

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._key.public_key()

    def sign(self, payload: Mapping[str, str | int]) -> str:
        """The compact JWS over this payload."""
        signed = self._header + b"." + _encode(canonical_plain(payload))
        r, s = decode_dss_signature(self._key.sign(signed, _ALGORITHM))
        signature = r.to_bytes(_HALF, "big") + min(s, _ORDER - s).to_bytes(_HALF, "big")
        return (signed + b"." + _encode(signature)).decode()


def verify(receipt: str, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> dict[str, Any]:
    """Return the payload of a genuine receipt; anything else raises InvalidReceipt. Keys are by `kid`.

    Seals are signed with these keys too: only a receipt's payload has a number.
    """
    payload = read_signed(receipt, public_keys)
    if not isinstance(payload.get("number"), str):
        raise InvalidReceipt(_WRONG)
    return payload


def read_signed(token: str, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> dict[str, Any]:
    """Return the payload of a JWS that one of the keys signed, whatever it states; anything else raises InvalidReceipt.

    When the header states the low form, the high form is refused. When it does not, both forms pass: only the signer
    can tell which one was issued, and nobody else can make a new signature of that kind.
    """
    other_form = False
    try:
        head, body, tail = token.encode("ascii").split(b".")
        header, signature = json.loads(_decode(head)), _decode(tail)
        key = public_keys[header["kid"]]
        if header["alg"] != "ES256" or len(signature) != 2 * _HALF:
            raise ValueError("not an ES256 signature")
        r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
        key.verify(encode_dss_signature(r, s), head + b"." + body, _ALGORITHM)
        other_form = "s" in header and s > _HIGHEST
        payload = json.loads(_decode(body))
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature):
        payload = None
    if other_form:
        raise OtherForm
    if not isinstance(payload, dict):
        raise InvalidReceipt(_WRONG)
    return payload


def jwks(public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> dict[str, Any]:
    """Return the JSON Web Key Set (RFC 7517) for verifying receipts."""
    return {"keys": [_jwk(kid, key) for kid, key in public_keys.items()]}


def read_jwks(written: Any) -> dict[str, ec.EllipticCurvePublicKey]:
    """Read the public keys of a JSON Web Key Set by `kid`; ValueError for malformed or foreign keys."""
    try:
        return {jwk["kid"]: _public_key(jwk) for jwk in written["keys"]}
    except (KeyError, TypeError, AttributeError):
        raise ValueError("not a key set of P-256 keys") from None


def _public_key(jwk: Mapping[str, str]) -> ec.EllipticCurvePublicKey:
    if (jwk["kty"], jwk["crv"]) != ("EC", "P-256"):
        raise ValueError("not a P-256 key")
    x, y = (int.from_bytes(_decode(jwk[name].encode("ascii")), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _jwk(kid: str, key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    point = key.public_numbers()
    x, y = (_encode(number.to_bytes(_HALF, "big")).decode() for number in (point.x, point.y))
    return {"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256", "x": x, "y": y}


def _encode(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    """Decode unpadded base64url; rejects non-canonical text, so that each value and each receipt has one encoding."""
    raw = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    if _encode(raw) != text:
        raise binascii.Error("not canonical base64url")
    return raw
