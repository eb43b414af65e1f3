"""Works out which calls show that a client does what its document promises, for each operation, argument and answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.emit.constraints import constraints, generated
from scripts.emit.operations import Input, Operation, Resource, resources
from scripts.emit.samples import TEXT, Samples
from scripts.emit.shapes import Shapes
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote
from scripts.source.references import below, followed, part

_NO_CONTENT = (204, 304)
_GIVEN_BY_COMMANDS = ("prompt",)


def suit_commands(found: Sequence[Resource]) -> None:
    """Make sure that the command line, which gives a prompt at least, can still ask for images.

    Raises:
        PipelineError: An operation that answers with an image must be given more.
    """
    for operation in [operation for resource in found for operation in resource.operations if operation.returns_image]:
        needed = [taken for taken in operation.inputs if taken.code_default is None]
        if missing := [taken.name for taken in needed if taken.argument not in _GIVEN_BY_COMMANDS]:
            raise PipelineError(
                f"{operation.where} now requires {quote(', '.join(missing), 200)}, which the commands generate, batch "
                "and demo do not give; let them give it first"
            )


def calls(document: Mapping[str, Any], rules: Rules) -> list[dict[str, Any]]:
    """Return a plan for each operation, as plain JSON values, which `scripts.change.calling` carries out.

    Args:
        document: The OpenAPI document with the overlay applied.
        rules: The rules read from its prose.

    Raises:
        PipelineError: No valid value of something can be found.
    """
    is_size = {constraint.place for constraint in rules.constraints if constraint.keyword == "recommended"}
    return [
        _plan(document, rules, operation)
        for resource in resources(document, Shapes(document), is_size.__contains__)
        for operation in resource.operations
    ]


def _plan(document: Mapping[str, Any], rules: Rules, operation: Operation) -> dict[str, Any]:
    inputs = {taken.argument: taken for taken in operation.inputs}
    defaults = {name: _default(document, taken) for name, taken in inputs.items() if taken.default is not None}
    stated = [*constraints(document, operation.places), *map(generated, rules.constraints)]
    samples = Samples(stated, defaults.get(operation.chooser or ""))
    least = {name: samples.valid(taken.place) for name, taken in inputs.items() if taken.code_default is None}
    optional = [name for name in inputs if name not in least]
    valid = [(name, samples.valid(inputs[name].place)) for name in optional]
    nulls = [(name, None) for name in optional if inputs[name].typed.nullable and name not in defaults]
    return {
        "name": f"{operation.tag}.{operation.name}",
        "method": operation.method,
        "path": operation.path,
        "returns_image": operation.returns_image,
        "secured": operation.secured,
        "body": operation.media_type,
        "inputs": {name: [taken.where, taken.name, taken.exploded] for name, taken in inputs.items()},
        "least": least,
        "defaults": defaults,
        "valid": [*valid, *(pair for pair in nulls if pair not in valid)],
        "invalid": [(name, value) for name, taken in inputs.items() for value in samples.invalid(taken.place)],
        "answers": list(_answers(document, rules, operation)),
    }


def _default(document: Mapping[str, Any], taken: Input) -> Any:
    return part(document, followed(document, taken.place))["default"]


def _answers(document: Mapping[str, Any], rules: Rules, operation: Operation) -> Iterator[dict[str, Any]]:
    """Yield an answer for each status and media type that is documented, with what must be read from it."""
    place = below("/paths", operation.path, operation.method.lower(), "responses")
    named = {answer.first for answer in operation.answers if answer.first == answer.last}
    for status in part(document, place):
        there = followed(document, below(place, status))
        code = _status(str(status), named)
        contents = part(document, there).get("content", {})
        if not contents or code in _NO_CONTENT:
            yield {"status": code, "media_type": None, "content": "", "says": None}
        for media_type, content in contents.items() if code not in _NO_CONTENT else ():
            schema = below(there, "content", media_type, "schema")
            says, written = _content(document, rules, media_type, schema if "schema" in content else None)
            plain = media_type.replace("*/*", "application/json").replace("/*", "/x").partition(";")[0]
            encoded = base64.b64encode(written).decode()
            yield {"status": code, "media_type": plain, "content": encoded, "says": says}


def _status(stated: str, named: set[int]) -> int:
    """Return a status that a key of ``responses`` means, and no other does."""
    if stated.isdecimal():
        return int(stated)
    meant = [400, 418, 422, *range(430, 600)] if stated == "default" else range(int(stated[0]) * 100, 600)
    return next(status for status in meant if status not in named)


def _content(document: Mapping[str, Any], rules: Rules, media_type: str, place: str | None) -> tuple[Any, bytes]:
    """Return what an answer says, bytes in Base64, and how it is written."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain == "*/*" or plain.endswith("json"):
        stated = [] if place is None else constraints(document, [place], sent=False)
        says = Samples([*stated, *map(generated, rules.constraints)]).valid(place) if place else {"said": TEXT}
        return says, json.dumps(says).encode()
    if plain.startswith("text/"):
        return "text \u00e9", "text \u00e9".encode()
    octets = bytes(range(256))
    return {"octets": base64.b64encode(octets).decode()}, octets


def plan_of(tree: Path) -> str:
    """Return the plan for the document of a checkout, as JSON."""
    from scripts.source.overlay import apply_overlay
    from scripts.source.reading import read_mapping

    def read(name: str) -> Mapping[str, Any]:
        return read_mapping((tree / "openapi" / name).read_bytes(), f"openapi/{name}")

    document = apply_overlay(read("zai-image.yaml"), read("overlay.yaml"))
    return json.dumps(calls(document, Rules.of(read("rules.yaml"))))
