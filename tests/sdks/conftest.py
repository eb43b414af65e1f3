"""The embedded server that other hands' clients are pointed at, and the refusals that they must understand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import field, frozen

from zai_image_conformance.server import RunningServer, running


@frozen
class RefusedOrder:
    """An order that the embedded server refuses."""

    name: str
    status: int
    code: int
    """The business code in the body."""
    fields: dict[str, Any] = field(factory=dict)
    """What differs from an order that is right."""
    fault: str | None = None
    """The fault that refuses it, where the order itself is right."""
    key: str | None = None
    """A wrong key."""


REFUSED_ORDERS = (
    RefusedOrder("wrong key", 401, 1002, key="a-wrong-key"),
    RefusedOrder("prompt that is no text", 400, 1214, {"prompt": 7}),
    RefusedOrder("unknown model", 400, 1211, {"model": "dall-e-3"}),
    RefusedOrder("invalid size", 400, 1210, {"size": "1000x1000"}),
    RefusedOrder("not a size", 400, 1214, {"size": "auto"}),
    RefusedOrder("unknown quality", 400, 1214, {"quality": "best"}),
    RefusedOrder("short user_id", 400, 1214, {"user_id": "me"}),
    RefusedOrder("out of balance", 429, 1113, fault="code-1113"),
    RefusedOrder("too many at once", 429, 1302, fault="code-1302"),
    RefusedOrder("blocked content", 400, 1301, fault="code-1301"),
    RefusedOrder("internal error", 500, 500, fault="code-500"),
)


def every_refusal() -> pytest.MarkDecorator:
    """Run a test on each of them."""
    return pytest.mark.parametrize("refused", [pytest.param(each, id=each.name) for each in REFUSED_ORDERS])


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    with running() as server:
        yield server
