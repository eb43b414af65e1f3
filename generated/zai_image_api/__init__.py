# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The API of the vendored document in Python: models, endpoint functions, size rules, typed resource methods."""

from .client import AuthenticatedClient, Client
from .errors import InvalidData, InvalidResponse

__all__ = (
    "AuthenticatedClient",
    "Client",
    "InvalidData",
    "InvalidResponse",
)
