"""Credentials that cannot be shown or written by accident."""

from __future__ import annotations

from kontext_studio.core.redaction import remember_secret


class Secret:
    """A key or token. `reveal` is the only way to its text; printing, JSON and pickling are not,
    and the redactor hides it wherever it turns up."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        remember_secret(text)

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is never serialised")
