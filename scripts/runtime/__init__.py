"""The API of the vendored document in Python: typed operations, models, the page's constraints, resource methods."""

from .errors import InvalidData, InvalidResponse

__all__ = (
    "InvalidData",
    "InvalidResponse",
)
