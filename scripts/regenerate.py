"""Makes everything that is derived from ``openapi/zai-image.yaml``: ``python -m scripts.regenerate [--check]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from scripts import derived
from scripts.failure import PipelineError
from scripts.generation import generate
from scripts.overlay import apply_overlay
from scripts.provenance import vendored_document
from scripts.rules import read_rules
from scripts.second_reading import compare

ROOT = Path(__file__).parents[1]


def derive(root: Path, into: Path) -> None:
    """Make the derived files of the checkout ``root`` in the tree ``into``.

    Raises:
        PipelineError: A step cannot be done; ``into`` is then incomplete.
    """
    content, provenance = vendored_document(root / "openapi")
    document = _yaml(content, "openapi/zai-image.yaml")
    contradictions = _yaml((root / "openapi/contradictions.yaml").read_bytes(), "openapi/contradictions.yaml")
    rules = read_rules(document, contradictions)
    (into / "openapi").mkdir()
    (into / "openapi/rules.yaml").write_text(rules.to_yaml(), encoding="utf-8", newline="\n")

    catalogue = root / "conformance/zai_image_conformance/requirements.yaml"
    stated = _yaml(catalogue.read_bytes(), catalogue.relative_to(root).as_posix())
    if disagreements := compare(_yaml(rules.to_yaml().encode(), "openapi/rules.yaml"), stated):
        raise PipelineError(
            "the rules read from the page and the conformance catalogue, its reviewed second reading, disagree:\n  "
            + "\n  ".join(disagreements)
        )

    overlay = _yaml((root / "openapi/overlay.yaml").read_bytes(), "openapi/overlay.yaml")
    (into / "generated").mkdir()
    generate(
        apply_overlay(document, overlay),
        rules,
        provenance,
        package=into / "generated/zai_image_api",
        settings=root / "pyproject.toml",
    )


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Run the command and return its exit code: 0 done (or clean), 1 different (``--check``), 2 could not be made."""
    parser = argparse.ArgumentParser(prog="python -m scripts.regenerate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="make everything in a temporary place and fail where it differs"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="zai-image-") as made:
        try:
            derive(root, Path(made))
        except PipelineError as error:
            print(f"regenerate: {error}", file=sys.stderr)
            return 2
        if not options.check:
            changed = derived.install(Path(made), root)
            print("\n".join(changed) or "nothing changed")
            return 0
        texts = derived.differences(Path(made), root)
        print("\n".join(texts), end="")
        if texts:
            print(
                f"\n{len(texts)} derived files are not what is made; run: python -m scripts.regenerate",
                file=sys.stderr,
            )
        return 1 if texts else 0


def _yaml(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        value = YAML(typ="safe", pure=True).load(content)
    except (YAMLError, ValueError) as error:
        raise PipelineError(f"{name} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(value, Mapping):
        raise PipelineError(f"{name} is not a YAML mapping")
    return value


if __name__ == "__main__":
    sys.exit(main())
