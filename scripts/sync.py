"""Takes in a new revision of the published pages, whole or not at all: ``python -m scripts.sync [SOURCE ...]``.

Each SOURCE is a documentation page or a bare OpenAPI document (YAML or JSON), a file or an https address; several are
sibling pages of one API. Without any, the addresses in openapi/provenance.toml are fetched.

Exit codes: 0 nothing changed; 3 changed, and taken in; 1 refused, with the reason; 2 a source could not be read. The
report on standard output is Markdown.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.change import derived
from scripts.change.calls import suit_commands
from scripts.change.changelog import released, report, with_entry
from scripts.change.comparison import changes_between
from scripts.change.effects import Change, reworded
from scripts.change.replacing import locked, recover, replace
from scripts.change.review import Review, review
from scripts.change.trial import try_out
from scripts.emit.package import plan
from scripts.emit.validity import validate
from scripts.prose.reviewed import REVIEWED
from scripts.prose.texts import as_said
from scripts.regenerate import ROOT, derive
from scripts.rules.catalogue import CATALOGUE
from scripts.rules.rulebook import Rules
from scripts.source.failure import PipelineError, explained, without_traces
from scripts.source.fetching import Source, read_source
from scripts.source.merging import assemble
from scripts.source.overlay import OVERLAY, apply_overlay
from scripts.source.provenance import DOCUMENT, STATED, Page, Provenance, digest, stated, vendored_document
from scripts.source.quoting import printable
from scripts.source.reading import UnreadableError, read_mapping
from scripts.source.screening import screen

UNCHANGED, REFUSED, UNREADABLE, TAKEN_IN = 0, 1, 2, 3

# What a run reads of the checkout, and what of it a run may change.
_READ = ("openapi", "generated", "client", "conformance", "pyproject.toml", "CHANGELOG.md", *derived.DERIVED)
_CHANGED = ("openapi", CATALOGUE, "CHANGELOG.md", *derived.DERIVED)


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT, trial: Callable[[Path], None] = try_out) -> int:
    """Run the command and return its exit code.

    Args:
        arguments: The command line's; those of the process where left out.
        root: The checkout.
        trial: What tries the made tree, and raises PipelineError where it is not fit.
    """
    about, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m scripts.sync",
        description=about,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="a file or an https address")
    parser.add_argument("--dry-run", action="store_true", help="do everything but put it in place")
    parser.add_argument("--accept", metavar="DIGEST", help="take for judged what a refused run ended with")
    parser.add_argument("--verbose", action="store_true", help="show too what a tool says that stops the run")
    options = parser.parse_args(arguments)
    try:
        with locked(root):
            if recover(root):
                _tell("a run that was broken off has been undone")
            return _sync(root, options.sources, trial, dry_run=options.dry_run, accepted=options.accept)
    except UnreadableError as error:
        _tell(str(error))
        return UNREADABLE
    except PipelineError as error:
        if options.verbose and error.output:
            print(printable(error.output, keep="\n"), file=sys.stderr)
        _tell(f"refused, and nothing was changed: {without_traces(str(error))}")
        return REFUSED
    except Exception as error:
        # Whatever a document or a file system makes a step raise, what is left of it is one line.
        _tell(f"refused, and nothing was changed: {explained(error)}")
        return REFUSED


def _sync(
    root: Path, given: Sequence[str], trial: Callable[[Path], None], *, dry_run: bool, accepted: str | None
) -> int:
    sources = [read_source(source) for source in given or _sources(root)]
    if len({source.file for source in sources}) < len(sources):
        raise PipelineError("two sources have the same name; each page needs one of its own")
    wanted = stated(root / "openapi").operations
    document = assemble([(source.file, source.content) for source in sources], wanted)
    after = read_mapping(document, " and ".join(source.file for source in sources))
    before = read_mapping(vendored_document(root / "openapi")[0], f"openapi/{DOCUMENT}")
    screen(after)
    validate(after)
    found = _reviewed(root, before, after, [source.content for source in sources])
    if as_said(after) == as_said(before) and not found.judgement and accepted is None:
        print("Nothing changed.")
        return UNCHANGED
    changes = _compare(root, before, found)
    # A page of which nothing can be made needs nobody to judge it.
    suit_commands(plan(apply_overlay(after, _mapping(root, OVERLAY)), found.reading.rules).resources)
    found.settle(accepted)
    if found.judgement and accepted is None:
        print(f"{REVIEWED} and the catalogue follow without review: no sentence and no number is new.", flush=True)
    state = _state(root)
    with tempfile.TemporaryDirectory(prefix="zai-image-sync-") as folder:
        tree = Path(folder) / "tree"
        try:
            _make(root, tree, sources, document, changes, found)
        except PipelineError:
            raise
        except Exception as error:
            raise PipelineError(f"no client can be made of the document: {explained(error)}") from error
        trial(tree)
        if _state(root) != state:
            raise PipelineError("the checkout was changed in the meantime; run this again")
        if dry_run:
            _tell("this would be taken in; nothing was written")
        else:
            replace(tree, root, derived.changed(tree, root, _CHANGED))
    return TAKEN_IN


def _reviewed(root: Path, before: Mapping[str, Any], after: Mapping[str, Any], pages: Sequence[bytes]) -> Review:
    try:
        return review(root, after, pages)
    except PipelineError:
        # What changed is worth knowing all the more where it cannot be taken in.
        rules = Rules.of(_mapping(root, "openapi/rules.yaml")).constraints
        print(report(_version(root), changes_between(before, after, rules, rules)), flush=True)
        raise


def _compare(root: Path, before: Mapping[str, Any], found: Review) -> list[Change]:
    """Print and return what changed."""
    rules_before = Rules.of(_mapping(root, "openapi/rules.yaml")).constraints
    changes = changes_between(before, found.document, rules_before, found.reading.rules.constraints)
    changes = changes or [reworded("the page beside its document")]
    print(report(_version(root), changes), flush=True)
    return changes


def _make(
    root: Path, tree: Path, sources: Sequence[Source], document: bytes, changes: Sequence[Change], found: Review
) -> None:
    """Make, in ``tree``, the checkout as it will be."""
    tree.mkdir()
    for file in _state(root):
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / file, tree / file)
    _vendor(tree / "openapi", sources, document)
    if found.judgement:
        found.write(tree)
    changelog = tree / "CHANGELOG.md"
    today = max(source.fetched for source in sources).date()
    text = with_entry(changelog.read_text(encoding="utf-8"), _version(root), changes, today)
    changelog.write_text(text, encoding="utf-8", newline="\n")
    made = tree.with_name("made")
    made.mkdir()
    derive(tree, made)
    for name in derived.changed(made, tree):
        (tree / name).unlink(missing_ok=True)
        if (made / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).rename(tree / name)


def _vendor(openapi: Path, sources: Sequence[Source], document: bytes) -> None:
    """Put the sources, the document and where they came from into the folder, and take out the sources before them."""
    before = stated(openapi)
    known = {page.file: page for page in before.pages}
    for file in known:
        (openapi / file).unlink()
    for source in sources:
        (openapi / source.file).write_bytes(source.content)
    (openapi / DOCUMENT).write_bytes(document)
    pages = [_page(source, known.get(source.file)) for source in sources]
    provenance = Provenance(tuple(pages), digest(document), before.operations)
    (openapi / STATED).write_text(provenance.to_toml(), encoding="utf-8", newline="\n")


def _page(source: Source, known: Page | None) -> Page:
    sha256 = digest(source.content)
    if known is not None and source.address is None:
        # A file is taken for a copy of the page that is known by its name.
        fetched = known.fetched if sha256 == known.sha256 else source.fetched
        return Page(source.file, known.address, fetched, sha256)
    return Page(source.file, source.address, source.fetched, sha256)


def _sources(root: Path) -> list[str]:
    """Return where the pages come from: an address, or the copy of one that was given as a file."""
    return [page.address or str(root / "openapi" / page.file) for page in stated(root / "openapi").pages]


def _version(root: Path) -> str:
    return released((root / "CHANGELOG.md").read_text(encoding="utf-8"))


def _state(root: Path) -> dict[str, str]:
    """Return the digest of each file that a run reads."""
    return {file: digest((root / file).read_bytes()) for name in _READ for file in derived.files(root, name)}


def _mapping(root: Path, name: str) -> Mapping[str, Any]:
    return read_mapping((root / name).read_bytes(), name, trusted=True)


def _tell(text: str) -> None:
    # What a stranger wrote may be quoted in it, and must not act on a terminal.
    print(f"sync: {printable(text, keep=chr(10))}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
