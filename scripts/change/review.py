"""Stops a run at what a person must judge, and lets it go on once exactly that was accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from scripts.change.acceptance import catalogue_text, reviewed_text
from scripts.prose.reviewed import REVIEWED, Reviewed
from scripts.prose.texts import texts_beside
from scripts.rules.assembly import Reading, read_pages
from scripts.rules.catalogue import CATALOGUE
from scripts.rules.judgement import Judgement, judge
from scripts.source.failure import PipelineError
from scripts.source.reading import read_mapping


@frozen
class Review:
    """What the pages say, and in what it differs from what was judged."""

    document: Mapping[str, Any]
    catalogue: Mapping[str, Any]
    """What the conformance catalogue holds."""
    reading: Reading
    judgement: Judgement
    digest: str
    """Stands for exactly these pages and exactly what is to be judged of them."""

    def settle(self, accepted: str | None) -> None:
        """Make sure that nothing is left that a person must judge, but what was accepted.

        Args:
            accepted: The digest that a person gave; None where none was given.

        Raises:
            PipelineError: There is something else, or nothing; all that is to be judged is listed.
        """
        lines = self.judgement.asked
        if accepted == self.digest and lines:
            return
        listed = "".join(f"\n  {line}" for line in lines)
        if not lines and accepted is None:
            return
        if not lines:
            raise PipelineError("nothing is to be accepted; run this again without --accept")
        if accepted is not None:
            listed = f"\n  (--accept {accepted} is of another list or another page)" + listed
        raise PipelineError(
            f"a person must judge what no rule decides; read it, and accept it with the last line:{listed}\n"
            f"--accept {self.digest}"
        )

    def write(self, tree: Path) -> None:
        """Bring the files of a checkout that hold what was judged to what the pages say."""
        for name, text in (
            (REVIEWED, reviewed_text((tree / REVIEWED).read_text(encoding="utf-8"), self.judgement)),
            (
                CATALOGUE,
                catalogue_text(
                    (tree / CATALOGUE).read_text(encoding="utf-8"), self.reading, self.document, self.judgement
                ),
            ),
        ):
            (tree / name).write_text(text, encoding="utf-8", newline="\n")


def review(root: Path, document: Mapping[str, Any], pages: Sequence[bytes]) -> Review:
    """Read pages and hold them against what a person has reviewed.

    Args:
        root: The checkout.
        document: The document of the pages, parsed.
        pages: The published pages, whole.

    Raises:
        PipelineError: Their sentences give no usable rules, or a reviewed file has another shape.
    """
    reading = read_pages(document, pages)
    reviewed = Reviewed.of(_mapping(root, REVIEWED))
    catalogue = _mapping(root, CATALOGUE)
    judgement = judge(reading, document, reviewed, catalogue)
    beside = [text.text for text in texts_beside(pages)]
    content = json.dumps([document, beside, judgement.lines()], sort_keys=True)
    return Review(document, catalogue, reading, judgement, hashlib.sha256(content.encode()).hexdigest()[:16])


def _mapping(root: Path, name: str) -> Mapping[str, Any]:
    return read_mapping((root / name).read_bytes(), name, trusted=True)
