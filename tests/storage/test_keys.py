"""Keys are made once, kept private, and old ones still read what was made with them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from functions.errors import SettingError
from functions.storage.keys import load_keys


@pytest.fixture
def entropy() -> Callable[[int], bytes]:
    numbers = count()
    return lambda size: hashlib.shake_256(b"%d" % next(numbers)).digest(size)


def test_the_first_start_makes_keys_and_the_second_reads_them(tmp_path: Path, entropy: Callable[[int], bytes]) -> None:
    first, second = load_keys(tmp_path, entropy), load_keys(tmp_path, entropy)
    assert first.hmac == second.hmac
    assert first.jwks() == second.jwks()
    assert second.verify(first.signer.sign({"number": "SC-2026-34679ACE"})) == {"number": "SC-2026-34679ACE"}
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_two_folders_have_different_keys(tmp_path: Path) -> None:
    one, other = load_keys(tmp_path / "a", os.urandom), load_keys(tmp_path / "b", os.urandom)
    assert set(one.hmac.values()).isdisjoint(other.hmac.values())
    assert set(one.public_keys).isdisjoint(other.public_keys)


def test_the_newest_keys_are_used_and_the_old_ones_still_read(tmp_path: Path, entropy: Callable[[int], bytes]) -> None:
    old = load_keys(tmp_path, entropy)
    receipt = old.signer.sign({"number": "1"})
    code = old.access_code("SC-2026-34679ACE", kid=old.hmac_kid, epoch=1)
    newer = load_keys(tmp_path / "elsewhere", entropy)
    for kind in ("access-*.key", "receipt-*.pem"):
        (path,) = (tmp_path / "elsewhere" / "keys").glob(kind)
        path.rename(tmp_path / "keys" / path.name.replace("-0001-", "-0002-"))
    both = load_keys(tmp_path, entropy)
    assert both.hmac_kid.startswith("0002-")
    assert both.hmac[both.hmac_kid] == newer.hmac[newer.hmac_kid]
    assert both.signer.kid.startswith("0002-")
    assert both.verify(receipt) == {"number": "1"}
    assert both.access_code("SC-2026-34679ACE", kid=old.hmac_kid, epoch=1) == code
    assert len(both.jwks()["keys"]) == 2


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path, os.urandom)
    (path,) = (tmp_path / "keys").glob("receipt-*.pem")
    path.chmod(0o644)
    with pytest.raises(SettingError, match=f"chmod 600 {path}"):
        load_keys(tmp_path, os.urandom)


@pytest.mark.parametrize("kind", ["access-*.key", "receipt-*.pem"])
def test_a_damaged_key_is_named_and_never_replaced(tmp_path: Path, kind: str) -> None:
    load_keys(tmp_path, os.urandom)
    (path,) = (tmp_path / "keys").glob(kind)
    path.write_bytes(b"damaged")
    with pytest.raises(SettingError, match=path.name):
        load_keys(tmp_path, os.urandom)
    assert path.read_bytes() == b"damaged"


def test_a_lost_key_is_named(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, os.urandom)
    with pytest.raises(SettingError, match="0000-gone"):
        keys.access_code("SC-2026-34679ACE", kid="0000-gone", epoch=1)


def test_no_key_shows_in_a_representation(tmp_path: Path) -> None:
    keys = load_keys(tmp_path, os.urandom)
    assert keys.hmac[keys.hmac_kid].hex() not in repr(keys)
    assert repr(keys.hmac[keys.hmac_kid])[2:-1] not in repr(keys)
