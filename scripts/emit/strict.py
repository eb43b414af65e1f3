"""Writes the document again with the rules of its prose as plain JSON Schema, for any OpenAPI tool in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeAlias, cast

from attrs import frozen

from scripts.emit.size_edges import outside
from scripts.emit.size_pattern import size_pattern
from scripts.emit.strict_examples import named_examples
from scripts.emit.yaml_text import yaml_text
from scripts.prose.cutting import sentences, spaced
from scripts.prose.properties import COMBINED, makes_images
from scripts.rules.constraint import Constraint
from scripts.rules.rulebook import Rules, SizeRule
from scripts.runtime.checking import KEYWORDS
from scripts.source.failure import PipelineError
from scripts.source.references import at, escaped, located, resolved
from scripts.source.selection import operations_of

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
# What the array of images is called: in a direct answer, and in that of a finished task.
_IMAGES = ("data", "image_result")
# The page's schema requires neither, but a success without them is of no use.
_REQUIRED_OF_AN_ANSWER = ("created", "data")

# What a sentence may state in JSON Schema's own words.
_KEYWORDS = (KEYWORDS | {"default"}) - {"supported", "recommended"}

_Schema: TypeAlias = dict[str, Any]


@frozen
class _Body:
    """The body of a request that makes images."""

    path: str
    media: dict[str, Any]
    """The media type object."""
    schema: _Schema
    """Its schema, with references followed."""
    place: str
    """Where that stands."""

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
    _constrain(result, rules)
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
    for path, method, item in operations_of(document):
        if makes_images(path):
            where = f"/paths/{escaped(path)}/{method}/requestBody"
            body, place = located(document, item[method].get("requestBody"), where)
            for media_type, media in body.get("content", {}).items():
                if "schema" in media:
                    there = f"{place}/content/{escaped(media_type)}/schema"
                    schema, there = located(document, media["schema"], there)
                    yield _Body(path, media, cast(_Schema, schema), there)


def _split(document: dict[str, Any], body: _Body, rules: Rules) -> dict[str, _Schema]:
    """Put the schemas of the models in the place of the one schema, and return them by model."""
    where = f"the request to {body.path}"
    schema = body.schema
    if "properties" not in schema or any(keyword in schema for keyword in COMBINED):
        raise PipelineError(f"{where} is no plain object, and the strict document is made for that alone")
    models = _models(document, schema)
    if not models and all(constraint.when is None for constraint in rules.constraints):
        schema.update(_variant(document, body, None, rules))
        return {}
    if not models or "model" not in schema.get("required", ()):
        raise PipelineError(
            f"{where} does not have to name one of several models, so no schema can tell their rules apart"
        )
    variants = {model: _variant(document, body, model, rules) for model in models}
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


def _variant(document: Mapping[str, Any], body: _Body, model: str | None, rules: Rules) -> _Schema:
    """Return the schema of one model's requests; of any model's where it is None."""
    variant = deepcopy(body.schema)
    for name, prop in variant["properties"].items():
        place = f"{body.place}/properties/{escaped(name)}"
        stated = [rule for rule in rules.constraints if rule.place in (place, located(document, prop, place)[1])]
        own = [rule for rule in stated if (rule.when is None if model is None else rule.covers(model))]
        keywords = _of_sizes(rules.size_of(model)) if any(rule.keyword == "recommended" for rule in own) else {}
        keywords |= {rule.keyword: rule.value for rule in own if rule.keyword in _KEYWORDS}
        if any(rule.keyword == "supported" and not rule.value for rule in own):
            keywords["not"] = {}
        if "default" in keywords and "pattern" in keywords:
            keywords["example"] = keywords["default"]
        if stated:
            variant["properties"][name] = prop = {**resolved(document, prop), **keywords}
        if {rule.sentence for rule in stated} - {rule.sentence for rule in own}:
            prop["description"] = _own_sentences(prop.get("description", ""), stated, own)
    if model is not None:
        # Where only one model is possible, a default for it says nothing.
        named = {**resolved(document, variant["properties"]["model"]), "enum": [model], "example": model}
        variant["properties"]["model"] = {key: value for key, value in named.items() if key != "default"}
    return variant


def _of_sizes(size: SizeRule | None) -> _Schema:
    """Return a rule of sizes as JSON Schema."""
    if size is None:
        return {}
    return {
        "pattern": size_pattern(size),
        "not": {"anyOf": [{"pattern": _FOREIGN_TO_A_SIZE}, {"enum": outside(size)}]},
    }


def _own_sentences(description: str, stated: Sequence[Constraint], own: Sequence[Constraint]) -> str:
    """Return a description without the sentences that are about other models alone."""
    kept, all_stated = ({rule.sentence for rule in rules} for rules in (own, stated))
    return " ".join(text for text in map(spaced, sentences(description)) if text in kept or text not in all_stated)


def _add_examples(body: _Body, variants: Mapping[str, _Schema], rules: Rules) -> None:
    examples = dict(body.media.get("examples", {}))
    if "example" in body.media:  # which must not stand beside `examples`
        examples["Example"] = {"value": body.media.pop("example")}
    for model, variant in variants.items():
        size = rules.size_of(model)
        examples |= named_examples(model, variant, size)
    if examples:
        body.media["examples"] = examples


def _constrain(document: dict[str, Any], rules: Rules) -> None:
    """Write what holds for every model into the schemas that it is about, and require what a usable answer needs."""
    for rule in rules.constraints:
        schema = at(document, rule.place)
        if rule.when is None and rule.keyword in _KEYWORDS and isinstance(schema, dict) and "$ref" not in schema:
            schema[rule.keyword] = rule.value
    for path, schema in _answers(document):
        for images in [schema["properties"][name] for name in _IMAGES if name in schema["properties"]]:
            item = resolved(document, resolved(document, images).get("items"))
            link = resolved(document, item.get("properties", {}).get("url"))
            cast(_Schema, link)["pattern"] = _ABSOLUTE_LINK
        if makes_images(path) and "data" in schema["properties"]:
            required = {*schema.get("required", ()), *_REQUIRED_OF_AN_ANSWER}
            schema["required"] = [name for name in schema["properties"] if name in required]


def _answers(document: Mapping[str, Any]) -> Iterator[tuple[str, _Schema]]:
    """Yield the schema of every successful answer that has properties, with the path of its operation."""
    for path, method, item in operations_of(document):
        for status, response in item[method].get("responses", {}).items():
            contents = resolved(document, response).get("content", {}) if str(status).startswith("2") else {}
            for media in contents.values():
                schema = resolved(document, media.get("schema"))
                if "properties" in schema:
                    yield path, cast(_Schema, schema)


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
