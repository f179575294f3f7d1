"""Every sentence the assistant can say that is not from the guide, read from `prompts/*.toml`."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant import resources


class WordingError(ValueError):
    """A file in `prompts/` cannot be used; the message names file, place and remedy."""


class Wording:
    """The sentences of `prompts/`, by key.

    A key is the file's stem and the table path: `answers.greeting` is `greeting` in `answers.toml`,
    `care.refer.title` is `title` in the table `[refer]` of `care.toml`.

    Example:
        >>> wording = Wording.load()
        >>> wording.say("answers.greeting", clinic="Endurance Unleashed")  # doctest: +SKIP
    """

    def __init__(self, texts: Mapping[str, str | list[str]]) -> None:
        self._texts = dict(texts)

    @classmethod
    def load(cls, directory: Path | None = None, *, own: Path | None = None) -> Wording:
        """Read every TOML file of `directory` (default: the installation's `prompts/`).

        Sentences in the TOML files of `own` take the place of those under the same key.

        Raises:
            WordingError: a file is not TOML, a value is neither text nor a list of texts, or a
                sentence holds a malformed `{variable}`.
        """
        directory = directory or resources.folder("prompts")
        texts: dict[str, str | list[str]] = {}
        files = sorted(directory.glob("*.toml"))
        for path in [*files, *sorted(own.glob("*.toml") if own else ())]:
            try:
                table = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as error:
                raise WordingError(f"{path}: {error}; mend the TOML on that line") from error
            for key, value in _flatten(table, path.stem):
                if path not in files and key not in texts:
                    raise WordingError(
                        f"{path}: there is no sentence {key!r} to take the place of; see prompts/"
                    )
                checked = _checked(path, key, value)
                if path not in files and (strange := _variables(checked) - _variables(texts[key])):
                    raise WordingError(f"{path}: {key} names {sorted(strange)}, which is not given there")
                texts[key] = checked
        if not texts:
            raise WordingError(f"{directory} holds no *.toml file; restore prompts/")
        return cls(texts)

    def say(self, key: str, /, **variables: object) -> str:
        """Return the sentence `key` with its `{variables}` filled in.

        Raises:
            WordingError: the key is missing, is a list, or needs a variable that was not given.
        """
        text = self._texts.get(key)
        if not isinstance(text, str):
            raise WordingError(f"prompts/ has no sentence {key!r}; add it to {key.split('.')[0]}.toml")
        try:
            return text.format_map(variables).strip()
        except KeyError as error:
            raise WordingError(
                f"prompts/: {key} names {{{error.args[0]}}}, which is not given there"
            ) from None

    def all(self, key: str, /) -> list[str]:
        """Return the list of texts under `key`.

        Raises:
            WordingError: the key is missing or holds one sentence.
        """
        texts = self._texts.get(key)
        if not isinstance(texts, list):
            raise WordingError(f"prompts/ has no list {key!r}; add it to {key.split('.')[0]}.toml")
        return list(texts)

    def has(self, key: str, /) -> bool:
        """Say whether `key` exists."""
        return key in self._texts

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys that start with `prefix`, sorted."""
        return sorted(key for key in self._texts if key.startswith(prefix))

    def variables(self, key: str, /) -> frozenset[str]:
        """Return the names of the `{variables}` that the sentence `key` uses."""
        return _variables(self._texts[key])


def _variables(text: str | list[str]) -> frozenset[str]:
    joined = text if isinstance(text, str) else "\n".join(text)
    return frozenset(name for _, name, _, _ in string.Formatter().parse(joined) if name)


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            yield from _flatten(value, key)
        else:
            yield key, value


def _checked(path: Path, key: str, value: object) -> str | list[str]:
    texts = value if isinstance(value, list) else [value]
    for text in texts:
        if not isinstance(text, str):
            raise WordingError(f"{path}: {key} must be a text or a list of texts, not {type(text).__name__}")
        try:
            list(string.Formatter().parse(text))
        except ValueError as error:
            raise WordingError(
                f"{path}: {key}: {error}; write {{name}}, or {{{{ and }}}} for braces"
            ) from None
    return value if isinstance(value, list) else str(value)
