"""A seal: a signed Merkle root over digests, chained to the previous seal; knows no store."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from functions.errors import QingdanError
from functions.records.receipt import InvalidReceipt, Signer, read_signed
from functions.records.seals.merkle import HASH_BYTES, root_from

ALGORITHM = "qingdan-seal-1"
_HEX = re.compile(r"[0-9a-f]{64}")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


class InvalidSeal(QingdanError):
    """The text is not our seal, or somebody changed it."""


class Leaf(NamedTuple):
    """One event under a seal; `digest` is the event's, as 32 bytes."""

    number: str
    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """One night's root. `index` counts from 1, `at` is UTC as in Event, `size` is the number of events that it covers.

    `previous` is the `digest` of the seal before, "" for the first; `token` is the signed statement, a JWS.
    """

    index: int
    at: str
    size: int
    root: str
    previous: str
    token: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the statement as it was signed, hexadecimal; does not cover the signature."""
        return hashlib.sha256(_statement(self.token)).hexdigest()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a sealed event: the seal, and the leaf, from 0."""

    seal: int
    position: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof that an event is under a seal: `path` leads from its digest at `position` to the root (RFC 9162, 2.1.3)."""

    digest: str
    position: int
    path: tuple[bytes, ...]
    seal: Seal


def in_order(leaf: Leaf) -> tuple[str, str, int]:
    """Sort key of leaves: number and sequence, the number by its random end first.

    Sorted by its beginning, all filings of one form would be neighbours, and two proofs would reveal how many there
    are.
    """
    return leaf.number.rpartition("-")[2], leaf.number, leaf.sequence


def make_seal(signer: Signer, *, at: str, size: int, root: bytes, previous: Seal | None) -> Seal:
    """Sign the seal with this root that follows `previous`."""
    index, before = (previous.index + 1, previous.digest) if previous else (1, "")
    statement: dict[str, str | int] = {
        "algorithm": ALGORITHM,
        "index": index,
        "at": at,
        "size": size,
        "root": root.hex(),
        "previous": before,
    }
    return Seal(index, at, size, root.hex(), before, signer.sign(statement))


def seal_of(token: str) -> Seal:
    """Read the seal that this JWS states without verifying it: for our own store's data. ValueError for other text."""
    try:
        stated = json.loads(_statement(token))
        seal = Seal(stated["index"], stated["at"], stated["size"], stated["root"], stated["previous"], token)
        known = stated["algorithm"] == ALGORITHM and _is_well_formed(seal)
    except (KeyError, TypeError, IndexError, RecursionError):
        known = False
    if not known:
        raise ValueError("not a seal")
    return seal


def read_seal(token: str, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> Seal:
    """Read the seal that this JWS states, if one of the keys signed it; else raise InvalidSeal."""
    try:
        read_signed(token, public_keys)
        return seal_of(token)
    except (InvalidReceipt, ValueError):
        raise InvalidSeal("这条封存记录核对不上：内容被改动过，或者不是本局签发的") from None


def links(seal: Seal, before: Seal | None) -> bool:
    """Whether the seal directly follows `before`, which is None for the first seal."""
    if before is None:
        return seal.index == 1 and seal.previous == ""
    return seal.index == before.index + 1 and seal.previous == before.digest and seal.at >= before.at


def proves(proof: Proof) -> bool:
    """Whether the path leads to the root that the seal states; `read_seal` checks the seal's own signature."""
    try:
        digest = bytes.fromhex(proof.digest)
        return root_from(digest, proof.position, proof.seal.size, proof.path).hex() == proof.seal.root
    except ValueError:
        return False


def write_proof(proof: Proof) -> dict[str, Any]:
    """Return the proof for programs, under 2 KB for a million events: hashes in base64url, the seal as its JWS."""
    return {
        "algorithm": ALGORITHM,
        "digest": proof.digest,
        "position": proof.position,
        "path": [base64.urlsafe_b64encode(node).rstrip(b"=").decode() for node in proof.path],
        "seal": proof.seal.token,
    }


def read_proof(written: Any, public_keys: Mapping[str, ec.EllipticCurvePublicKey]) -> Proof:
    """Read a proof that `write_proof` wrote; InvalidSeal when it is malformed, or no key here signed its seal."""
    try:
        path = tuple(_decode(node) for node in written["path"])
        digest, position, token = written["digest"], written["position"], written["seal"]
        known = written["algorithm"] == ALGORITHM and type(position) is int and isinstance(token, str)
        known = known and _HEX.fullmatch(digest) is not None
    except (KeyError, TypeError, ValueError, AttributeError):
        known = False
    if not known or any(len(node) != HASH_BYTES for node in path):
        raise InvalidSeal("这不是封存证明。请用 /api/seals/proof 给出的文件")
    return Proof(digest, position, path, read_seal(token, public_keys))


def write_month(seals: Sequence[Seal], month: str, jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Return one month's seals (YYYY-MM, Asia/Shanghai) with the keys, for a superior bureau to keep."""
    return {"algorithm": ALGORITHM, "month": month, "seals": [seal.token for seal in seals], "keys": jwks["keys"]}


def _is_well_formed(seal: Seal) -> bool:
    numbers = all(type(number) is int and number > 0 for number in (seal.index, seal.size))
    return numbers and _HEX.fullmatch(seal.root) is not None and _AT.fullmatch(seal.at) is not None


def _statement(token: str) -> bytes:
    return _decode(token.split(".")[1])


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
