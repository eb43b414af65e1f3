"""What every model is: an object of JSON with typed attributes, read and written without loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Self, TypeVar, dataclass_transform

from . import wire
from .errors import InvalidData
from .types import UNSET

T = TypeVar("T")


class Property(NamedTuple):
    """A documented property of a model."""

    attribute: str
    """The name of the attribute that holds it."""
    name: str
    """Its name in JSON."""
    required: bool
    reader: Callable[[Any], Any]


@dataclass_transform()
class Model:
    """An object of the document: an attribute for each property that it names, and what it does not name as it came.

    Attributes:
        additional_properties: The properties that the document does not name.
    """

    _properties: ClassVar[tuple[Property, ...]] = ()
    additional_properties: dict[str, Any]

    def __init__(self, *values: Any, **named: Any) -> None:
        attributes = [documented.attribute for documented in self._properties]
        if len(values) > len(attributes) or not named.keys() <= set(attributes[len(values) :]):
            raise TypeError(f"{type(self).__name__} takes each of these once: {', '.join(attributes)}")
        given = dict(zip(attributes, values, strict=False)) | named
        for documented in self._properties:
            if documented.required and documented.attribute not in given:
                raise TypeError(f"{type(self).__name__} needs {documented.attribute}")
            setattr(self, documented.attribute, given.get(documented.attribute, UNSET))
        self.additional_properties = {}

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that are set, as plain JSON values."""
        named = {
            documented.name: wire.plain(value)
            for documented in self._properties
            if (value := getattr(self, documented.attribute)) is not UNSET
        }
        return {**wire.plain(self.additional_properties), **named}

    @classmethod
    def from_dict(cls, value: Any) -> Self:
        """Read a parsed JSON object.

        Null reads as absent where it is not documented: many servers write it for a property that they leave out, and
        an answer that cost money is not thrown away for it.

        Raises:
            InvalidData: It is not of the promised shape; properties that the document does not name are kept.
        """
        rest = wire.fields(value)
        made = cls.__new__(cls)
        for attribute, name, required, reader in cls._properties:
            if name not in rest:
                if required:
                    raise InvalidData("promised, but missing", (name,))
                read = UNSET
            else:
                came = rest.pop(name)
                try:
                    read = reader(came)
                except InvalidData as error:
                    if required or came is not None:
                        raise error.within(name) from None
                    read = UNSET
            setattr(made, attribute, read)
        made.additional_properties = rest
        return made

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(other) is type(self) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in vars(self).items() if value is not UNSET and value != {})
        return f"{type(self).__name__}({', '.join(shown)})"
