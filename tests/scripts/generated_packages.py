"""Packages generated from changed documents, imported, and called without a network."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from typing import Any

from attrs import frozen

from scripts.emit.package import generate
from scripts.regenerate import ROOT
from scripts.source.overlay import apply_overlay
from scripts.source.provenance import vendored_document
from scripts.source.reading import read_mapping
from tests.scripts.prose_documents import read, vendored

PATH = "/paas/v4/images/generations"
Change = Callable[[dict[str, Any]], None]


@frozen
class Sent:
    """What a call would send."""

    request: Any
    options: Any

    @property
    def json(self) -> Any:
        return None if self.request.content is None else json.loads(self.request.content)

    @property
    def method(self) -> str:
        return str(self.request.method)

    @property
    def target(self) -> str:
        return str(self.request.target)

    @property
    def headers(self) -> Mapping[str, str]:
        return dict(self.request.headers)

    @property
    def content(self) -> bytes | None:
        content: bytes | None = self.request.content
        return content


@frozen
class Package:
    """A generated package."""

    name: str

    def module(self, name: str) -> ModuleType:
        return importlib.import_module(f"{self.name}.{name}")

    @property
    def resources(self) -> ModuleType:
        return self.module("resources")

    def operation(self, name: str) -> Any:
        return next(one for one in self.module("operations").OPERATIONS if one.name == name)

    def handed_over(self, resource: str, method: str, *values: Any, **arguments: Any) -> tuple[Any, Any, Any]:
        """Operation, arguments and options of a call."""
        calls: list[tuple[Any, Any, Any]] = []
        made = self.resources.Resources(lambda *call: calls.append(call))
        getattr(getattr(made, resource), method)(*values, **arguments)
        return calls[0]

    def call(self, resource: str, method: str, *values: Any, **arguments: Any) -> Sent:
        """What a call would send."""
        operation, given, options = self.handed_over(resource, method, *values, **arguments)
        return Sent(operation.request(given, options.extra_body), options)

    def request(self, resource: str, method: str, *values: Any, **arguments: Any) -> Sent:
        """What a call would send, after its check has found nothing."""
        operation, given, options = self.handed_over(resource, method, *values, **arguments)
        assert operation.check(given, options.extra_body) == []
        return Sent(operation.request(given, options.extra_body), options)

    def problems(self, resource: str, method: str, *values: Any, **arguments: Any) -> list[str]:
        """What is wrong with a call."""
        operation, given, options = self.handed_over(resource, method, *values, **arguments)
        return [str(violation) for violation in operation.check(given, options.extra_body)]

    def forget(self) -> None:
        for module in [module for module in sys.modules if module.partition(".")[0] == self.name]:
            del sys.modules[module]


Generate = Callable[[Change], Package]


def package_from(document: Mapping[str, Any], folder: Path, name: str) -> Package:
    """Generate a package from an overlaid document, and make it importable."""
    _, provenance = vendored_document(ROOT / "openapi")
    generate(document, read(), provenance, folder / name, ROOT / "pyproject.toml")
    sys.path.insert(0, str(folder))
    try:
        importlib.import_module(f"{name}.resources")
    finally:
        sys.path.remove(str(folder))
    return Package(name)


def overlaid() -> dict[str, Any]:
    overlay = read_mapping((ROOT / "openapi/overlay.yaml").read_bytes(), "overlay")
    return apply_overlay(vendored(), overlay)


def request_schema(document: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"]["CreateImageRequest"]
    return schema


class InvalidRequestError(Exception):
    """A request breaks a constraint, and is not sent."""


class Failure(Exception):
    """The server says no."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


@frozen
class Answered:
    """What an image answer says."""

    answer: Any


def asker(package: Package, address: tuple[str, int], key: str = "a-key") -> Callable[[str, Mapping[str, Any]], Any]:
    """The least client of a package: check, send, read by status. What others would raise it returns."""

    def send(operation: Any, arguments: Mapping[str, Any], options: Any) -> Any:
        problems = operation.check(arguments, options.extra_body)
        if problems:
            return InvalidRequestError("; ".join(map(str, problems)))
        request = operation.request(arguments, options.extra_body)
        connection = HTTPConnection(*address)
        fields = {**request.headers, "Authorization": f"Bearer {key}"}
        connection.request(request.method, f"/api{request.target}", request.content, fields)
        came = connection.getresponse()
        content = came.read()
        connection.close()
        read = operation.read(came.status, came.headers, content)
        if not 200 <= came.status < 300:
            return Failure(came.status, content.decode())
        return Answered(read.parsed) if operation.returns_image else read.parsed

    resources = package.resources.Resources(send)

    def ask(name: str, given: Mapping[str, Any]) -> Any:
        tag, method = name.split(".")
        return getattr(getattr(resources, tag), method)(**given)

    return ask
