"""Whatever a document calls its parts, each gets a name in Python, and the client works with all of them."""

from __future__ import annotations

import keyword
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.change.calling import Server, check
from scripts.change.calls import calls
from scripts.emit.names import attributes, classes, constants
from scripts.emit.operations import resources
from scripts.emit.shapes import Shapes
from scripts.rules.rulebook import Rules
from scripts.runtime.types import CLIENT_NAMES
from scripts.source.failure import PipelineError
from tests.scripts.generated_packages import Package, asker, overlaid, package_from

texts = st.lists(
    st.text(max_size=8) | st.sampled_from(["a b", "a-b", "a_b", "aB", "class", "self", "_a", "a_"]), unique=True
)


@pytest.mark.parametrize("name", [attributes, classes, constants])
@given(texts=texts, taken=st.sets(st.sampled_from(["a_b", "AB", "A_B", "self", "x"])))
def test_every_text_gets_a_name_of_its_own(name: Any, texts: list[str], taken: set[str]) -> None:
    names = name(texts, taken)
    assert list(names) == texts
    # As Python reads them, which takes some letters for others.
    assert len({eval(f"'{one}'") for one in names.values()} - taken) == len(texts)
    for one in names.values():
        compile(f"{one} = 0", "names", "exec")
        assert one.isidentifier()
        assert not keyword.iskeyword(one)
        assert not one.startswith("_")


@given(texts=texts, more=texts)
def test_what_is_a_name_already_keeps_it_whatever_comes_along(texts: list[str], more: list[str]) -> None:
    plain = [text for text in texts if attributes([text])[text] == text]
    names = attributes(dict.fromkeys([*more, *texts]))
    assert {text: names[text] for text in plain} == {text: text for text in plain}


NAMES = [
    *("field", "self", "to_dict", "from_dict", "additional_properties", "body", "timeout", "deadline", "extra_body"),
    *("extra_headers", "send", "_send", "args", "kwargs", "cls", "request", "headers", "options", "operation"),
    *("Any", "Mapping", "Unset", "UNSET", "Model", "Literal", "typing", "_typing", "_models", "wire", "_wire"),
    *("str", "int", "float", "bool", "list", "dict", "bytes", "None", "True", "object", "type", "id", "print"),
    *("class", "def", "async", "match", "import", "lambda", "__init__", "__class__", "__dict__", "__slots__", "_"),
    *("user-id", "user_id", "userId", "User ID", "1st", "1", "", "\u4e2d\u6587", "\U0001f431", "\u00e9", "e\u0301"),
    *("a.b", "a/b", "a[b]", "$ref", "a{b}", "a%b", "annotations", "result", "Resources", "images", "Images"),
]
SCHEMAS = [
    "Any",
    "Mapping",
    "Unset",
    "Images",
    "AsyncImages",
    "Model",
    "None",
    "str",
    "self",
    "_a",
    "1st",
    "a-b",
    "a.b",
]


def named() -> dict[str, Any]:
    """A document that calls properties, parameters, schemas, tags and operations by all of these names."""
    document = overlaid()
    text = {"type": "string"}
    properties = dict.fromkeys(NAMES, text)
    schemas = document["components"]["schemas"]
    for name in SCHEMAS:
        schemas[name] = {"type": "object", "properties": {"value": text, **properties}}
    inside = {name: {"$ref": f"#/components/schemas/{name}"} for name in SCHEMAS}
    answer = {"type": "object", "properties": inside}
    fields = [name for name in NAMES if name.replace("-", "a").replace("_", "a").isalnum() and name.isascii()]
    body = {"type": "object", "properties": {**properties, **inside}, "required": NAMES[:9]}
    document["paths"] = {
        "/paas/v4/{self}/{timeout}": {
            "post": {
                "operationId": "class",
                "tags": ["Images"],
                "parameters": [
                    *({"name": name, "in": "path", "required": True, "schema": text} for name in ("self", "timeout")),
                    *({"name": name, "in": "query", "schema": text} for name in NAMES if name),
                    *({"name": f"X-{name}", "in": "header", "schema": text} for name in fields),
                    *({"name": name, "in": "cookie", "schema": text} for name in fields),
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}},
            }
        },
        **{
            f"/paas/v4/named/{number}": {
                "get": {
                    "operationId": name or "unnamed",
                    "tags": [tag or "unnamed"],
                    "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}},
                }
            }
            for number, (name, tag) in enumerate(zip(NAMES, reversed(NAMES), strict=True))
        },
    }
    return document


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package_from(named(), tmp_path_factory.mktemp("named"), "named_api")


def test_every_operation_works_whatever_anything_is_called(package: Package) -> None:
    plans = calls(named(), Rules())
    assert len(plans) == len(NAMES) + 1
    with Server() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            for plan in plans:
                check(plan, asker(package, ("127.0.0.1", server.server_port)), server)
        finally:
            server.shutdown()
            thread.join()


def test_it_is_typed(package: Package) -> None:
    folder = Path(str(package.resources.__file__)).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "-p", package.name],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize("name", sorted(CLIENT_NAMES))
def test_no_tag_hides_what_the_client_is_called_for(name: str) -> None:
    document = overlaid()
    operation = document["paths"]["/paas/v4/images/generations"]["post"]
    document["paths"]["/other"] = {"post": {**operation, "tags": [name], "x-image-answer": False}}
    found = [resource.attribute for resource in resources(document, Shapes(document), lambda place: False)]
    assert found == ["images", f"{name}_"]


def test_two_operations_of_one_name_are_refused_by_it(tmp_path: Path) -> None:
    document = named()
    document["paths"]["/paas/v4/again"] = {"get": document["paths"]["/paas/v4/named/0"]["get"]}
    with pytest.raises(PipelineError, match='several operations of the tag "Images" have the operationId "field"'):
        package_from(document, tmp_path, "refused_api")
