# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.

"""The resources: the operations of the API as typed methods, a class for each tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from .images import Images

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..call import Call

R = TypeVar("R")


class Resources(Generic[R]):
    """All resources over one callable, which gets each call and whose result each method returns.

    A callable that returns what it asked for makes the methods synchronous; one that returns an awaitable makes
    them asynchronous.
    """

    def __init__(self, send: Callable[[Call], R]) -> None:
        """Give every resource the callable."""
        self.images = Images(send)


__all__ = (
    "Images",
    "Resources",
)
