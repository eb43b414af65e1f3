"""Generates ``zai_image_api`` with openapi-python-client and the templates beside this module."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from scripts.emit.escaping import in_double_quotes, restore_defaults
from scripts.emit.operations import resources
from scripts.rules.constraint import Condition, label
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from scripts.source.provenance import Provenance

TEMPLATES = Path(__file__).parents[1] / "templates"
HEADER = "# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.\n\n"

# The reader in wire.py for each kind of property that is one JSON value.
_SCALAR_READERS = {
    "AnyProperty": "anything",
    "BooleanProperty": "boolean",
    "ConstProperty": "anything",
    "DateProperty": "date",
    "DateTimeProperty": "moment",
    "FloatProperty": "number",
    "IntProperty": "integer",
    "NoneProperty": "null",
    "StringProperty": "text",
    "UuidProperty": "uuid",
}
# It quotes what it cannot read, and that may be all of the document.
_LONGEST_EXPLANATION = 600
# Modules that openapi-python-client does not know: file -> template.
_OWN_MODULES = {
    "call.py": "call.py.jinja",
    "document.py": "document.py.jinja",
    "promises.py": "promises.py.jinja",
    "resources/__init__.py": "resources_init.py.jinja",
    "sizes.py": "sizes.py.jinja",
    "wire.py": "wire.py.jinja",
}


@frozen
class _Document:
    title: str
    version: str
    server_url: str


def generate(document: Mapping[str, Any], rules: Rules, provenance: Provenance, package: Path, settings: Path) -> None:
    """Write the package made from the document and its rules.

    Args:
        document: The OpenAPI document with the overlay applied.
        rules: The rules read from its prose.
        provenance: Which revision of the page it came from.
        package: The folder to write, which must not exist.
        settings: The ``pyproject.toml`` whose ruff section formats the code.

    Raises:
        PipelineError: The document is one that the generator or our templates cannot turn into a client.
    """
    config = Config.from_sources(
        ConfigFile(literal_enums=True, post_hooks=[], package_name_override=package.name),
        MetaType.NONE,
        document_source=package,
        file_encoding="utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(dict(document), config=config)
    if isinstance(data, GeneratorError):
        raise PipelineError(_explain([data]))
    restore_defaults(data)
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    made = resources(data, {"size"} if rules.size else set())
    project.env.filters["literal"] = ascii
    project.env.filters["in_double_quote_literal"] = in_double_quotes
    project.env.globals.update(
        scalar_readers=_SCALAR_READERS,
        document=_Document(document["info"]["title"], document["info"]["version"], document["servers"][0]["url"]),
        provenance=provenance,
        rules=rules,
        label=label,
        covers=condition_as_code,
        resources=made,
    )
    # What it prints is about folders, which the user of regenerate has not asked about.
    with contextlib.redirect_stdout(io.StringIO()):
        if errors := project.build():
            raise PipelineError(_explain(errors))
    (package / "resources").mkdir()
    for module, template in _OWN_MODULES.items():
        (package / module).write_text(project.env.get_template(template).render(), encoding="utf-8")
    for resource in made:
        text = project.env.get_template("resource.py.jinja").render(resource=resource)
        (package / "resources" / f"{resource.module}.py").write_text(text, encoding="utf-8")
    (package / "py.typed").touch()
    _finish(package, settings)


def condition_as_code(when: Condition | None) -> str:
    """Return a condition on ``model`` as Python code."""
    return "True" if when is None else f"model {'not in' if when.excluded else 'in'} {when.models!a}"


def _explain(errors: Sequence[GeneratorError]) -> str:
    texts = (f"{error.header or ''} {error.detail or ''} {getattr(error, 'data', None) or ''}" for error in errors)
    return "; ".join(" ".join(text.split())[:_LONGEST_EXPLANATION] for text in texts)


def _finish(package: Path, settings: Path) -> None:
    """Drop the imports that a module does not need, put the code into one form, and say in each file what made it."""
    modules = sorted(package.rglob("*.py"))
    for module in modules:
        module.write_text(HEADER + module.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    ruff = [sys.executable, "-m", "ruff"]
    for arguments in (
        [
            "check",
            "--quiet",
            "--fix",
            "--unsafe-fixes",
            "--select=F401,F811,I,UP,TC",
            "--target-version=py311",
        ],
        ["format", "--quiet"],
    ):
        done = subprocess.run(
            [*ruff, *arguments, "--no-cache", f"--config={settings}", str(package)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PipelineError(f"the generated code is not valid Python: {done.stdout or done.stderr}")
