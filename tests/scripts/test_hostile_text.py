"""Whatever a stranger's page says becomes data of the generated package, never code."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from scripts.emit.package import generate
from scripts.regenerate import ROOT
from scripts.rules.rulebook import Rules
from scripts.source.overlay import apply_overlay
from scripts.source.provenance import vendored_document
from scripts.source.reading import read_mapping
from tests.scripts.generated_packages import Package, package_from
from tests.scripts.prose_documents import read, vendored

CODE = "raise SystemExit('this page runs code')"
HOSTILE = [
    f'"""\n{CODE}\n"""',
    f"'''\n{CODE}\n'''",
    f'"\n{CODE}\n"',
    f"')\n{CODE}\n('",
    f'\\"\\"\\"\n{CODE}\n\\"\\"\\"',
    f"\\\n{CODE}\\",
    '"' * 7 + "\\" * 7 + "'" * 7,
    "\\N{BULLET} \\u0022\\u0022\\u0022 \\x22\\x22\\x22 \\",
    "{{ 7 * 7 }} {% raise %} {# comment #} {%- endraw -%}",
    "{self.__class__} %s %(x)s {0} ${x} f'{1}'",
    f"# type: ignore\n# noqa\n#!{CODE}\n# -*- coding: utf-7 -*-",
    f"\r\n{CODE}\r{CODE}\f{CODE}\x85{CODE}\u2028{CODE}\u2029{CODE}",
    "\x1b]0;title\x07\u202e\u2066\u200b\ufeff\x00\x7f",
    "]]> --> */ <script> ]) }) , : ; = @ ` ~",
]
PATH = "/paas/v4/images/generations"

Write = Callable[[int], str]
"""Gives a text for the place of that number."""


def everywhere(write: Write) -> dict[str, Any]:
    """The vendored document with an operation more, and a text of one's choice wherever one may stand."""
    document = apply_overlay(vendored(), read_mapping((ROOT / "openapi/overlay.yaml").read_bytes(), "overlay"))
    numbers = range(len(HOSTILE))
    # Repeated at every offset, so that no line break of ours falls harmlessly.
    long = ["x" * number + f"{write(number)} " * 12 + write(number) for number in numbers]
    document["info"] |= {"title": long[0], "version": long[1], "description": long[2]}
    document["servers"][0]["description"] = long[3]
    properties: dict[str, Any] = {}
    for number in numbers:
        words = {"description": long[number], "example": write(number), "title": f"T{number}"}
        properties[f"p{number}{write(number)}"] = {"type": "string", "default": write(number), **words}
        properties[f"q{number}{write(number)}"] = {
            "type": "string",
            "enum": [f"{write(number)}{n}" for n in (1, 2)],
            **words,
        }
        properties[f"r{number}"] = {"type": "array", "items": {"type": "object", "description": long[number]}, **words}
    body = {"type": "object", "title": "Body", "description": " ".join(long), "properties": properties}
    parameters = [
        {
            "name": f"{place}{number}{write(number)}",
            "in": place,
            "description": long[number],
            "example": write(number),
            "schema": {"type": "string", "default": write(number)},
        }
        for number in numbers
        for place in ("query", "header", "cookie")
    ]
    answer: dict[str, Any] = {"type": "object", "required": [f"a{n}{write(n)}" for n in numbers], "title": "Answer"}
    answer["properties"] = {f"a{n}{write(n)}": {"type": "string", "description": long[n]} for n in numbers}
    document["paths"]["/paas/v4/things/{id}"] = {
        "post": {
            "operationId": "change",
            "tags": ["things"],
            "summary": long[4],
            "description": "\n".join(long),
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}, *parameters],
            "requestBody": {"content": {"application/json": {"schema": body, "example": long}}},
            "responses": {"200": {"description": long[5], "content": {"application/json": {"schema": answer}}}},
        }
    }
    return document


def sources(document: dict[str, Any], folder: Path) -> dict[str, str]:
    """The generated modules: name -> source."""
    _, provenance = vendored_document(ROOT / "openapi")
    rules = read()
    generate(document, rules, provenance, folder / "made_api", ROOT / "pyproject.toml")
    modules = (folder / "made_api").rglob("*.py")
    return {module.relative_to(folder).as_posix(): module.read_text(encoding="utf-8") for module in modules}


def shape(source: str) -> str:
    """The syntax tree of a module with every name and text left out."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, name, "")
    return ast.dump(tree)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return sources(everywhere(lambda number: f"word{number}"), tmp_path_factory.mktemp("harmless"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return sources(everywhere(lambda number: HOSTILE[number]), tmp_path_factory.mktemp("hostile"))


def test_hostile_text_gives_the_same_code_as_harmless_text(harmless: dict[str, str], hostile: dict[str, str]) -> None:
    assert harmless.keys() == hostile.keys()
    assert len([name for name in hostile if "SystemExit" in hostile[name]]) > 4
    assert [name for name in hostile if shape(harmless[name]) != shape(hostile[name])] == []


def test_the_comparison_sees_one_statement_more(harmless: dict[str, str]) -> None:
    source = harmless["made_api/document.py"]
    assert shape(source) == shape(source.replace("Production", "Other"))
    assert shape(source) != shape(f"{source}\n{CODE}\n")


@pytest.fixture
def hostile_package(tmp_path: Path) -> Iterator[Package]:
    package = package_from(everywhere(lambda number: HOSTILE[number]), tmp_path, "made_api")
    yield package
    package.forget()


def test_names_and_values_arrive_exactly_and_importing_runs_nothing(hostile_package: Package) -> None:
    operation = hostile_package.operation("things.change")
    arguments = {taken.argument: "x" for taken in operation.inputs}
    sent = operation.request(arguments)
    body = json.loads(sent.content)
    query = [unquote(part.partition("=")[0]) for part in sent.target.partition("?")[2].split("&")]
    cookies = sent.headers["Cookie"]
    for number, text in enumerate(HOSTILE):
        assert body[f"p{number}{text}"] == "x"
        assert f"query{number}{text}" in query
        assert sent.headers[f"header{number}{text}"] == "x"
        assert f"cookie{number}{text}=x" in cookies
        listed = next(taken.argument for taken in operation.inputs if taken.name == f"q{number}{text}")
        assert operation.values(listed) == (f"{text}1", f"{text}2")
    answer = {f"a{number}{text}": text for number, text in enumerate(HOSTILE)}
    model = operation.read(200, {}, json.dumps(answer).encode()).parsed
    assert model.to_dict() == answer
    assert model.additional_properties == {}


def test_a_hostile_sentence_that_states_a_rule_is_kept_as_text(tmp_path: Path) -> None:
    document = vendored()
    link = document["components"]["schemas"]["ImageGenerationResponse"]["properties"]["data"]["items"]["properties"][
        "url"
    ]
    link["description"] = 'The temporary link expires after `30` days, """ please "store\' it.'
    (tmp_path / "a").mkdir()
    rules = read(document)
    stated = rules.stated("url", "lifetime")
    assert stated is not None
    assert '"""' in stated.sentence
    again = Rules.of(read_mapping(rules.to_yaml().encode(), "rules")).stated("url", "lifetime")
    assert again is not None
    assert again.sentence == stated.sentence
    overlay = read_mapping((ROOT / "openapi/overlay.yaml").read_bytes(), "overlay")
    _, provenance = vendored_document(ROOT / "openapi")
    generate(apply_overlay(document, overlay), rules, provenance, tmp_path / "a/made_api", ROOT / "pyproject.toml")
    made = (tmp_path / "a/made_api/promises.py").read_text(encoding="utf-8")
    assert shape(made) == shape((ROOT / "generated/zai_image_api/promises.py").read_text(encoding="utf-8"))
