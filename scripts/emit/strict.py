"""Writes the document again with the rules of its prose as plain JSON Schema, for any OpenAPI tool in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeAlias, cast

from attrs import frozen

from scripts.emit.size_edges import outside
from scripts.emit.size_pattern import size_pattern
from scripts.emit.strict_examples import named_examples
from scripts.emit.yaml_text import yaml_text
from scripts.prose.descriptions import COMBINED, answer_properties, makes_pictures, operations
from scripts.prose.statements import sentences
from scripts.rules.assembly import holds_pictures, is_picture_link, is_severity_level
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from scripts.source.references import resolved

# Where it stands: for any tool, and in the package for the conformance suite's own.
STRICT = ("openapi/zai-image.strict.yaml", "conformance/zai_image_conformance/zai-image.strict.yaml")

_HEADER = """\
# Z.AI's API with the rules that its page states in prose as plain JSON Schema: a schema for each model, each with
# the sizes that the model draws. Made from openapi/zai-image.yaml, openapi/rules.yaml and openapi/overlay.yaml by
#
#     python -m scripts.regenerate
#
# Do not edit. How a rule becomes a schema: docs/rules.md.
"""

# An absolute http or https address, as far as one expression in the part of ECMA 262 that every engine reads can say.
_ABSOLUTE_LINK = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?# ]+"
# In many languages `$` also matches before a last line feed, in some after any line: this leaves them nothing to match.
_FOREIGN_TO_A_SIZE = "[^0-9x]"
# The page's schema requires neither, but a success without them is of no use.
_REQUIRED_OF_AN_ANSWER = ("created", "data")

_Schema: TypeAlias = dict[str, Any]


@frozen
class _Body:
    """The body of a request that makes pictures."""

    path: str
    media: dict[str, Any]
    """The media type object."""
    schema: _Schema
    """Its schema, with references followed."""

    @property
    def name(self) -> str:
        """What its variants are named after."""
        reference = self.media["schema"].get("$ref", self.path)
        return _component_name(reference.rpartition("#/components/schemas/")[2].strip("/"))


def strict(document: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Return the document with its prose as schema; what it describes is the same API.

    The schema of a request becomes one of several, a variant for each model, with the model as discriminator. A link's
    days cannot be said in a schema: JSON knows no clock.

    Args:
        document: The OpenAPI document with the overlay applied.
        rules: The rules read from its prose.

    Raises:
        PipelineError: A schema is built in a way that leaves no place for the rules.
    """
    result = deepcopy(dict(document))
    _constrain_answers(result, rules)
    variants: dict[int, dict[str, _Schema]] = {}
    for body in list(_bodies(result)):
        if id(body.schema) not in variants:
            variants[id(body.schema)] = _split(result, body, rules)
        _add_examples(body, variants[id(body.schema)], rules)
    return result


def strict_text(document: Mapping[str, Any], rules: Rules) -> str:
    """Return the text of the files `STRICT`; arguments and errors as for :func:`strict`."""
    return yaml_text(strict(document, rules), _HEADER)


def _bodies(document: Mapping[str, Any]) -> Iterator[_Body]:
    for path, operation in operations(document):
        if makes_pictures(path):
            for media in resolved(document, operation.get("requestBody")).get("content", {}).values():
                if "schema" in media:
                    yield _Body(path, media, cast(_Schema, resolved(document, media["schema"])))


def _split(document: dict[str, Any], body: _Body, rules: Rules) -> dict[str, _Schema]:
    """Put the schemas of the models in the place of the one schema, and return them by model."""
    where = f"the request to {body.path}"
    schema = body.schema
    if "properties" not in schema or any(keyword in schema for keyword in COMBINED):
        raise PipelineError(f"{where} is no plain object, and the strict document is made for that alone")
    models = _models(document, schema)
    if not models and all(constraint.when is None for constraint in rules.constraints):
        schema.update(_variant(document, schema, None, rules))
        return {}
    if not models or "model" not in schema.get("required", ()):
        raise PipelineError(
            f"{where} does not have to name one of several models, so no schema can tell their rules apart"
        )
    variants = {model: _variant(document, schema, model, rules) for model in models}
    names = {model: f"{body.name}-{_component_name(model)}" for model in models}
    components = document.setdefault("components", {}).setdefault("schemas", {})
    if len({*names.values(), *components}) < len(names) + len(components):
        raise PipelineError(
            f"{where}: the schemas of its models cannot be told apart by name: {', '.join(names.values())}"
        )
    references = {model: f"#/components/schemas/{name}" for model, name in names.items()}
    description = {"description": schema["description"]} if "description" in schema else {}
    schema.clear()
    schema.update(
        **description,
        oneOf=[{"$ref": reference} for reference in references.values()],
        discriminator={"propertyName": "model", "mapping": references},
    )
    named = {names[model]: variant for model, variant in variants.items()}
    document["components"]["schemas"] = _after(components, schema, named)
    return variants


def _variant(document: Mapping[str, Any], schema: _Schema, model: str | None, rules: Rules) -> _Schema:
    """Return the schema of one model's requests; of any model's where it is None."""
    variant = deepcopy(schema)
    properties = variant["properties"]
    for name, keywords in _keywords(model, rules).items():
        if name in properties:
            properties[name] = {**resolved(document, properties[name]), **keywords}
    if model is not None:
        # Where only one model is possible, a default for it says nothing.
        properties["model"].pop("default", None)
    if "size" in properties:
        properties["size"]["description"] = _own_sentences(properties["size"].get("description", ""), model, rules)
    return variant


def _keywords(model: str | None, rules: Rules) -> dict[str, _Schema]:
    """Return what the rules say of each property of a request, as JSON Schema."""
    found: dict[str, _Schema] = {}
    if model is not None:
        found["model"] = {"enum": [model], "example": model}
    if (size := rules.size_of(model)) is not None:
        default = "x".join(map(str, size.default))
        found["size"] = {
            "pattern": size_pattern(size),
            "not": {"anyOf": [{"pattern": _FOREIGN_TO_A_SIZE}, {"enum": outside(size)}]},
            "default": default,
            "example": default,
        }
    if (quality := rules.stated("quality", "default", model)) is not None:
        found["quality"] = {"default": quality.value}
    for keyword in ("minLength", "maxLength"):
        if (length := rules.stated("user_id", keyword)) is not None:
            found.setdefault("user_id", {})[keyword] = length.value
    return found


def _own_sentences(description: str, model: str | None, rules: Rules) -> str:
    """Return a description without the sentences on the sizes of other models."""
    own = rules.size_of(model)
    kept = {own.recommended_sentence, own.custom_sentence} if own else set()
    stated = {text for rule in rules.size for text in (rule.recommended_sentence, rule.custom_sentence)}
    return " ".join(sentence for sentence in sentences(description) if sentence in kept or sentence not in stated)


def _add_examples(body: _Body, variants: Mapping[str, _Schema], rules: Rules) -> None:
    examples = dict(body.media.get("examples", {}))
    if "example" in body.media:  # which must not stand beside `examples`
        examples["Example"] = {"value": body.media.pop("example")}
    for model, variant in variants.items():
        size = rules.size_of(model)
        examples |= named_examples(model, variant, size)
    if examples:
        body.media["examples"] = examples


def _constrain_answers(document: dict[str, Any], rules: Rules) -> None:
    answers = list(answer_properties(document))
    for prop in answers:
        schema = cast(_Schema, prop.schema)
        if is_picture_link(prop):
            schema["pattern"] = _ABSOLUTE_LINK
        elif holds_pictures(prop, answers) or is_severity_level(prop):
            name = prop.path[-1]
            for keyword in ("minItems", "maxItems", "minimum", "maximum"):
                if (stated := rules.stated(name, keyword)) is not None:
                    schema[keyword] = stated.value
    for schema in _answers_with_pictures(document):
        required = {*schema.get("required", ()), *_REQUIRED_OF_AN_ANSWER}
        schema["required"] = [name for name in schema["properties"] if name in required]


def _answers_with_pictures(document: Mapping[str, Any]) -> Iterator[_Schema]:
    for path, operation in operations(document):
        for status, response in operation.get("responses", {}).items():
            if makes_pictures(path) and str(status).startswith("2"):
                for media in resolved(document, response).get("content", {}).values():
                    schema = resolved(document, media.get("schema"))
                    if "data" in schema.get("properties", {}):
                        yield cast(_Schema, schema)


def _models(document: Mapping[str, Any], schema: _Schema) -> list[str]:
    listed = resolved(document, schema["properties"].get("model")).get("enum", [])
    return [model for model in listed if isinstance(model, str)]


def _after(components: _Schema, schema: _Schema, added: _Schema) -> dict[str, Any]:
    """Return the components with some added behind the one that refers to them, or last."""
    ordered: dict[str, Any] = {}
    for name, component in components.items():
        ordered[name] = component
        if component is schema:
            ordered |= added
    return ordered | added


def _component_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)
