"""What all models of YAML files share.

Every key is declared once, with a sentence and an example; the diagnostics,
the JSON Schemas and the documentation come from that declaration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    Strict,
    StringConstraints,
)

from leap.config.document import Document
from leap.config.units import Shaped, complaint

#: Marks a setting that cannot change what a stage makes: it is no part of a
#: target's key, so that editing it never makes anything anew.
UNKEYED: Final = "unkeyed"
#: Given as ``context`` when merged settings are validated, as opposed to one layer of them.
MERGED: Final = {"merged": True}

_NOWHERE: Final = Document("")


class Model(BaseModel):
    """A closed, immutable mapping of keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, protected_namespaces=()
    )

    @property
    def idle(self) -> frozenset[str]:
        """The fields that cannot change what a stage makes, as the other fields are."""
        return frozenset()


class Declared(Model):
    """A model that was read from a file of its own, which gives it its name."""

    _name: str = PrivateAttr("")
    # A factory, because pydantic makes a deep copy of a default for every instance.
    _document: Document = PrivateAttr(default_factory=lambda: _NOWHERE)

    # Both are read very often; looked up by `self._name` they would cost ten times as much.

    @property
    def name(self) -> str:
        """The file's name without ``.yaml``."""
        return str(self._private["_name"])

    @property
    def file(self) -> str:
        """The file's path, relative to the repository's root."""
        return self.document.file

    @property
    def document(self) -> Document:
        """The file's data as it was written, with places."""
        document: Document = self._private["_document"]
        return document

    @property
    def _private(self) -> dict[str, Any]:
        return self.__pydantic_private__ or {}


D = TypeVar("D", bound=Declared)


def declare(model: type[D], name: str, document: Document) -> D:
    """Return ``document`` as a ``model`` called ``name``. Raises pydantic.ValidationError."""
    declared = model.model_validate(document.data)
    declared._name = name  # noqa: SLF001 -- the one place that gives names
    declared._document = document  # noqa: SLF001
    return declared


def setting(default: Any, description: str, *, examples: Sequence[Any], **more: Any) -> Any:
    """Declare an optional key. ``default`` is written as a person would write it."""
    return Field(default, description=description, examples=list(examples), **more)


def required(description: str, *, examples: Sequence[Any], **more: Any) -> Any:
    """Declare a key that must be given."""
    return Field(description=description, examples=list(examples), **more)


def none_for(word: str) -> BeforeValidator:
    """Return what reads ``word`` as None."""
    return BeforeValidator(lambda value: None if value == word else value)


def distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return ``values``, or complain that one of them is there twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise complaint(f"`{value}` is in the list twice", "keep one of them")
    return values


Flag = Annotated[bool, Strict()]
Integer = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
LongText = Annotated[str, StringConstraints(max_length=5000)]
# The length goes first: looking for doubles takes the square of it.
Texts = Annotated[tuple[Text, ...], Field(max_length=500), AfterValidator(distinct)]

#: Names of files and of what they declare; they become folder names and URLs.
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
NAME_HINT: Final = "small letters, digits and hyphens, at most 63 characters"
Name = Annotated[str, Shaped(NAME_PATTERN, "a name", NAME_HINT)]
Names = Annotated[tuple[Name, ...], Field(max_length=100), AfterValidator(distinct)]
