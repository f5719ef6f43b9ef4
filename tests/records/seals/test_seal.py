"""A seal states a root, is signed and chained; a proof of inclusion is short, and a changed one is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.records.event import canonical
from functions.records.keys import Keys
from functions.records.number import ALPHABET
from functions.records.receipt import InvalidReceipt
from functions.records.seals.merkle import plant, prove
from functions.records.seals.seal import (
    InvalidSeal,
    Leaf,
    Proof,
    Seal,
    in_order,
    links,
    make_seal,
    proves,
    read_proof,
    read_seal,
    seal_of,
    write_month,
    write_proof,
)

AT = "2026-09-18T16:30:00.000000Z"
DIGESTS = [hashlib.sha256(b"%d" % n).digest() for n in range(1000)]


def made(keys: Keys, previous: Seal | None = None, *, at: str = AT) -> Seal:
    tree = plant(DIGESTS)
    return make_seal(keys.signer, at=at, size=tree.size, root=tree.root, previous=previous)


def proof_of(seal: Seal, position: int) -> Proof:
    tiles = {(tile.level, tile.index): tile.hashes for tile in plant(DIGESTS).tiles}
    path = prove(position, seal.size, lambda level, index: tiles[level, index])
    return Proof(DIGESTS[position].hex(), position, path, seal)


def test_a_seal_says_what_its_signature_covers(keys: Keys) -> None:
    seal = made(keys)
    statement = base64.urlsafe_b64decode(seal.token.split(".")[1] + "==")
    assert json.loads(statement) == {
        "algorithm": "qingdan-seal-1",
        "index": 1,
        "at": AT,
        "size": 1000,
        "root": plant(DIGESTS).root.hex(),
        "previous": "",
    }
    assert canonical(json.loads(statement)) == statement
    assert seal.digest == hashlib.sha256(statement).hexdigest()
    assert read_seal(seal.token, keys.public_keys) == seal == seal_of(seal.token)


def test_each_seal_names_the_one_before(keys: Keys) -> None:
    first = made(keys)
    second = made(keys, first)
    assert (second.index, second.previous) == (2, first.digest)
    assert links(first, None)
    assert links(second, first)
    assert not links(second, None)
    assert not links(first, second)
    assert not links(made(keys, second), first)
    assert not links(replace(second, previous="0" * 64), first)
    assert not links(made(keys, first, at="2026-09-18T16:29:59.999999Z"), first)


def test_receipts_and_seals_are_not_interchangeable(keys: Keys) -> None:
    with pytest.raises(InvalidSeal):
        read_seal(keys.signer.sign({"number": "SC-2026-34679ACE", "digest": "0" * 64}), keys.public_keys)
    with pytest.raises(InvalidReceipt):
        keys.verify(made(keys).token)


@pytest.mark.parametrize("change", [{"index": 0}, {"index": "1"}, {"size": 0}, {"root": "0"}, {"at": "today"}])
def test_a_signed_payload_that_is_not_a_seal_is_refused(keys: Keys, change: dict[str, str | int]) -> None:
    stated = {"algorithm": "qingdan-seal-1", "index": 1, "at": AT, "size": 1, "root": "0" * 64, "previous": ""}
    with pytest.raises(InvalidSeal):
        read_seal(keys.signer.sign({**stated, **change}), keys.public_keys)  # type: ignore[dict-item]


@given(st.data())
def test_a_changed_seal_is_refused(data: st.DataObject) -> None:
    keys = repeatable_keys()
    token = made(keys).token
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda char: char != token[place]))
    with pytest.raises(InvalidSeal):
        read_seal(token[:place] + other + token[place + 1 :], keys.public_keys)


def repeatable_keys() -> Keys:
    from cryptography.hazmat.primitives.asymmetric import ec

    from functions.records.receipt import Signer

    signer = Signer("0001-test", ec.derive_private_key(7, ec.SECP256R1()))
    return Keys({"0001-test": b"k" * 32}, "0001-test", signer, {"0001-test": signer.public_key})


@pytest.mark.parametrize("position", [0, 1, 255, 256, 999])
def test_a_proof_is_read_back_and_holds(keys: Keys, position: int) -> None:
    proof = proof_of(made(keys), position)
    written = json.loads(json.dumps(write_proof(proof)))
    assert read_proof(written, keys.public_keys) == proof
    assert proves(proof)
    assert not proves(replace(proof, digest="0" * 64))
    assert not proves(replace(proof, position=(position + 1) % 1000))
    assert not proves(replace(proof, path=proof.path[1:]))
    assert not proves(replace(proof, seal=replace(proof.seal, root="0" * 64)))


def test_a_proof_for_a_billion_events_is_under_two_kilobytes(keys: Keys) -> None:
    """The bar is for a million: 20 hashes."""
    seal = make_seal(keys.signer, at=AT, size=2**30, root=b"r" * 32, previous=made(keys))
    proof = Proof("f" * 64, 2**30 - 1, (b"p" * 32,) * 30, replace(seal, index=99_999))
    million = replace(proof, path=proof.path[:20])
    assert len(json.dumps(write_proof(million), separators=(",", ":"))) < 2_000
    assert len(json.dumps(write_proof(proof), separators=(",", ":"))) < 2_200


@pytest.mark.parametrize(
    "change",
    [{"path": "no"}, {"path": ["AA"]}, {"position": "1"}, {"position": True}, {"digest": "x"}, {"algorithm": "x"}],
)
def test_a_malformed_proof_is_refused(keys: Keys, change: dict[str, object]) -> None:
    written = write_proof(proof_of(made(keys), 5))
    wrongs: tuple[object, ...] = ({**written, **change}, [], None, "text")
    for wrong in wrongs:
        with pytest.raises(InvalidSeal, match="封存证明"):
            read_proof(wrong, keys.public_keys)


def test_a_proof_with_a_seal_by_another_key_is_refused(keys: Keys) -> None:
    stranger = repeatable_keys()
    with pytest.raises(InvalidSeal):
        read_proof(write_proof(proof_of(made(stranger), 5)), keys.public_keys)


def test_a_month_is_kept_with_its_keys(keys: Keys) -> None:
    first = made(keys)
    month = write_month([first], "2026-09", keys.jwks())
    assert month["seals"] == [first.token]
    assert month["keys"] == keys.jwks()["keys"]


@given(st.lists(st.tuples(st.sampled_from(("SC", "KP")), st.text(ALPHABET, min_size=8, max_size=8)), unique=True))
def test_the_order_is_of_number_and_sequence_and_keeps_no_form_together(numbers: list[tuple[str, str]]) -> None:
    leaves = [Leaf(f"{code}-2026-{rest}", at, b"") for code, rest in numbers for at in (2, 1)]
    ordered = sorted(leaves, key=in_order)
    # Each number's events in their sequence, and no place that the form's code decides but between twins.
    assert [leaf.sequence for leaf in ordered] == [1, 2] * len(numbers)
    assert [leaf.number[-8:] for leaf in ordered] == sorted(leaf.number[-8:] for leaf in leaves)
