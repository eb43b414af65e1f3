"""Whatever is given as a page: one clear line and exit code 1 or 2, soon, in little memory, and nothing is written."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.regenerate import ROOT
from scripts.source.page import document_in
from scripts.sync import main
from tests.scripts.prose_documents import vendored
from tests.scripts.published import PAGE, checkout_in, file_with, page_with, run, state

BLOCK = document_in(PAGE)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all: nothing is ever written to it."""
    return checkout_in(tmp_path_factory.mktemp("checkout"))


def never(tree: Path) -> None:
    raise AssertionError("what a hostile page gives is never tried")


def assert_refused(
    checkout: Path, folder: Path, content: bytes, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(checkout)
    assert main([file_with(folder, content)], root=checkout, trial=never) == code
    line = capsys.readouterr().err
    assert told in line
    assert line.count("\n") == 1
    assert line.removesuffix("\n").isprintable()
    assert state(checkout) == before


def block(content: bytes) -> bytes:
    return b"# A page\n\n````yaml\n" + content + b"````\n"


def document(content: bytes) -> bytes:
    return block(b"openapi: 3.0.1\n" + content)


UNREADABLE = {
    "no fence and no document": (b"# Only words\n", "neither a code block nor an OpenAPI document"),
    "an empty file": (b"", "neither a code block nor an OpenAPI document"),
    "several fences": (block(BLOCK) + block(BLOCK), "exactly one code block with an OpenAPI document, not 2"),
    "a fence of another language alone": (b"```python\nx = 1\n```\n", "not 0"),
    "a fence that does not end": (PAGE[:-100], "does not end"),
    "not UTF-8": (PAGE.replace(b"cute", b"c\xfcte"), "is not UTF-8: byte"),
    "UTF-16": (BLOCK.decode().encode("utf-16"), "is not UTF-8: byte 0"),
    "a NUL": (block(BLOCK.replace(b"cute", b"c\0te")), "holds a NUL character"),
    "no YAML": (document(b"a: [1\n"), "is not YAML in line"),
    "no JSON": (b'{"openapi": ', "begins like JSON and is not"),
    "a list": (block(b"- openapi: 3.0.1\n"), "is not a mapping at its top"),
    "two documents": (document(b"a: 1\n---\nb: 1\n"), "begins a second YAML document"),
    "an alias": (document(b"a: &a [1]\nb: *a\n"), "has a YAML anchor; write the value out"),
    "an alias of nothing": (document(b"a: *b\n"), "uses a YAML alias; write the value out"),
    "a tag": (document(b"a: !!python/object/apply:os.system [echo]\n"), "has a YAML tag"),
    "a local tag": (document(b"a: !include /etc/passwd\n"), "has a YAML tag"),
    "a duplicate key": (document(b"openapi: 3.0.1\n"), "found duplicate key"),
    "a duplicate key in JSON": (b'{"openapi": "3.0.1", "openapi": "3.0.1"}', 'has the key "openapi" twice'),
    "a key that is a list": (document(b"? [a]\n: 1\n"), 'has a key under "" that is not text'),
    "a key given as number and text": (document(b"200: 1\n'200': 2\n"), 'has the key "200" twice'),
    "a date": (document(b"a: 2026-01-01\n"), 'holds a value at "a" that JSON does not have'),
    "an impossible date": (document(b"a: 2026-99-99\n"), "holds a YAML value that cannot be read"),
    "no number": (b'{"openapi": NaN}', "holds NaN, which JSON does not have"),
    "half a character": (rb'{"openapi": "\ud800"}', "has no UTF-8 form"),
    "a terminal's escape in a key": (document(b'"\\e]0;x\\a": 1\n"\\e]0;x\\a": 2\n'), "found duplicate key"),
    "a long text": (block(BLOCK.replace(b"cute", b"very " * 5000 + b"cute")), "a text of more than 16384 characters"),
    "many values": (block(BLOCK + b"x-many: [" + b"1, " * 40_000 + b"1]\n"), "has more than 40000 keys"),
    "many levels": (document(b"a: " + b"[" * 1000 + b"]" * 1000 + b"\n"), "is nested more than 64 levels deep"),
    "many levels in blocks": (document(b"".join(b" " * n + b"a:\n" for n in range(300))), "more than 64 levels"),
}


@pytest.mark.parametrize(("content", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_told_in_one_line(
    content: bytes, told: str, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(checkout, tmp_path, content, 2, told, capsys)


Change = Callable[[dict[str, Any]], object]


def request_schema(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"]["CreateImageRequest"]
    return schema


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/paas/v4/images/generations"]["post"]
    return found


def path_item(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/paas/v4/images/generations"]
    return found


def schema_named(name: str) -> Change:
    return lambda document: document["components"]["schemas"].update({name: {"type": "object"}})


def reference_to(reference: str) -> Change:
    return lambda document: request_schema(document)["properties"].update(style={"$ref": reference})


def bomb(kind: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        for level in range(30):
            below = f"#/components/schemas/B{level + 1}"
            schemas[f"B{level}"] = {kind: [{"$ref": below}, {"type": "array", "items": {"$ref": below}}]}
        schemas["B30"] = {"type": "string"}
        request_schema(document)["properties"]["style"] = {"$ref": "#/components/schemas/B0"}

    return change


REFUSED: dict[str, tuple[Change, str]] = {
    "a schema called like a file above": (schema_named("../../evil"), '"../../evil" is not a name'),
    "a schema called like an absolute file": (schema_named("/etc/passwd"), '"/etc/passwd" is not a name'),
    "a schema called like a file of Windows": (schema_named("..\\evil"), "is not a name"),
    "a schema with a very long name": (schema_named("A" * 300), "is not a name of 1 to 100 characters"),
    "an operation with a very long name": (
        lambda document: operation(document).update(operationId="a" * 300),
        "the operationId of POST /paas/v4/images/generations: ",
    ),
    "an operation without a name": (lambda document: operation(document).update(operationId=""), "is not a name"),
    "a tag that is a list": (lambda document: operation(document).update(tags=[["a"]]), "is not a name"),
    "a path that climbs": (
        lambda document: document["paths"].update({"/paas/../../evil": {"get": {"responses": {}}}}),
        "is not a name",
    ),
    "a path with a query": (
        lambda document: document["paths"].update({"/paas?a=b": {"get": {"responses": {}}}}),
        "is not a name",
    ),
    "a path on another server": (
        lambda document: document["paths"].update({"@evil.example/": {"get": {"responses": {}}}}),
        "is not a name",
    ),
    "a reference to a file": (reference_to("/etc/passwd"), '$ref "/etc/passwd" leads out of the document'),
    "a reference to a sibling file": (reference_to("other.yaml#/A"), "leads out of the document"),
    "a reference to an address": (reference_to("https://evil.example/a.yaml#/A"), "leads out of the document"),
    "a reference to nothing": (reference_to("#/components/schemas/Nothing"), "leads to nothing"),
    "a reference to a reference": (reference_to("#/components/schemas/CreateImageRequest/properties/style"), "another"),
    "references that multiply in unions": (bomb("oneOf"), "has more than 10000 values"),
    "references that multiply in combinations": (bomb("allOf"), "has more than 10000 values"),
    "a server without TLS": (lambda document: document["servers"][0].update(url="http://a.example"), "https address"),
    "a server with a user": (
        lambda document: document["servers"][0].update(url="https://a@b.example"),
        "https address",
    ),
    "a server that is none": (lambda document: document["servers"][0].update(url="https://[::"), "https address"),
    "no server": (lambda document: document.pop("servers"), "https address"),
    "a path with a server of its own": (
        lambda document: path_item(document).update(servers=[{"url": "https://images.z.ai/api"}]),
        'the path /paas/v4/images/generations has `servers` of its own, "https://images.z.ai/api"',
    ),
    "an operation with a server of its own": (
        lambda document: operation(document).update(servers=[{"url": "https://images.z.ai/api"}]),
        'POST /paas/v4/images/generations has `servers` of its own, "https://images.z.ai/api"',
    ),
    "an operation without a server": (lambda document: operation(document).update(servers=[]), "of its own, null"),
    "an operation behind a reference": (
        lambda document: document["paths"].update({"/paas/v4/other": {"$ref": "#/components/x-paths/A"}}),
        'the path /paas/v4/other has "$ref", which is no method',
    ),
    "a method that nobody knows": (
        lambda document: path_item(document).update(copy={"responses": {}}),
        'the path /paas/v4/images/generations has "copy", which is no method',
    ),
    "a key in the query": (
        lambda document: document["components"]["securitySchemes"]["bearerAuth"].update(
            {"type": "apiKey", "in": "query", "name": "key"}
        ),
        'is secured by [{"bearerAuth": []}]; the client can send its key as a bearer token alone',
    ),
    "a password": (
        lambda document: document["components"]["securitySchemes"]["bearerAuth"].update(scheme="basic"),
        "as a bearer token alone",
    ),
    "two keys at once": (
        lambda document: (
            document["components"]["securitySchemes"].update(other={"type": "openIdConnect"})
            or operation(document).update(security=[{"bearerAuth": [], "other": []}])
        ),
        "POST /paas/v4/images/generations is secured by",
    ),
    "a key that is nowhere described": (
        lambda document: operation(document).update(security=[{"other": []}]),
        "as a bearer token alone",
    ),
    "many values that are all wanted": (
        lambda document: document.update({"x-many": [1] * 5_000}),
        "more than 5000 keys and values; name the operations that are wanted in openapi/provenance.toml",
    ),
    "no info": (lambda document: document.pop("info"), "`info`"),
    "another specification": (lambda document: document.update(openapi="2.0"), "OpenAPI 3"),
    "parameters that are a number": (lambda document: operation(document).update(parameters=7), "parameters"),
    "required names that are a number": (lambda document: request_schema(document).update(required=7), "required"),
    "a type that nobody knows": (
        lambda document: request_schema(document)["properties"].update(style={"type": "image"}),
        # Held against the specification before anything is made of it.
        "not OpenAPI 3 at #/components/schemas/CreateImageRequest/properties/style/type",
    ),
}


@pytest.mark.parametrize(("change", "told"), REFUSED.values(), ids=REFUSED)
def test_what_must_not_be_taken_in_is_refused_in_one_line(
    change: Change, told: str, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = vendored()
    change(document)
    assert_refused(checkout, tmp_path, page_with(document), 1, told, capsys)


NAMES = [
    "../../../evil",
    "/etc/passwd",
    "__init__",
    "图像 v2",
    "class",
    "self",
    "Any",
    "images",
    "a`${b}",
    "\x1b[31m",
    "1",
]


def test_whatever_operations_tags_schemas_and_parameters_are_called_becomes_a_name(
    checkout: Path, tmp_path: Path
) -> None:
    document = vendored()
    document["components"]["schemas"] |= {name: {"type": "object"} for name in ("__init__", "Any", "..", "-1")}
    no_content = {"description": "Processing successful"}
    for number, name in enumerate(NAMES):
        parameter = {"name": name, "in": "query", "schema": {"type": "string"}}
        document["paths"][f"/other/{number}"] = {
            "get": {
                "operationId": name,
                "tags": [name],
                "parameters": [parameter],
                "responses": {"204": no_content.copy()},
            }
        }
    before = set(state(checkout))

    def compiles(tree: Path) -> None:
        for file in state(tree):
            if file.endswith(".py"):
                compile((tree / file).read_text(encoding="utf-8"), file, "exec")
        added = state(tree).keys() - before
        assert before <= state(tree).keys()
        assert all(re.fullmatch(r"generated/zai_image_api/(api/[^\W_]\w*|models)/\w+\.py", file) for file in added), (
            added
        )

    given = file_with(tmp_path, page_with(document))
    # A name that no code is made of is a text as well, and no rule reads it.
    accept = run([given], checkout)[2].splitlines()[-1].split(" ")
    assert run([given, "--dry-run", *accept], checkout, compiles)[0] == 3


def alias_bomb() -> bytes:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return block("\n".join([*lines, ""]).encode())


def quadratic_plain() -> bytes:
    return block(BLOCK.rstrip() + b"\nx-long: " + b"word " * 50_000 + b"\n")


HEAVY: dict[str, Callable[[], bytes]] = {
    "an alias bomb": alias_bomb,
    "a million levels": lambda: block(b"a: " + b"[" * 1_000_000),
    "as many levels as are read": lambda: block(b"a: " + b"[" * 200_000),
    "a million levels of JSON": lambda: b'{"openapi":' * 1_000_000,
    "as long a scalar as is read": quadratic_plain,
    "100 MB": lambda: PAGE + b" " * 100_000_000,
    "as many lists as are read": lambda: b"- a\n" * 49_000,
    "as many quotes as are read": lambda: b"> " * 260_000,
    "as many code blocks as are read": lambda: b"~~~\nsays: 'openapi: 1'\n~~~\n" * 16_000,
    "as many documents as are read": lambda: b"~~~\nopenapi: 1\n~~~\n" * 16_000,
    "as many lines as are there": lambda: b"- a\n" * 130_000,
    "as many brackets as are read": lambda: b"[" * 520_000 + block(b"openapi: 1\n"),
    "as many indents as are read": lambda: b"".join(b" " * 4 * n + b"~~~\n" for n in range(500)),
    "as many properties as are read": lambda: page_with(crowded()),
}


def crowded() -> dict[str, Any]:
    document = vendored()
    request_schema(document)["properties"] |= {f"p{n}": {"type": "string"} for n in range(1100)}
    return document


@pytest.mark.parametrize("make", HEAVY.values(), ids=HEAVY)
def test_a_heavy_page_is_refused_within_10_seconds_and_500_megabytes(
    make: Callable[[], bytes], checkout: Path, tmp_path: Path
) -> None:
    before = state(checkout)
    page = file_with(tmp_path, make())
    # Whatever passes all other steps ends at the trial, which takes as long as it takes.
    command = f"""
import sys
from pathlib import Path
from scripts.source.failure import PipelineError
from scripts.sync import main
def never(tree): raise PipelineError("not tried")
sys.exit(main([{page!r}], root=Path({str(checkout)!r}), trial=never))
"""

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    done = subprocess.Popen(
        [sys.executable, "-c", command], cwd=ROOT, stderr=subprocess.PIPE, preexec_fn=limits, text=True
    )
    assert done.stderr is not None
    told = done.stderr.read()
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    done.stderr.close()
    assert done.returncode in (1, 2), told
    assert told.startswith("sync: ")
    assert told.count("\n") == 1
    assert used.ru_utime + used.ru_stime < 10
    assert used.ru_maxrss < 500_000  # kilobytes
    assert state(checkout) == before


def test_a_source_that_is_no_file_is_told(checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    for source in (tmp_path, tmp_path / "pipe.md", tmp_path / "absent.md", "/dev/zero", "\0"):
        assert main([str(source)], root=checkout, trial=never) == 2
        assert capsys.readouterr().err.count("\n") == 1
