"""Arguments of every kind for `images.generate`, and what the catalogue says must come of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from zai_image import Size
from zai_image_conformance import strategies
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.schema import PATH
from zai_image_conformance.strategies import MODELS
from zai_image_conformance.suite.request_rules import Heard, findings

_OPTIONAL = ("quality", "size", "user_id")
# A model that falls under the rule of the models that no rule names.
_OTHER = next(
    (model for model in MODELS if catalogue().ruling("size", model) == catalogue().ruling("size", "")), MODELS[0]
)


def arguments() -> st.SearchStrategy[dict[str, Any]]:
    """Right ones, ones that break a promise, and ones that have nothing to do with any."""
    broken = st.sampled_from(MODELS).flatmap(strategies.broken_requests).map(lambda request: request.fields)
    with_prompt = broken.map(lambda fields: {"prompt": "A kitten.", **fields})
    return st.one_of(strategies.requests(), with_prompt, _sized(), _wild())


def body_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The body that arguments ask for: what was left out, or is None, is not sent; a pair is `WIDTHxHEIGHT`."""
    given = {name: value for name, value in asked.items() if name not in _OPTIONAL or value is not None}
    if not isinstance(given.get("size", ""), str):
        given["size"] = _spelt(given["size"])
    return {"model": MODELS[0], **given}


def broken_by(asked: Mapping[str, Any]) -> set[str]:
    """The promises that the body breaks which arguments ask for."""
    body = body_of(asked)
    unknown = isinstance(body["model"], str) and body["model"] not in MODELS
    # The rules of the others are those of every model that has none of its own.
    return _broken_by(body) | (_broken_by({**body, "model": _OTHER}) if unknown else set())


def _broken_by(body: Mapping[str, Any]) -> set[str]:
    headers = {"authorization": "Bearer key", "content-type": "application/json"}
    heard = Heard("POST", PATH, headers, json.dumps(body).encode())
    return {finding.requirement for finding in findings(heard, PATH) if finding.problem is not None}


def _sized() -> st.SearchStrategy[dict[str, Any]]:
    """Right requests but for their size, which is given in every way there is."""
    return st.sampled_from(MODELS).flatmap(
        lambda model: st.fixed_dictionaries(
            {"prompt": strategies.texts(), "model": st.just(model), "size": _sizes(model)}
        )
    )


def _sizes(model: str) -> st.SearchStrategy[Any]:
    text = st.one_of(strategies.valid_sizes(model), strategies.invalid_sizes(model), strategies.malformed_sizes())
    pair = st.one_of(
        strategies.valid_sizes(model).map(lambda size: tuple(map(int, size.split("x")))),
        st.tuples(st.integers(0, 4096), st.integers(0, 4096)),
    )
    return st.one_of(text, pair, pair.map(lambda sides: Size(*sides)), st.none(), st.integers(), st.just([]))


def _wild() -> st.SearchStrategy[dict[str, Any]]:
    scalars = st.one_of(st.none(), st.booleans(), st.integers(), strategies.texts())
    anything = scalars | st.lists(scalars, max_size=2)
    return st.fixed_dictionaries({"prompt": anything}, optional=dict.fromkeys(("model", *_OPTIONAL), anything))


def _spelt(size: Any) -> str:
    """A size that is no text, as text; what is none is spelt so that it is none either."""
    if isinstance(size, Size):
        return str(size)
    if isinstance(size, tuple) and len(size) == 2:
        return "x".join(map(str, size))
    return repr(size)
