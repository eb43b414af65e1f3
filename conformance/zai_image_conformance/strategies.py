"""Hypothesis strategies for the endpoint: sizes, requests, responses, and malformed ones of each.

They know the rules from the reviewed catalogue, as the suite does, so that they can test code that was generated from
the page. A strategy of invalid things leaves out what the page neither allows nor forbids (`not_demanded`).
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias, get_args

from attrs import frozen
from hypothesis import strategies as st

from zai_image_conformance.schema import Constraint, Property, answer_schema, properties
from zai_image_conformance.sizes import Sides, SizeLimits, limits_for

Rule: TypeAlias = Literal["min_side", "max_side", "step", "max_pixels"]
"""The limits of a custom size, by the names that the catalogue gives their numbers."""

MODELS: tuple[str, ...] = tuple(
    member for each in properties()["model"].constraints() if each.keyword == "enum" for member in each.value
)
_SIZE_FORM = "SIZE-FORM"
_FAR = 2
"""Sides over the limit are drawn up to this many times the limit."""


@frozen
class BrokenRequest:
    """The fields of a request that breaks one requirement."""

    requirement: str
    """The requirement's id in the catalogue."""
    fields: dict[str, Any]


def texts(min_size: int = 1, max_size: int = 40) -> st.SearchStrategy[str]:
    """Text in any script, without the character NUL, which databases refuse; lengths in characters."""
    # An alphabet of one's own would cost seconds: Hypothesis has tables for its default one alone.
    return st.text(min_size=min_size, max_size=max_size).map(lambda text: text.replace("\x00", " "))


def valid_sizes(model: str) -> st.SearchStrategy[str]:
    """Every size that the model draws, as `WIDTHxHEIGHT`; shrinks to its default.

    Args:
        model: The model.
    """
    return st.sampled_from(_valid(model)).map(str)


def sizes_off_the_coarser_grid(model: str) -> st.SearchStrategy[str]:
    """Valid sizes whose sides are odd multiples of the step, which a server with a doubled step would refuse."""
    step = limits_for(model).step
    off = [sides for sides in _valid(model) if all(side % (2 * step) == step for side in sides)]
    return st.sampled_from(off).map(str) if off else st.nothing()


def rules_of(model: str) -> tuple[Rule, ...]:
    """The rules that a size can break without breaking another; glm-image's pixel limit, for one, never binds."""
    return tuple(rule for rule in get_args(Rule) if _breaking(model, rule))


def invalid_sizes(model: str, rule: Rule | None = None) -> st.SearchStrategy[str]:
    """Sizes in the right form that break one rule of the model, as `WIDTHxHEIGHT`, in either side's position.

    Args:
        model: The model.
        rule: The rule; any where it is left out.

    Raises:
        ValueError: No size of the model breaks this rule alone.
    """
    if rule is None:
        return st.one_of(*(invalid_sizes(model, each) for each in rules_of(model)))
    if rule not in rules_of(model):
        raise ValueError(f"no size of {model} breaks {rule} alone; these can be: {', '.join(rules_of(model))}")
    limits = limits_for(model)

    def beside(wrong: int) -> st.SearchStrategy[Sides]:
        return st.sampled_from(_partners(limits, rule, wrong)).map(lambda partner: Sides(wrong, partner))

    sides = st.sampled_from(_breaking(model, rule)).flatmap(beside)
    turned = st.tuples(sides, st.booleans()).map(lambda drawn: Sides(*reversed(drawn[0])) if drawn[1] else drawn[0])
    return turned.filter(lambda drawn: not limits.allows(drawn)).map(str)


def malformed_sizes() -> st.SearchStrategy[str]:
    """Strings that name no width and height in any way of writing."""
    words = st.text(string.ascii_letters.replace("x", "").replace("X", ""), min_size=3, max_size=12)
    side = st.integers(1, 4096).map(str)
    return st.one_of(
        words,
        side,
        side.map(lambda one: f"{one}x"),
        side.map(lambda one: f"x{one}"),
        st.lists(side, min_size=3, max_size=5).map("x".join),
        st.tuples(side, words).map("x".join),
    )


def requests(model: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of a right request.

    Args:
        model: The model that is named; any where it is left out.
    """
    if model is None:
        return st.sampled_from(MODELS).flatmap(requests)
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, about in properties().items():
        kept = required if about.required_by else optional
        kept[name] = valid_sizes(model) if name == "size" else valid_values(about, model)
    return st.fixed_dictionaries({**required, "model": st.just(model)}, optional=optional)


def valid_values(about: Property, model: str) -> st.SearchStrategy[Any]:
    """The values of a property that break none of its constraints, whatever type it has.

    Args:
        about: The property.
        model: The model of the request.
    """
    limits = {each.keyword: each.value for each in about.constraints(model)}
    if "enum" in limits:
        return st.sampled_from(limits["enum"])
    least, most = limits.get("minLength", 1), limits.get("maxLength")
    by_type: dict[str, st.SearchStrategy[Any]] = {
        "string": st.from_regex(limits["pattern"])
        if "pattern" in limits
        else texts(least, most if most is not None else least + 40),
        "integer": st.integers(limits.get("minimum"), limits.get("maximum")),
        "number": st.floats(limits.get("minimum"), limits.get("maximum"), allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "array": st.lists(texts(), min_size=limits.get("minItems", 0), max_size=limits.get("maxItems")),
        "object": st.dictionaries(texts(), texts(), max_size=2),
    }
    return by_type[about.type].filter(lambda value: not about.broken_by(value, model))


def broken_requests(model: str, requirement: str | None = None) -> st.SearchStrategy[BrokenRequest]:
    """Requests that would be right but for one field: missing, of another type, or of another value.

    Args:
        model: The model that is named.
        requirement: The id of the requirement to break, one of `REQUEST_REQUIREMENTS`; any where it is left out.
    """
    if requirement is None:
        return st.sampled_from(REQUEST_REQUIREMENTS).flatmap(lambda each: broken_requests(model, each))
    name = _MISSING.get(requirement)
    if name is not None:
        lacking = requests(model).map(lambda fields: {key: fields[key] for key in fields if key != name})
        return lacking.map(lambda fields: BrokenRequest(requirement, fields))
    wrong = st.one_of(*_wrong_values(model, requirement))
    return st.tuples(requests(model), wrong).map(lambda drawn: BrokenRequest(requirement, drawn[0] | drawn[1]))


_MISSING = {about.required_by: name for name, about in properties().items() if about.required_by is not None}


def _wrong_values(model: str, requirement: str) -> Iterator[st.SearchStrategy[dict[str, Any]]]:
    """The one field that breaks a requirement, for each property and constraint that it is about."""
    if requirement == _SIZE_FORM:
        yield malformed_sizes().map(lambda size: {"size": size})
    for about in properties().values():
        for constraint in about.constraints(model):
            if constraint.requirement == requirement:
                yield _beyond(constraint).filter(_breaking_one(about, model)).map(_named(about.name))


def _breaking_one(about: Property, model: str) -> Callable[[Any], bool]:
    def breaks_one(value: Any) -> bool:
        # Not with spaces at its ends, which a server may take away before it counts.
        plain = not isinstance(value, str) or value == value.strip() != ""
        return plain and len({each.requirement for each in about.broken_by(value, model)}) == 1

    return breaks_one


def _named(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda value: {name: value}


def _beyond(constraint: Constraint) -> st.SearchStrategy[Any]:
    """Values of which most break a constraint."""
    limit = constraint.value
    match constraint.keyword:
        case "type":
            return st.one_of(st.lists(texts(), max_size=2), st.dictionaries(texts(), texts(), max_size=2))
        case "minLength":
            return texts(1, max(1, limit - 1))
        case "maxLength":
            return texts(limit + 1, 2 * limit)
        case "minimum" | "exclusiveMinimum":
            return st.integers(max_value=int(limit))
        case "maximum" | "exclusiveMaximum":
            return st.integers(min_value=int(limit))
        case "minItems" | "maxItems":
            return st.lists(texts(), max_size=2 * limit + 2)
        case "multipleOf":
            return st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        case _:
            return texts(8)


REQUEST_REQUIREMENTS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *_MISSING,
            _SIZE_FORM,
            *(each.requirement for about in properties().values() for each in about.constraints(MODELS[0])),
        )
    )
)
"""The requirements about single fields that `broken_requests` breaks."""


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """The body of a right answer; its link leads nowhere."""
    link = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1).map("https://images.test/{}.png".format)
    whole = _described(answer_schema()[1], link)
    return st.tuples(whole, st.integers(0, 2**32)).map(lambda drawn: {**drawn[0], "created": drawn[1]})


def _described(schema: Mapping[str, Any], link: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """What the document describes, as far as it does so for an answer."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            fields = {name: _described(about, link) for name, about in schema["properties"].items()}
            required = {name: fields.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(
                _described(schema["items"], link), min_size=least, max_size=schema.get("maxItems", least + 3)
            )
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case _:
            return link


def error_bodies() -> st.SearchStrategy[dict[str, Any]]:
    """The documented body of an error response, alone or beside fields that the page does not know."""
    promised = st.fixed_dictionaries({"code": st.integers(-(2**31), 2**31 - 1), "message": st.text()})
    return st.tuples(st.dictionaries(st.text(), _json(), max_size=2), promised).map(lambda pair: pair[0] | pair[1])


@frozen
class MalformedResponse:
    """An answer that keeps no promise, or hardly one."""

    status: int
    media_type: str
    body: bytes


def malformed_responses() -> st.SearchStrategy[MalformedResponse]:
    """Whatever a broken server may send: other JSON, JSON that breaks off, bytes, wrong types, missing fields."""
    whole = st.one_of(answers(), error_bodies(), _json(python=True))
    spoilt = answers().flatmap(
        lambda answer: st.tuples(st.just(answer), st.sampled_from(sorted(answer)), _json(python=True)).map(
            lambda drawn: {**drawn[0], drawn[1]: drawn[2]}
        )
    )
    documents = st.one_of(whole, spoilt).map(lambda document: json.dumps(document).encode())
    broken_off = documents.flatmap(lambda body: st.integers(0, len(body)).map(lambda end: body[:end]))
    return st.builds(
        MalformedResponse,
        status=st.sampled_from([200, 201, 204, 301, 400, 401, 404, 422, 429, 500, 503]),
        media_type=st.sampled_from(["application/json", "application/json; charset=utf-8", "text/html", "", ";"]),
        body=st.one_of(documents, broken_off, st.binary(max_size=200)),
    )


def _json(*, python: bool = False) -> st.SearchStrategy[Any]:
    """Any JSON; on demand with what Python takes for it as well: NaN and Infinity."""
    numbers = st.integers() | st.floats(allow_nan=python, allow_infinity=python)
    leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )


@cache
def _valid(model: str) -> tuple[Sides, ...]:
    limits = limits_for(model)
    grid = (Sides(width, height) for width in limits.sides for height in limits.sides)
    return tuple(dict.fromkeys([limits.default, *limits.recommended, *filter(limits.allows, grid)]))


@cache
def _breaking(model: str, rule: Rule) -> tuple[int, ...]:
    """The sides that break a rule alone, beside some right one."""
    limits = limits_for(model)
    least, most = limits.min_side, limits.max_side
    sides = {
        "min_side": limits.multiples(limits.step, least - 1),
        "max_side": limits.multiples(most + 1, _FAR * most),
        "step": [side for side in range(least, most + 1) if side % limits.step],
        "max_pixels": limits.sides,
    }
    return tuple(side for side in sides[rule] if _partners(limits, rule, side))


def _partners(limits: SizeLimits, rule: Rule, side: int) -> range:
    """The right sides beside which a side breaks no other rule."""
    fitting = limits.max_pixels // side
    if rule == "max_pixels":
        return limits.multiples(max(limits.min_side, fitting + 1), limits.max_side)
    return limits.multiples(limits.min_side, min(limits.max_side, fitting))
