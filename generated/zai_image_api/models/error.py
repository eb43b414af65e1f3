# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The model ``Error``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from .. import wire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self


@define
class Error:
    """The request has failed.

    Attributes:
        code (int): Error code.
        message (str): Error message.
        additional_properties (dict[str, Any]): What the document does not name, kept as it came.
    """

    code: int
    message: str
    additional_properties: dict[str, Any] = field(factory=dict, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the properties that are set, as plain JSON values."""
        return wire.to_dict(
            self.additional_properties,
            {
                "code": self.code,
                "message": self.message,
            },
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read a parsed JSON object.

        Raises:
            InvalidData: It is not of the promised shape; properties that the document does not name are kept.
        """
        source = wire.fields(src_dict)
        return cls(
            code=wire.required(source, "code", wire.integer),
            message=wire.required(source, "message", wire.text),
            # Evaluated last: what the readers above did not take out.
            additional_properties=source,
        )
