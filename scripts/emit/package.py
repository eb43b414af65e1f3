"""Generates ``zai_image_api``: the modules of ``runtime/`` as they are, and the templates filled from a document."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from attrs import frozen

from scripts.emit.constraints import constraints, generated
from scripts.emit.operations import options, resources
from scripts.emit.shapes import Shapes
from scripts.emit.validity import validate
from scripts.rules.constraint import Condition, label
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError
from scripts.source.provenance import Provenance
from scripts.source.quoting import printable, quote

TEMPLATES = Path(__file__).parents[1] / "templates"
RUNTIME = Path(__file__).parent / "runtime"
HEADER = "# Made by `python -m scripts.regenerate` from openapi/. Do not edit: the next run overwrites it.\n\n"


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
        PipelineError: The document is one that no client can be made of; the message names the place and the reason.
    """
    shapes = Shapes(document)
    sizes = {constraint.place for constraint in rules.constraints if constraint.keyword == "recommended"}
    try:
        made = resources(document, shapes, sizes.__contains__)
        places = [place for one in made for operation in one.operations for place in operation.places]
        every = constraints(document, places)
    except (TypeError, ValueError, AttributeError, LookupError):
        # Its parts are not what they must be; which, the specification's own model tells better.
        validate(document)
        raise
    values = {
        "document": _Document(document["info"]["title"], document["info"]["version"], document["servers"][0]["url"]),
        "provenance": provenance,
        "rules": rules,
        "resources": made,
        "models": shapes.models,
        "constraints": [*every, *map(generated, rules.constraints)],
        "options": options(),
        "label": label,
        "covers": condition_as_code,
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters |= {"literal": ascii, "docstring": docstring, "hanging": _hanging}
    package.mkdir()
    for module in sorted(RUNTIME.glob("*.py")):
        _write(package / module.name, module.read_text(encoding="utf-8"))
    for template in sorted(TEMPLATES.glob("*.py.jinja")):
        text = environment.get_template(template.name).render(values)
        _write(package / template.name.removesuffix(".jinja"), text)
    (package / "py.typed").touch()
    _format(package, settings)


def condition_as_code(when: Condition | None) -> str:
    """Return a condition on ``model`` as Python code."""
    return "True" if when is None else f"model {'not in' if when.excluded else 'in'} {when.models!a}"


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


def _write(path: Path, text: str) -> None:
    path.write_text(HEADER + text, encoding="utf-8", newline="\n")


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
