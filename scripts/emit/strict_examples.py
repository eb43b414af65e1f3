"""Names an example request for every recommended size and every edge of the rules of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.emit.size_edges import inside
from scripts.rules.rulebook import SizeRule

# Two bytes in UTF-8: a length counted in bytes, and not in characters, shows.
_LETTER = "\u00fc"


def named_examples(model: str, schema: Mapping[str, Any], size: SizeRule | None) -> dict[str, Any]:
    """Return valid requests as OpenAPI Example Objects, by name.

    Args:
        model: The model that the requests name.
        schema: The schema of its requests.
        size: The rule of its sizes; None where there is none.

    Returns:
        Nothing where a required property has neither an example nor values to choose from.
    """
    properties = schema["properties"]
    try:
        least = {name: _value(properties[name]) for name in schema.get("required", ())}
    except LookupError:
        return {}
    examples = {"required properties alone": least}
    if size is not None and "size" in properties:
        examples |= {what: {**least, "size": f"{width}x{height}"} for (width, height), what in inside(size).items()}
    for name, prop in properties.items():
        for what, value in _at_limits(name, prop) if name != "model" else ():
            examples[what] = {**least, name: value}
    return {f"{model}, {what}": {"value": value} for what, value in examples.items()}


def _at_limits(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each value that is listed for a property, and the least and greatest it allows."""
    for value in schema.get("enum", ()):
        yield f"{name} {value}", value
    if schema.get("type") == "string" and "pattern" not in schema and "format" not in schema:
        for keyword, what in (("minLength", "shortest"), ("maxLength", "longest")):
            if (length := schema.get(keyword)) is not None:
                yield f"{what} {name}", _LETTER * length
    for keyword, what in (("minimum", "least"), ("maximum", "greatest")):
        if (limit := schema.get(keyword)) is not None and not schema.get(f"exclusive{keyword.capitalize()}"):
            yield f"{what} {name}", limit


def _value(schema: Mapping[str, Any]) -> Any:
    """Return a value that the document itself gives for a property."""
    for keyword in ("example", "default"):
        if keyword in schema:
            return schema[keyword]
    return schema["enum"][0]
