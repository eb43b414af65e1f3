"""A wrong server: the embedded one with a single promise broken, and the requirements that must convict it."""

from __future__ import annotations

from attrs import frozen

from tests.conformance.altered import After, Before, as_it_came, unchanged

GLM = "glm-image"
COGVIEW = "cogview-4-250304"


@frozen
class WrongServer:
    """One broken promise."""

    name: str
    convicted_by: frozenset[str]
    """Exactly the requirements that fail."""
    before: Before = unchanged
    after: After = as_it_came
    model: str = GLM
    """The model that is judged, to keep the tests quick."""


def wrong(
    name: str,
    convicted_by: str,
    *,
    before: Before = unchanged,
    after: After = as_it_came,
    model: str = GLM,
) -> WrongServer:
    """Name the requirements in one string, with spaces between them."""
    return WrongServer(name, frozenset(convicted_by.split()), before, after, model)
