"""Values to try for a property: at and beyond each limit, of each type, and such as are in use here or elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from zai_image_conformance.schema import Constraint, Property, properties
from zai_image_conformance.sizes import limits_for

PROMPT = "A cute little kitten."
MADE_UP = "4b825dc6"
_ALPHABETS = {"characters": "u", "wide characters": "猫", "characters beyond the first plane": "🐈"}
"""One unit of UTF-16 and of UTF-8 each; one and three; two and four."""
_IN_USE: Mapping[str, str] = {
    "a UUID": "5d2f7a1e-93c4-4b0e-8f6a-d1b7c02e4a90",
    "a mail address": "user+images@example.com",
    "digits": "0123456789",
    "signs": "org:42/user_7.a-b|c~d'e",
}
_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "model": ("cogview-4", "dall-e-3", "gpt-image-1", "stable-diffusion-xl"),
    "quality": ("high", "medium", "low", "auto"),
}
"""What this vendor or others call theirs, and a gateway might map to what it has."""

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SHORT = ("u", "7", "u7", "?", "u-7")
"""Texts of several kinds, of which most patterns allow some."""


@frozen
class Value:
    """A JSON value to try for a property."""

    name: str
    """A few words, such as `user_id of 5 characters`."""
    value: Any
    at_limit: bool = False
    """Whether it is there for a limit, which may hold for some models alone."""


def values(about: Property, model: str) -> Iterator[Value]:
    """Yield what is worth trying for a property in requests of a model, right or wrong, each value once."""
    seen: set[str] = set()
    for value in (*_usual(about), *_at_limits(about, model), *_of_lists(about), *_of_other_types(about, model)):
        written = json.dumps(value.value)
        if written not in seen:
            seen.add(written)
            yield value


def accepted(about: Property, model: str) -> tuple[Value, ...]:
    """The values to try that break nothing, and that no reader could take for something else."""
    return tuple(
        value
        for value in values(about, model)
        if not about.broken_by(value.value, model)
        and about.allows(value.value, model)
        and (not isinstance(value.value, str) or is_plain(value.value))
    )


def refused(about: Property, model: str) -> Iterator[tuple[str, Value, str]]:
    """Yield the requirement that a value breaks where it breaks one alone, the value, and its kind of leniency."""
    for value in values(about, model):
        broken = about.broken_by(value.value, model)
        if len({constraint.requirement for constraint in broken}) == 1:
            yield broken[0].requirement, value, kind(about, broken[0], value.value)


def kind(about: Property, broken: Constraint, value: Any) -> str:
    """What `not_demanded` calls the way in which a value breaks a constraint; empty where nothing forgives it."""
    if broken.keyword == "type":
        if value is None:
            # Null in the place of what is required is not left out without harm.
            return "" if about.required_by else "null-for-optional"
        return "" if isinstance(value, list | dict | str) or about.type != "string" else "scalar-for-string"
    if isinstance(value, str):
        return "empty-string" if not value.strip() else "" if is_plain(value) else "spaces-and-control-characters"
    return ""


def is_plain(text: str) -> bool:
    """Whether nobody could change a text: there are no control characters, nor spaces at its ends, and it is there."""
    return text.isprintable() and text == text.strip() != ""


def body(model: str, **fields: Any) -> dict[str, Any]:
    """The fields of a plain request: what is required, and what is given."""
    return {**_required(model), **fields}


def _required(model: str) -> dict[str, Any]:
    rights = {name: right(about, model) for name, about in properties().items() if about.required_by}
    return {**rights, "model": model}


def right(about: Property, model: str) -> Any:
    """A right value of a property, the most usual one."""
    if about.name == "size":
        return str(limits_for(model).default)
    return next(value.value for value in (*accepted(about, model), *values(about, model)))


def _usual(about: Property) -> Iterator[Value]:
    if about.name == "prompt":
        yield Value("the usual prompt", PROMPT)
    listed = any(each.keyword == "enum" for each in about.constraints())
    if about.type == "string" and about.name != "size" and not listed:
        yield from (Value(f"{about.name}: {name}", text) for name, text in _IN_USE.items())
    if about.type == "boolean":
        yield from (Value(f"{about.name} {json.dumps(value)}", value) for value in (True, False))
    if "example" in about.schema and about.name not in ("size", "prompt") and not listed:
        yield Value(f"{about.name} of the documentation", about.schema["example"])


def _at_limits(about: Property, model: str) -> Iterator[Value]:
    limits = {each.keyword: each.value for each in about.constraints(model)}
    if about.type == "string":
        for length, alphabets in _lengths(limits):
            for name in alphabets:
                yield Value(f"{about.name} of {length} {name}", _ALPHABETS[name] * length, at_limit=True)
    if about.type in ("integer", "number"):
        step = limits.get("multipleOf", 1)
        bounds = [limits[each] for each in _BOUNDS if each in limits] or [step]
        for number in (*(bound + off for bound in bounds for off in (0, -step, step, 1)), bounds[0] + step / 2):
            yield Value(f"{about.name} {json.dumps(number)}", number, at_limit=True)
    if about.type == "array":
        item = about.schema.get("items", {}).get("example", "https://images.example/kitten.png")
        bounds = [limits[each] for each in ("minItems", "maxItems") if each in limits] or [1]
        for length in (bound + off for bound in bounds for off in (0, -1, 1)):
            yield Value(f"{about.name} of {length} items", [item] * length, at_limit=True)
    if "pattern" in limits:
        least = limits.get("minLength", 1)
        for text in _SHORT:
            repeated = text * -(-least // len(text))
            yield Value(f"{about.name} {json.dumps(repeated)}", repeated, at_limit=True)


def _lengths(limits: Mapping[str, Any]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each limit and what is beyond it, in the alphabets in which other ways of counting come to another verdict."""
    plain = tuple(_ALPHABETS)[:1]
    if (least := limits.get("minLength")) is not None:
        yield least, plain
        yield max(0, least - 1), tuple(_ALPHABETS)
    if (most := limits.get("maxLength")) is not None:
        yield most, tuple(_ALPHABETS)
        yield most + 1, plain


def _of_lists(about: Property) -> Iterator[Value]:
    for members in (each.value for each in about.constraints() if each.keyword == "enum"):
        yield from (Value(f"{about.name} {json.dumps(member).strip(chr(34))}", member) for member in members)
        for text in (*_ELSEWHERE.get(about.name, ()), f"no-such-{about.name}-{MADE_UP}"):
            yield Value(f"{about.name} {text}", text)
        for member in filter(lambda member: isinstance(member, str), members):
            yield Value(f"{about.name} {member.upper()}", member.upper())
            yield Value(f"{about.name} {member}-{MADE_UP}", f"{member}-{MADE_UP}")


def _of_other_types(about: Property, model: str) -> Iterator[Value]:
    """What a careless server would understand all the same."""
    usual: Any = next((value.value for value in (*_usual(about), *_at_limits(about, model), *_of_lists(about))), None)
    array, mapping = [usual], {"value": usual}
    if about.name == "size":
        width, height = limits_for(model).default
        array, mapping = [width, height], {"width": width, "height": height}
    for name, value in (("an array", array), ("an object", mapping), ("null", None)):
        yield Value(f"{about.name} is {name}", value)
    for scalar in (1234567, True) if about.type == "string" else ("many",):
        yield Value(f"{about.name} is {json.dumps(scalar)}", scalar)
    if about.type == "string" and about.name != "size":
        yield Value(f"{about.name} is empty", "")
