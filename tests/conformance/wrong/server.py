"""A wrong server: the reference with one requirement broken in one way, for one model, at one moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

from attrs import evolve, frozen

from tests.conformance.altered import KEY, After, Answer, Before, Call, as_it_came, unchanged
from tests.conformance.in_process import InProcess

GLM = "glm-image"
COGVIEW = "cogview-4-250304"
MODELS = (GLM, COGVIEW)

Make: TypeAlias = Callable[[], InProcess]


@frozen
class WrongServer:
    """One broken requirement."""

    name: str
    detected_by: frozenset[str]
    """The requirements of which at least one must fail, and no other may."""
    make: Make
    """Makes the server anew: many remember what they were asked."""


def wrong(
    name: str, detected_by: str, *, before: Before = unchanged, after: After = as_it_came, model: str | None = None
) -> WrongServer:
    """A server that remembers nothing of its own.

    Args:
        name: What is wrong with it.
        detected_by: The requirements, with spaces between them.
        before: What it does to requests.
        after: What it does to responses.
        model: The model whose requests are treated so; all where it is left out.
    """
    words = name if model is None else f"{name}, {model}"
    return WrongServer(
        words, frozenset(detected_by.split()), lambda: InProcess(_of(model, before), _after_of(model, after))
    )


def remembering(name: str, detected_by: str, make: Make) -> WrongServer:
    """A server with a memory; `make` makes it anew."""
    return WrongServer(name, frozenset(detected_by.split()), make)


def _of(model: str | None, before: Before) -> Before:
    if model is None:
        return before
    return lambda call: before(call) if named(call) == model else call


def _after_of(model: str | None, after: After) -> After:
    if model is None:
        return after

    def changed(call: Call, answer: Answer) -> Answer:
        return after(call, answer) if named(call) == model else answer

    return changed


def named(call: Call) -> object:
    """The model that a request names, however it is written."""
    model = call.fields.get("model")
    return model[0] if isinstance(model, list) and model else model


def with_body(call: Call, **fields: object) -> Call:
    """The same request with exactly these fields."""
    return evolve(call, body=json.dumps(fields).encode())


def with_key(call: Call) -> Call:
    """The same request with the right key."""
    return evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"})


def right(model: str, **fields: object) -> dict[str, object]:
    """The fields of a right request."""
    return {"model": model, "prompt": "made up", **fields}
