"""Encryption at rest of what visitors typed (Fernet: AES-128-CBC with HMAC-SHA256, by `cryptography`)."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from assistant.settings import Settings


class SecrecyError(RuntimeError):
    """The key is missing, malformed or not the one that the data was written with."""


class Secrecy:
    """Encrypts and decrypts texts; the first key writes, every key reads, so that keys can be changed."""

    def __init__(self, keys: list[bytes]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise SecrecyError(
                "ASSISTANT_ENCRYPTION_KEY is no key; make one with `assistant doctor --new-key`"
            ) from error
        self._digest_key = hashlib.sha256(b"digest" + keys[-1]).digest()

    @classmethod
    def load(cls, settings: Settings) -> Secrecy:
        """Take the keys from the settings, or make one beside the database on first use.

        Raises:
            SecrecyError: a key is malformed, or the key file cannot be written.
        """
        given = settings.encryption_key.get_secret_value()
        if given:
            return cls([key.strip().encode() for key in given.split(",") if key.strip()])
        return cls([_key_file(settings.data_dir / "encryption.key")])

    def seal(self, text: str) -> bytes:
        """Return `text` encrypted."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes, *, within: int | None = None) -> str:
        """Return the text that was sealed, at most `within` seconds ago where that is given.

        Raises:
            SecrecyError: it was sealed with another key, or too long ago.
        """
        try:
            return self._fernet.decrypt(sealed, ttl=within).decode()
        except InvalidToken as error:
            raise SecrecyError(
                "stored data was encrypted with another key; put the old key behind the new one in "
                "ASSISTANT_ENCRYPTION_KEY, separated by a comma"
            ) from error

    def digest(self, text: str) -> str:
        """Return a keyed hash by which equal texts can be found without being readable."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()


def _key_file(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        temporary.write_bytes(Fernet.generate_key())
        temporary.chmod(0o600)
        # A link fails where another process was first, and then its key is the one.
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise SecrecyError(f"cannot write {path} ({error.strerror}); set ASSISTANT_ENCRYPTION_KEY") from error
    finally:
        temporary.unlink(missing_ok=True)
    return path.read_bytes().strip()
