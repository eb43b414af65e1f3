"""Generates ``zai_image_api`` with openapi-python-client, our templates and the modules of ``runtime/``."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from scripts.emit import generator
from scripts.emit.constraints import constraints, generated
from scripts.emit.operations import Resource, options, resources
from scripts.emit.shapes import ModelClass, Shapes
from scripts.emit.validity import validate
from scripts.rules.rulebook import Rules
from scripts.runtime.constraints import Constraint
from scripts.source.failure import PipelineError
from scripts.source.provenance import Provenance
from scripts.source.quoting import printable, quote

TEMPLATES = Path(__file__).parents[1] / "templates"
RUNTIME = Path(__file__).parents[1] / "runtime"
MODULES = ("document.py", "operations.py", "promises.py", "resources.py", "sizes.py")
"""What is made of the document as a whole, and openapi-python-client has no word for."""
HEADER = "# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.\n\n"


@frozen
class _Document:
    title: str
    version: str
    server_url: str


@frozen
class Plan:
    """What a package will hold."""

    resources: Sequence[Resource]
    models: Sequence[ModelClass]
    constraints: Sequence[Constraint]


def plan(document: Mapping[str, Any], rules: Rules) -> Plan:
    """Return what the package made of a document and its rules will hold.

    Args:
        document: The OpenAPI document with the overlay applied.
        rules: The rules read from its prose.

    Raises:
        PipelineError: The document is one that no client can be made of; the message names the place and the reason.
    """
    shapes = Shapes(document)
    sizes = {constraint.place for constraint in rules.constraints if constraint.keyword == "recommended"}
    try:
        made = resources(document, shapes, sizes.__contains__)
        places = [place for one in made for operation in one.operations for place in operation.places]
        every = constraints(document, places)
    except PipelineError:
        raise
    except Exception:
        # Its parts are not what they must be; which, the specification's own model tells better.
        validate(document)
        raise
    return Plan(made, shapes.models, [*every, *map(generated, rules.constraints)])


def generate(document: Mapping[str, Any], rules: Rules, provenance: Provenance, package: Path, settings: Path) -> None:
    """Write the package made from the document and its rules.

    Args:
        document: The OpenAPI document with the overlay applied.
        rules: The rules read from its prose.
        provenance: Which revision of the page it came from.
        package: The folder to write, which must not exist.
        settings: The ``pyproject.toml`` whose ruff section formats the code.

    Raises:
        PipelineError: The document is one that no client can be made of; the message names the place and the reason.
    """
    made = plan(document, rules)
    values = {
        "document": _Document(document["info"]["title"], document["info"]["version"], document["servers"][0]["url"]),
        "provenance": provenance,
        "rules": rules,
        "resources": made.resources,
        "models": made.models,
        "constraints": made.constraints,
        "options": options(),
    }
    project = generator.project(
        document["info"]["title"], document["info"]["version"], made.resources, made.models, package, TEMPLATES
    )
    project.env.filters |= {"literal": ascii, "docstring": docstring, "hanging": _hanging}
    project.env.globals |= values
    generator.write(project)
    # Of one module that both have, ours stays.
    for module in sorted(RUNTIME.glob("*.py")):
        (package / module.name).write_text(module.read_text(encoding="utf-8"), encoding="utf-8")
    for name in MODULES:
        text = project.env.get_template(f"{name}.jinja").render()
        (package / name).write_text(text, encoding="utf-8")
    for written in package.rglob("*.py"):
        written.write_text(HEADER + written.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
    (package / "py.typed").touch()
    _format(package, settings)


def docstring(text: str, indent: int) -> str:
    """Return a text as a docstring in code, whatever characters are in it, wrapped for people."""
    escaped = printable(text, keep="\n").replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = f'{escaped[:-1]}\\"'
    lines: list[str] = []
    for line in escaped.splitlines():
        margin = " " * (len(line) - len(line.lstrip()))
        lines += textwrap.wrap(
            line,
            width=110 - indent,
            subsequent_indent=margin + ("    " if margin else ""),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    plain = "\n".join(lines).strip()
    many = "\n" in plain
    return textwrap.indent(
        f'"""{plain}{chr(10) if many else ""}"""', " " * indent, lambda line: bool(line.strip())
    ).lstrip()


def _hanging(text: str) -> str:
    """Return a text on one line, for an entry of a docstring."""
    return " ".join(text.split())


def _format(package: Path, settings: Path) -> None:
    """Drop the imports that a module does not need, and put the code into one form."""
    ruff = [sys.executable, "-m", "ruff"]
    for arguments in (
        ["check", "--quiet", "--fix", "--unsafe-fixes", "--select=F401,I,TC", "--target-version=py311"],
        ["format", "--quiet"],
    ):
        done = subprocess.run(
            [*ruff, *arguments, "--no-cache", f"--config={settings}", str(package)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise PipelineError(f"the generated code is not valid Python: {quote(done.stdout or done.stderr, 300)}")
