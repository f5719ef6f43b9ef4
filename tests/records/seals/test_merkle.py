"""The tree is that of RFC 6962: the vectors of its reference, its recursive definition, its audit paths."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.records.seals.merkle import HASH_BYTES, WIDTH, Tree, hash_leaf, hash_node, plant, prove, root_from

# certificate-transparency, merkletree test vectors: the tree's hash after each of these leaves.
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# Around every power of two and every chunk, and three levels of tiles.
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_001)


def digests(count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(count)]


def defined(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return hash_leaf(leaves[0])
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hash_node(defined(leaves[:half]), defined(leaves[half:]))


def read(tree: Tree, level: int, index: int) -> bytes:
    return next(tile.hashes for tile in tree.tiles if (tile.level, tile.index) == (level, index))


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_the_reference(count: int) -> None:
    assert plant([bytes.fromhex(leaf) for leaf in LEAVES[:count]]).root.hex() == ROOTS[count - 1]


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_one_that_the_standard_defines(size: int) -> None:
    tree = plant(digests(size))
    assert tree.root == defined(digests(size))
    assert tree.size == size


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_with_few_tiles_and_few_hashes(size: int) -> None:
    tree, leaves = plant(digests(size)), digests(size)
    for position in sorted({0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size))):
        asked: list[tuple[int, int]] = []

        def note(level: int, index: int, asked: list[tuple[int, int]] = asked) -> bytes:
            asked.append((level, index))
            return read(tree, level, index)

        path = prove(position, size, note)
        assert root_from(leaves[position], position, size, path) == tree.root
        assert len(path) <= (size - 1).bit_length()
        assert len(asked) <= 3


@given(st.integers(1, 600), st.data())
def test_a_proof_does_not_hold_for_another_leaf_position_or_path(size: int, data: st.DataObject) -> None:
    tree, leaves = plant(digests(size)), digests(size)
    position = data.draw(st.integers(0, size - 1))
    path = list(prove(position, size, lambda level, index: read(tree, level, index)))
    other = data.draw(st.integers(0, size - 1))
    if other != position:
        assert not leads_to(tree.root, leaves[other], position, size, path)
        assert not leads_to(tree.root, leaves[position], other, size, path)
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        byte = data.draw(st.integers(0, HASH_BYTES - 1))
        bent = bytearray(path[place])
        bent[byte] ^= 1
        assert not leads_to(
            tree.root, leaves[position], position, size, [*path[:place], bytes(bent), *path[place + 1 :]]
        )
        assert not leads_to(tree.root, leaves[position], position, size, path[:-1])
    assert not leads_to(tree.root, leaves[position], position, size, [*path, tree.root])


def leads_to(root: bytes, digest: bytes, position: int, size: int, path: Sequence[bytes]) -> bool:
    try:
        return root_from(digest, position, size, path) == root
    except ValueError:
        return False


def test_a_node_is_never_accepted_as_a_leaf() -> None:
    left, right = digests(2)
    tree = plant([left, right])
    forged = hash_leaf(left) + hash_leaf(right)
    assert plant([forged]).root != tree.root


@pytest.mark.parametrize(("position", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_a_position_outside_the_tree_has_no_proof(position: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        prove(position, size, lambda level, index: b"")
    with pytest.raises(ValueError, match="no such leaf"):
        root_from(b"", position, size, [])


def test_no_leaves_make_no_tree() -> None:
    with pytest.raises(ValueError, match="needs a leaf"):
        plant([])


def test_tiles_are_as_wide_as_they_say() -> None:
    tiles = plant(digests(WIDTH * WIDTH + 1)).tiles
    assert [sum(tile.level == level for tile in tiles) for level in range(4)] == [WIDTH + 1, 2, 1, 0]
    assert {len(tile.hashes) for tile in tiles if tile.level == 0} == {WIDTH * HASH_BYTES, HASH_BYTES}
