"""Signatures as others write them: the other form of one, and those of the first release."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def halves(token: str) -> tuple[int, int]:
    """The two numbers of a token's signature."""
    tail = token.split(".")[2]
    signature = base64.urlsafe_b64decode(tail + "=" * (-len(tail) % 4))
    return int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")


def other_form(token: str) -> str:
    """The same statement with the signature that anybody can make of the one given, without any key."""
    head, body, _ = token.split(".")
    r, s = halves(token)
    return f"{head}.{body}.{encode(r.to_bytes(32, 'big') + (ORDER - s).to_bytes(32, 'big'))}"


def signed_by_0_1_0(key: ec.EllipticCurvePrivateKey, payload: dict[str, Any], kid: str = "k1") -> str:
    """The receipt as release 0.1.0 signed it, its signature in the form that came out."""
    header = {"alg": "ES256", "kid": kid, "typ": "JWT"}
    signed = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256(), deterministic_signing=True)))
    return f"{signed}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
