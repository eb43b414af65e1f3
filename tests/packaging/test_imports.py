"""Imports point the way that docs/architecture.md says."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from scripts.regenerate import ROOT

OURS = {"zai_image_api", "zai_image", "zai_image_conformance", "scripts", "tests", "benchmarks"}
MAY_IMPORT = {
    "generated/zai_image_api": set(),
    "client/zai_image": {"zai_image_api"},
    "conformance/zai_image_conformance": {"zai_image_api", "zai_image"},
    "scripts": set(),
}
LAZY = "client/zai_image/cli"


def imports(module: Path) -> Iterator[tuple[str, bool]]:
    """Yield the top package of every absolute import, and whether importing the module executes it."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    at_once = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node in at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0], node in at_once


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_package_imports_only_what_it_may(folder: str) -> None:
    modules = sorted((ROOT / folder).rglob("*.py"))
    assert modules
    for module in modules:
        name = module.relative_to(ROOT).as_posix()
        for imported, at_once in imports(module):
            allowed = MAY_IMPORT[folder] | {Path(folder).name}
            if name.startswith(LAZY) and not at_once:
                allowed |= {"zai_image_conformance"}
            assert imported not in OURS - allowed, f"{name} imports {imported}"


DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLAIN = DECLARED["project"]["dependencies"]
EXTRAS = DECLARED["project"]["optional-dependencies"]
GROUPS = DECLARED["dependency-groups"]
MAY_NEED = {
    "generated/zai_image_api": PLAIN,
    "client/zai_image": [
        *PLAIN,
        *(item for name in ("cli", "httpx2", "pil", "postgresql", "remote") for item in EXTRAS[name]),
    ],
    "conformance/zai_image_conformance": [*PLAIN, *EXTRAS["conformance"]],
    "scripts": GROUPS["regenerate"],
    "tests": [*PLAIN, *(item for extra in EXTRAS.values() for item in extra), *(i for g in GROUPS.values() for i in g)],
}


@pytest.mark.parametrize("folder", MAY_NEED)
def test_what_is_imported_is_declared(folder: str) -> None:
    may_need = {re.split("[<>=;\\[]", item)[0] for item in MAY_NEED[folder] if isinstance(item, str)}
    distributions = packages_distributions()
    for module in sorted((ROOT / folder).rglob("*.py")):
        for imported, _ in imports(module):
            # Other hands' SDKs live in an environment of their own.
            if imported in OURS or imported in sys.stdlib_module_names or imported not in distributions:
                continue
            brought_by = {name.lower().replace("_", "-") for name in distributions[imported]}
            assert brought_by & may_need, f"{module.relative_to(ROOT)} imports {imported}, which nothing declares"
