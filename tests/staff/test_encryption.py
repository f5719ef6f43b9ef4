"""Encrypted text is read only with its purpose and key, and any change is detected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.staff.encryption import Encryption, Unreadable

OLD, NEW = b"o" * 32, b"n" * 32
PURPOSE = "second factor of 示例甲"


@pytest.fixture
def encryption(entropy: Callable[[int], bytes]) -> Encryption:
    return Encryption({"0001": OLD, "0002": NEW}, "0002", entropy)


@given(st.text())
def test_a_text_comes_back_as_it_was(text: str) -> None:
    encryption = Encryption({"k": OLD}, "k", lambda size: bytes(size))
    storable = text.encode("utf-8", "replace").decode()
    assert encryption.unlock(encryption.lock(storable, purpose=PURPOSE), purpose=PURPOSE) == storable


def test_ciphertext_hides_the_text_and_never_repeats(encryption: Encryption) -> None:
    first, second = (encryption.lock("JBSWY3DPEHPK3PXP", purpose=PURPOSE) for _ in range(2))
    assert first != second
    assert first.startswith("0002.")
    assert "JBSWY3DP" not in first


def test_another_purpose_does_not_decrypt_it(encryption: Encryption) -> None:
    """The secret of one account cannot be put into the row of another."""
    locked = encryption.lock("secret", purpose=PURPOSE)
    with pytest.raises(Unreadable):
        encryption.unlock(locked, purpose="second factor of 示例乙")


def test_every_changed_character_is_detected(encryption: Encryption) -> None:
    locked = encryption.lock("s", purpose=PURPOSE)
    for place, letter in enumerate(locked):
        changed = locked[:place] + ("A" if letter != "A" else "B") + locked[place + 1 :]
        with pytest.raises(Unreadable):
            encryption.unlock(changed, purpose=PURPOSE)


@pytest.mark.parametrize("wrong", ["", ".", "0002.", "0002.AAAA", "0002.键", "0009.AAAA", "no dot", "0002.A A="])
def test_text_that_was_never_encrypted_is_unreadable(encryption: Encryption, wrong: str) -> None:
    with pytest.raises(Unreadable, match="请重做上一步"):
        encryption.unlock(wrong, purpose=PURPOSE)


def test_text_encrypted_with_an_older_key_is_still_read(
    encryption: Encryption, entropy: Callable[[int], bytes]
) -> None:
    locked = Encryption({"0001": OLD}, "0001", entropy).lock("secret", purpose=PURPOSE)
    assert encryption.unlock(locked, purpose=PURPOSE) == "secret"
    with pytest.raises(Unreadable):
        Encryption({"0002": NEW}, "0002", entropy).unlock(locked, purpose=PURPOSE)


def test_the_raw_key_decrypts_nothing(encryption: Encryption) -> None:
    """The keys also make access codes: encryption derives a key of its own."""
    from base64 import urlsafe_b64decode

    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    content = urlsafe_b64decode(encryption.lock("secret", purpose=PURPOSE).partition(".")[2])
    with pytest.raises(InvalidTag):
        AESGCM(NEW).decrypt(content[:12], content[12:], PURPOSE.encode())
