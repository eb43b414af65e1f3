"""Makes everything that is derived from ``openapi/zai-image.yaml``: ``python -m scripts.regenerate [--check]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.change import derived
from scripts.change.replacing import locked, recover, replace
from scripts.change.review import review
from scripts.emit.package import generate
from scripts.emit.size_map import size_map
from scripts.emit.strict import STRICT, strict_text
from scripts.emit.vectors import FOLDER, vector_texts
from scripts.source.failure import PipelineError, explained, without_traces
from scripts.source.overlay import OVERLAY, apply_overlay
from scripts.source.provenance import vendored_document
from scripts.source.reading import read_mapping
from scripts.source.screening import screen

ROOT = Path(__file__).parents[1]


def derive(root: Path, into: Path) -> None:
    """Make the derived files of the checkout ``root`` in the tree ``into``.

    Raises:
        PipelineError: A step cannot be done; ``into`` is then incomplete.
    """
    content, provenance = vendored_document(root / "openapi")
    document = read_mapping(content, "openapi/zai-image.yaml")
    screen(document)
    pages = [(root / "openapi" / page.file).read_bytes() for page in provenance.pages]
    found = review(root, document, pages)
    if found.judgement:
        raise PipelineError("the page is not as it was reviewed:\n  " + "\n  ".join(found.judgement.lines()))
    rules = found.reading.rules
    (into / "openapi").mkdir()
    (into / "openapi/rules.yaml").write_text(rules.to_yaml(), encoding="utf-8", newline="\n")

    overlay = read_mapping((root / OVERLAY).read_bytes(), OVERLAY, trusted=True)
    overlaid = apply_overlay(document, overlay)
    (into / "generated").mkdir()
    generate(
        overlaid,
        rules,
        provenance,
        package=into / "generated/zai_image_api",
        settings=root / "pyproject.toml",
    )
    strict = strict_text(overlaid, rules)
    (into / "docs").mkdir()
    (into / "docs/sizes.svg").write_text(size_map(rules.size), encoding="utf-8", newline="\n")
    (into / FOLDER).mkdir(parents=True)
    for name in STRICT:
        (into / name).write_text(strict, encoding="utf-8", newline="\n")
    for name, text in vector_texts(document, rules, found.catalogue).items():
        (into / FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Run the command and return its exit code: 0 done (or clean), 1 different (``--check``), 2 could not be made."""
    parser = argparse.ArgumentParser(prog="python -m scripts.regenerate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="make everything in a temporary place and fail where it differs"
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="zai-image-") as made:
        try:
            if not options.check:
                return _remake(root, Path(made))
            derive(root, Path(made))
        except PipelineError as error:
            print(f"regenerate: {without_traces(str(error))}", file=sys.stderr)
            return 2
        except Exception as error:
            print(f"regenerate: {explained(error)}", file=sys.stderr)
            return 2
        texts = derived.differences(Path(made), root)
        print("\n".join(texts), end="")
        if texts:
            print(
                f"\n{len(texts)} derived files are not what is made; run: python -m scripts.regenerate",
                file=sys.stderr,
            )
        return 1 if texts else 0


def _remake(root: Path, made: Path) -> int:
    with locked(root):
        recover(root)
        derive(root, made)
        changed = derived.changed(made, root)
        replace(made, root, changed)
    print("\n".join(changed) or "nothing changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
