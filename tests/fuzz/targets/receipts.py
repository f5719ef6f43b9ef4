"""Receipts: refused as no receipt of ours, or word for word one that we signed."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec

from functions.records.receipt import InvalidReceipt, Signer, read_jwks, verify

SIGNER = Signer("k", ec.derive_private_key(7, ec.SECP256R1()))
KEYS = {"k": SIGNER.public_key}
GENUINE = SIGNER.sign({"number": "SC-2026-7F3K9QXW", "digest": "0" * 64})


def seeds() -> list[bytes]:
    header = base64.urlsafe_b64encode(b"[" * 3000).rstrip(b"=")
    return [GENUINE.encode(), header + b".e30.AA", SIGNER.sign({"algorithm": "x"}).encode(), b"e30.e30.AA"]


def check(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    try:
        verify(text, KEYS)
    except InvalidReceipt:
        pass
    else:
        assert text == GENUINE
    try:
        read_jwks({"keys": [{"kid": "k", "kty": "EC", "crv": "P-256", "x": text, "y": text}]})
    except ValueError:
        return
