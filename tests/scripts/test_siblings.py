"""An image page, an asynchronous sibling and the page of its result together: every operation works, sync and async."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from scripts.change.calling import Server, check
from scripts.change.calls import calls
from scripts.regenerate import ROOT
from scripts.source.failure import PipelineError
from tests.scripts.generated_packages import Package, asker, overlaid, package_from
from tests.scripts.prose_documents import read

TYPED = """
from typing import assert_type
import {package}.models as models
from zai_image import AsyncImage, AsyncZaiImage, Image, ZaiImage
from {package}.resources import AsyncResources, Resources

def sync(resources: Resources[Image]) -> None:
    assert_type(resources.images.generate("A kitten."), Image)
    task = resources.async_images.create("A kitten.")
    assert_type(task, models.AsyncResponse)
    assert_type(resources.async_images.result("7"), models.VideoResult | models.ImageResult)
    assert_type(resources.async_images.cancel("7"), None)
    assert_type(resources.async_images.log("7"), str)
    assert_type(resources.async_images.thumbnail("7"), bytes)
    assert_type(resources.async_images.tasks(limit=3), list[models.AsyncResponse])
    resources.async_images.create(7)  # type: ignore[arg-type]
    resources.async_images.create("A kitten.", watermark_enabled="no")  # type: ignore[arg-type]
    resources.async_images.create()  # type: ignore[call-arg]

async def asynchronous(resources: AsyncResources[AsyncImage]) -> None:
    assert_type(await resources.images.generate("A kitten."), AsyncImage)
    assert_type(await resources.async_images.create("A kitten."), models.AsyncResponse)
    assert_type(await resources.async_images.result("7"), models.VideoResult | models.ImageResult)
"""


def answers(schema: dict[str, Any] | None = None, media_type: str = "application/json", status: str = "200") -> Any:
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    content = {} if schema is None else {"content": {media_type: {"schema": schema}}}
    return {status: {"description": "Done", **content}, "default": {"description": "Failed", "content": error}}


def operation(name: str, responses: Any, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"operationId": name, "tags": ["async_images"], "parameters": list(parameters), "responses": responses}


def together() -> dict[str, Any]:
    """The image page with the operations of its siblings."""
    document = overlaid()
    text = {"type": "string"}
    urls = {"type": "array", "items": {"type": "object", "properties": {"url": text}}}
    status = {"type": "string", "enum": ["PROCESSING", "SUCCESS", "FAIL"]}
    document["components"]["schemas"] |= {
        "AsyncRequest": {
            "type": "object",
            "required": ["model", "prompt"],
            "properties": {
                "model": {"type": "string", "enum": ["glm-image"], "default": "glm-image"},
                "prompt": text,
                "watermark_enabled": {"type": "boolean", "default": True},
            },
        },
        "AsyncResponse": {"type": "object", "properties": {"id": text, "task_status": status}, "required": ["id"]},
        "VideoResult": {"type": "object", "properties": {"task_status": status, "video_result": urls}},
        "ImageResult": {"type": "object", "properties": {"task_status": status, "image_result": urls}},
    }
    task = {"$ref": "#/components/schemas/AsyncResponse"}
    named = {"name": "id", "in": "path", "required": True, "schema": text}
    language = {"name": "Accept-Language", "in": "header", "schema": {"type": "string", "default": "en-US,en"}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 10}}
    result = {"oneOf": [{"$ref": "#/components/schemas/VideoResult"}, {"$ref": "#/components/schemas/ImageResult"}]}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/AsyncRequest"}}}
    created = {**operation("create", answers(task, status="202")), "requestBody": {"required": True, "content": body}}
    several = answers(task)
    several["200"]["content"]["application/json; charset=utf-8"] = several["200"]["content"]["application/json"]
    several["429"] = several["default"]
    document["paths"] |= {
        "/paas/v4/async/images/generations": {"post": created},
        "/paas/v4/async-result/{id}": {
            "parameters": [named],
            "get": operation("result", answers(result), language),
            "delete": operation("cancel", answers(status="204")),
        },
        "/paas/v4/async-result/{id}/log": {"get": operation("log", answers(text, "text/plain"), named)},
        "/paas/v4/async-result/{id}/image": {
            "get": operation("thumbnail", answers({"type": "string", "format": "binary"}, "image/png"), named)
        },
        "/paas/v4/async-results": {"get": operation("tasks", answers({"type": "array", "items": task}), limit)},
        "/paas/v4/async-results/last": {"get": operation("last", several)},
    }
    return document


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package_from(together(), tmp_path_factory.mktemp("siblings"), "zai_image_api_of_siblings")


def test_every_operation_of_all_pages_does_what_it_promises(package: Package) -> None:
    plans = calls(together(), read())
    assert [plan["name"].partition(".")[2] for plan in plans] == [
        *("generate", "create", "result", "cancel", "log", "thumbnail", "tasks", "last")
    ]
    with Server() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            for plan in plans:
                check(plan, asker(package, ("127.0.0.1", server.server_port)), server)
        finally:
            server.shutdown()
            thread.join()


def test_an_awaited_method_returns_what_is_awaited(package: Package) -> None:
    async def send(operation: Any, arguments: Any, options: Any) -> Any:
        return operation.read(200, {}, json.dumps({"image_result": [{"url": arguments["id"]}]}).encode()).parsed

    resources = package.resources.AsyncResources(send)
    result = asyncio.run(resources.async_images.result("7"))
    assert (type(result).__name__, result.image_result[0].url) == ("ImageResult", "7")


def test_all_of_it_is_typed(package: Package, tmp_path: Path) -> None:
    folder = Path(str(package.resources.__file__)).parents[1]
    (tmp_path / "use.py").write_text(TYPED.format(package=package.name))
    path = os.pathsep.join(map(str, (folder, ROOT / "generated", ROOT / "client")))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(tmp_path / "use.py")],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("responses", "told"),
    [
        (answers({"type": "string"}, "text/event-stream"), "GET /paas/v4/it answers with text/event-stream"),
        (answers({"type": "object"}, "multipart/mixed"), "GET /paas/v4/it answers with multipart/mixed"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_by_the_operation_s_name(
    tmp_path: Path, responses: Any, told: str
) -> None:
    document = overlaid()
    document["paths"]["/paas/v4/it"] = {"get": operation("it", responses)}
    with pytest.raises(PipelineError, match=told):
        package_from(document, tmp_path, "refused_api")


def test_of_several_media_types_the_one_that_comes_is_read(tmp_path: Path) -> None:
    document = overlaid()
    responses = answers({"type": "object", "properties": {"a": {"type": "integer"}}})
    responses["200"]["content"] |= {"text/csv": {"schema": {"type": "string"}}, "image/*": {}}
    document["paths"]["/paas/v4/it"] = {"get": operation("it", responses)}
    made = package_from(document, tmp_path, "several_api")
    read = made.operation("async_images.it").read
    assert read(200, {"Content-Type": "application/json; charset=utf-8"}, b'{"a": 1}').parsed.a == 1
    assert read(200, {"content-type": "text/csv"}, b"a,b").parsed == "a,b"
    assert read(200, {"content-type": "image/png"}, b"\x89").parsed == b"\x89"
    for headers in ({}, {"content-type": "text/html"}):
        with pytest.raises(made.module("errors").InvalidResponse, match=r"application/json or text/csv or image/\*"):
            read(200, headers, b"<html>")
    made.forget()
