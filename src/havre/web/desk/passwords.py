"""Passwords of accounts: hashed by Argon2id, two at a time at most, and refused where they are easy to guess.

References
----------
RFC 9106 (Argon2); NIST SP 800-63B-4, section 3.1.1 (length instead of rules on letters).
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from havre.errors import HavreError, Problem, check_none

LEAST, MOST = 12, 200
AT_ONCE = 2
"""Hashes that are computed at the same time: each takes 64 MB, and a flood of sign-ins must not take more."""


class AccountError(HavreError):
    """An account of the desk cannot be what was asked, or somebody may not do that with it."""


class Passwords:
    """Hashes and compares passwords.

    Parameters
    ----------
    memory_kib, rounds : what one hash takes [KiB, passes]
    """

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """Hash a password with a new salt."""
        with self._free:
            return self._hasher.hash(password)

    def fits(self, hashed: str | None, password: str) -> bool:
        """Tell whether a password is the one; where there is no account it takes as long, and is not.

        An account without a password of its own (it signs in by OpenID) has an empty hash.
        """
        with self._free:
            try:
                return self._hasher.verify(hashed or self._nobody, password[:MOST]) and bool(hashed)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other costs than are set now."""
        return self._hasher.check_needs_rehash(hashed)


def check_password(password: str, name: str) -> None:
    """Check that a password may be chosen.

    Raises
    ------
    AccountError : it is too short or long, holds the name of the account, or repeats few letters
    """
    problems = []
    if not LEAST <= len(password) <= MOST:
        problems.append(Problem.of("web.account.password_length", least=LEAST, most=MOST))
    elif name.casefold() in password.casefold() or len(set(password)) < 5:
        problems.append(Problem.of("web.account.password_easy"))
    check_none(problems, AccountError)
