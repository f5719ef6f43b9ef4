"""A receipt is a plain ES256 JWS that any program can verify, and every change to it is detected."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.records.keys import Keys
from functions.records.receipt import InvalidReceipt, OtherForm, Signer, verify
from functions.storage.keys import load_keys
from tests.support.signatures import halves, other_form, signed_by_0_1_0

PAYLOAD = {"number": "SC-2026-34679ACE", "unit_name": "示例县第一中学𠮷", "due": "2026-09-30"}

# P-256, written out (SEC 2), so that nothing of the library that signs takes part in the check.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def add(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k: int, point: Point) -> Point:
    total: Point = None
    for bit in bin(k)[2:]:
        total = add(total, total)
        total = add(total, point) if bit == "1" else total
    return total


def independently_verified(token: str, key: dict[str, str]) -> bool:
    """RFC 7515 and FIPS 186-5, step by step."""
    head, body, tail = token.split(".")
    signature = decode(tail)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    public = (int.from_bytes(decode(key["x"]), "big"), int.from_bytes(decode(key["y"]), "big"))
    hashed = int.from_bytes(hashlib.sha256(f"{head}.{body}".encode()).digest(), "big")
    w = pow(s, -1, N)
    point = add(times(hashed * w % N, G), times(r * w % N, public))
    return len(signature) == 64 and point is not None and point[0] % N == r


def test_a_receipt_can_be_verified_with_the_published_key_alone(keys: Keys) -> None:
    token = keys.signer.sign(PAYLOAD)
    (key,) = keys.jwks()["keys"]
    header = json.loads(decode(token.split(".")[0]))
    assert (header["alg"], header["kid"]) == ("ES256", key["kid"])
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
    assert independently_verified(token, key)
    assert json.loads(decode(token.split(".")[1])) == PAYLOAD
    head, _, tail = token.split(".")
    forged = base64.urlsafe_b64encode(json.dumps(PAYLOAD | {"due": "2026-10-01"}).encode()).rstrip(b"=").decode()
    assert not independently_verified(f"{head}.{forged}.{tail}", key)


def test_the_same_payload_gets_the_same_receipt(keys: Keys) -> None:
    assert keys.signer.sign(PAYLOAD) == keys.signer.sign(PAYLOAD)
    assert keys.verify(keys.signer.sign(PAYLOAD)) == PAYLOAD


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), character=st.sampled_from("ABCDEFGHijklmnop0123-_.= 中"))
def test_any_changed_character_is_noticed(keys: Keys, place: int, character: str) -> None:
    token = keys.signer.sign(PAYLOAD)
    place %= len(token)
    changed = token[:place] + character + token[place + 1 :]
    if changed != token:
        with pytest.raises(InvalidReceipt, match="核对不上"):
            keys.verify(changed)


def test_a_receipt_of_another_bureau_is_refused(keys: Keys, tmp_path: Path, entropy: Callable[[int], bytes]) -> None:
    other = load_keys(tmp_path / "other", entropy)
    with pytest.raises(InvalidReceipt):
        keys.verify(other.signer.sign(PAYLOAD))


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {}, [], None, 1])
def test_no_other_algorithm_is_accepted(keys: Keys, header: object) -> None:
    if isinstance(header, dict) and header:
        header["kid"] = keys.signer.kid
    _, body, tail = keys.signer.sign(PAYLOAD).split(".")
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    for token in (f"{head}.{body}.{tail}", f"{head}.{body}."):
        with pytest.raises(InvalidReceipt):
            keys.verify(token)


@pytest.mark.parametrize("depth", [1, 100_000])
def test_a_header_of_any_depth_is_refused(keys: Keys, depth: int) -> None:
    _, body, tail = keys.signer.sign(PAYLOAD).split(".")
    head = base64.urlsafe_b64encode(b"[" * depth + b"]" * depth).rstrip(b"=").decode()
    with pytest.raises(InvalidReceipt):
        keys.verify(f"{head}.{body}.{tail}")


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text: str) -> None:
    with pytest.raises(InvalidReceipt):
        Keys({}, "", None, {}).verify(text)  # type: ignore[arg-type]


def test_a_signature_has_one_form(keys: Keys) -> None:
    """Whoever holds (r, s) can write (r, order - s) without any key; a stranger's program takes both."""
    (key,) = keys.jwks()["keys"]
    for number in range(8):
        token = keys.signer.sign(PAYLOAD | {"number": f"SC-2026-{number:06d}"})
        assert halves(token)[1] <= N // 2
        copy = other_form(token)
        assert independently_verified(copy, key)
        with pytest.raises(OtherForm, match="签名被换了一种写法"):
            keys.verify(copy)


def test_a_wrong_signature_is_wrong_whatever_its_form(keys: Keys) -> None:
    head, _, tail = other_form(keys.signer.sign(PAYLOAD)).split(".")
    other = base64.urlsafe_b64encode(json.dumps(PAYLOAD | {"due": "2026-10-01"}).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidReceipt, match="核对不上") as refused:
        keys.verify(f"{head}.{other}.{tail}")
    assert not isinstance(refused.value, OtherForm)


def test_receipts_of_the_first_release_are_good_in_the_form_they_were_given_out() -> None:
    key = ec.derive_private_key(7, ec.SECP256R1())
    given_out = [signed_by_0_1_0(key, {"number": f"SC-2026-{number:06d}"}) for number in range(16)]
    assert {halves(token)[1] > N // 2 for token in given_out} == {True, False}, "it made both"
    for token in given_out:
        assert verify(token, {"k1": key.public_key()})["number"]


def test_the_form_mark_cannot_be_removed_from_a_header() -> None:
    signer = Signer("k1", ec.derive_private_key(7, ec.SECP256R1()))
    _, body, tail = other_form(signer.sign({"number": "SC-2026-000001"})).split(".")
    head = signed_by_0_1_0(ec.derive_private_key(8, ec.SECP256R1()), {}).split(".")[0]
    with pytest.raises(InvalidReceipt):
        verify(f"{head}.{body}.{tail}", {"k1": signer.public_key})
