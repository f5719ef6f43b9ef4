"""Makes, checks and verifies passwords, slowly on purpose; knows neither a store nor HTTP."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from functions.errors import QingdanError
from functions.forms.characters import plain_code
from functions.staff.password_strength import weakness

SHORTEST: Final = 12
LONGEST: Final = 200
SALT_BYTES: Final = 16
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ONE_TIME: Final = 16
_LOOK_ALIKES = str.maketrans("OIL", "011")
_GROUPS: Final = re.compile(f"[{CROCKFORD}]{{4}}(-[{CROCKFORD}]{{4}}){{3}}")

Entropy = Callable[[int], bytes]


class PasswordRefused(QingdanError):
    """A password is wrong, or cannot be changed as asked; the message says why, `field` what to fill in again."""

    def __init__(self, message: str, *, field: Literal["old", "new", "again", "password"] = "new") -> None:
        super().__init__(message)
        self.field = field


class Passwords:
    """Makes and checks argon2id hashes, about 50 ms and 64 MiB each: call it in a worker thread.

    `hasher` sets another cost, for whoever measures what stands around the hashing. `context` is what anybody knows of
    the bureau: words that make no good password.
    """

    def __init__(self, entropy: Entropy, hasher: PasswordHasher | None = None, *, context: Sequence[str] = ()) -> None:
        self._context = context
        self._entropy = entropy
        self._hasher = hasher or PasswordHasher()
        self._decoy = _decoy_for(self._hasher)

    def hash(self, password: str) -> str:
        """Return the argon2id string to store; full-width characters give an equal password (NFKC)."""
        return self._hasher.hash(_normal(password), salt=self._entropy(SALT_BYTES))

    def one_time(self) -> str:
        """Return a password for the first sign-in."""
        return one_time(self._entropy)

    def judge(self, password: str, *, name: str) -> None:
        """Raise PasswordRefused unless the password may be that of the account `name`."""
        judge_password(password, name=name, context=self._context)

    def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether the password matches this hash. None, for an unknown name, takes as long and never matches."""
        if len(password) > LONGEST:
            password, password_hash = "", None
        try:
            return self._hasher.verify(password_hash or self._decoy, _normal(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def _decoy_for(hasher: PasswordHasher) -> str:
    """Write a hash of this cost that no known password has: checking against it takes as long as against a real one."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${_base64_of(SALT_BYTES)}${_base64_of(hasher.hash_len)}"


def _base64_of(size: int) -> str:
    """Encode this many zero bytes, without padding."""
    return "A" * -(-size * 8 // 6)


def one_time(entropy: Entropy) -> str:
    """Make a one-time password: 80 random bits in four groups, without characters that look alike."""
    return _grouped("".join(CROCKFORD[byte % 32] for byte in entropy(_ONE_TIME)))


def normal_one_time(typed: str) -> str:
    """Normalise a typed or pasted one-time password; returns other text unchanged.

    Ignores blanks, hyphens, case, width and invisible characters; O is read as 0, I and L as 1.
    """
    letters = plain_code(typed).replace("-", "").translate(_LOOK_ALIKES)
    return _grouped(letters) if len(letters) == _ONE_TIME and set(letters) <= set(CROCKFORD) else typed


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def is_one_time(password: str) -> bool:
    """Whether the text has the form of `one_time`: 80 random bits, which cannot be guessed in any number of tries.

    The hyphens are required: without them, a chosen password may look alike.
    """
    return _GROUPS.fullmatch(_normal(password).strip().upper().translate(_LOOK_ALIKES)) is not None


def judge_password(password: str, *, name: str, context: Sequence[str] = ()) -> None:
    """Raise PasswordRefused unless the password may be that of the account `name`."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise PasswordRefused(f"新密码至少要 {SHORTEST} 个字符，现在是 {len(normal)} 个。可以用几个不相干的词连起来")
    if len(normal) > LONGEST:
        raise PasswordRefused(f"新密码最多 {LONGEST} 个字符，现在是 {len(normal)} 个。请短一些")
    if normal.casefold() == _normal(name).casefold():
        raise PasswordRefused("新密码不能就是账号名。请另取一个别人猜不到的")
    if is_one_time(normal):
        raise PasswordRefused("新密码不能写成一次性密码的样子。请另取一个，例如几个不相干的词连起来")
    if len(set(normal)) < 4:
        raise PasswordRefused("新密码只用了两三个不同的字符，太容易猜到。请另取一个")
    if (reason := weakness(normal, context=(name, *context))) is not None:
        raise PasswordRefused(reason)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
