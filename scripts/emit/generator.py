"""Has openapi-python-client write the modules of models and operations, with our templates in place of its own."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import Class
from openapi_python_client.strings import ClassName, PythonIdentifier

from scripts.emit.names import attributes
from scripts.emit.operations import Operation, Resource
from scripts.emit.shapes import ModelClass
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote


def project(
    title: str,
    version: str,
    resources: Sequence[Resource],
    models: Sequence[ModelClass],
    package: Path,
    templates: Path,
) -> Project:
    """Return what writes the package, once its environment has the values that the templates take.

    Args:
        title: The document's.
        version: The document's.
        resources: Its operations.
        models: What they take and answer.
        package: The folder to write, which must not exist.
        templates: The folder of our templates.

    Raises:
        PipelineError: The generator cannot tell two operations apart, or does not read one of them.
    """
    config = Config.from_sources(
        ConfigFile(post_hooks=[], package_name_override=package.name),
        MetaType.NONE,
        document_source=package,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    operations = [operation for resource in resources for operation in resource.operations]
    data = GeneratorData.from_dict(_named(title, version, operations, models), config=config)
    if isinstance(data, GeneratorError):
        raise PipelineError(f"openapi-python-client does not read the document: {quote(str(data.detail), 300)}")
    modules = attributes(model.name for model in models)
    by_number = dict(zip(_numbers(models).values(), models, strict=True))
    for written in data.models:
        # The generator makes one name of several that differ in capitals or underscores alone.
        name = by_number[written.class_info.name].name
        written.class_info = Class(cast(ClassName, name), cast(PythonIdentifier, modules[name]))
    for tag, collection in data.endpoint_collections_by_tag.items():
        names = Counter(PythonIdentifier(endpoint.name, config.field_prefix) for endpoint in collection.endpoints)
        if doubles := [name for name, count in names.items() if count > 1]:
            raise PipelineError(f"several operations of the tag {quote(tag)} would be the module {quote(doubles[0])}")
    made = Project(openapi=data, config=config, custom_template_path=templates)
    made.env.globals |= {
        "shapes": {model.name: model for model in models},
        "endpoints": {_path(operation): operation for operation in operations},
    }
    return made


def write(made: Project) -> None:
    """Write the package.

    Raises:
        PipelineError: The generator left something out.
    """
    # What it prints is about folders, which the user of regenerate has not asked about.
    with contextlib.redirect_stdout(io.StringIO()):
        errors = made.build()
    if errors:
        text = "; ".join(f"{error.header or ''} {error.detail or ''}" for error in errors)
        raise PipelineError(f"openapi-python-client leaves something out: {quote(text, 300)}")


def _named(title: str, version: str, operations: Sequence[Operation], models: Sequence[ModelClass]) -> dict[str, Any]:
    """Return the document's operations and models under names of ours, which the generator reads as they are."""
    numbered = _numbers(models)
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": version},
        "paths": {
            _path(operation): {
                operation.method.lower(): {
                    "operationId": operation.name,
                    "tags": [operation.tag],
                    "responses": {
                        f"{answer.first}": {
                            "description": "",
                            "content": {"application/json": {"schema": _schema(answer.annotation, numbered)}},
                        }
                        for answer in operation.answers
                        if answer.first == answer.last
                    },
                }
            }
            for operation in operations
        },
        "components": {
            "schemas": {
                numbered[f"_models.{model.name}"]: {
                    "type": "object",
                    "properties": {
                        f"property{number}": _schema(attribute.typed.annotation, numbered)
                        for number, attribute in enumerate(model.attributes, start=1)
                    },
                }
                for model in models
            }
        },
    }


def _numbers(models: Sequence[ModelClass]) -> dict[str, str]:
    """Return by annotation what the generator is to call each model."""
    return {f"_models.{model.name}": f"Model{number}" for number, model in enumerate(models, start=1)}


def _schema(annotation: str, numbered: Mapping[str, str]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{numbered[annotation]}"} if annotation in numbered else {}


def _path(operation: Operation) -> str:
    return f"/{operation.constant}"
