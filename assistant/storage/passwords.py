"""The staff password as an Argon2id hash (RFC 9106), by `cryptography`."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

LEAST_CHARS = 12


class PasswordError(ValueError):
    """A password or its hash cannot be used; the message says why."""


def hashed(password: str) -> str:
    """Return the hash of a password in the PHC string format.

    Raises:
        PasswordError: it is shorter than 12 characters.
    """
    if len(password) < LEAST_CHARS:
        raise PasswordError(f"a staff password has at least {LEAST_CHARS} characters")
    # RFC 9106, 4: the second recommended option (64 MiB, three passes, four lanes).
    derive = Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    return derive.derive_phc_encoded(password.encode())


def matches(password: str, phc: str) -> bool:
    """Say whether a password is the one that was hashed.

    Raises:
        PasswordError: the hash is none.
    """
    if not phc.startswith("$argon2id$"):
        raise PasswordError(
            "ASSISTANT_STAFF_PASSWORD_HASH is no Argon2id hash; make one with "
            "`assistant doctor --hash-password`"
        )
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True
