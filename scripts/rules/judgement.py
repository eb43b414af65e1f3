"""Lists what a person must judge: all in which the pages, the reviewed file and the conformance catalogue differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from scripts.prose.reviewed import REVIEWED, Contradiction, Remark, Reviewed, unmatched
from scripts.prose.texts import BESIDE
from scripts.rules.assembly import Reading
from scripts.rules.catalogue import compare, numbers_of
from scripts.rules.novelty import reviewed_as
from scripts.source.quoting import quote


@frozen
class Judgement:
    """What is to be judged; nothing where everything is settled."""

    new_remarks: tuple[Remark, ...]
    old_remarks: tuple[Remark, ...]
    """Those that the pages no longer hold."""
    new_contradictions: tuple[Contradiction, ...]
    old_contradictions: tuple[Contradiction, ...]
    catalogue: tuple[str, ...]
    """Where the catalogue reads the pages otherwise, in words."""
    asked: tuple[str, ...] = ()
    """What of all this a person must judge, in words: what the pages say and no one has judged."""

    def __bool__(self) -> bool:
        return bool(self.lines())

    def lines(self) -> list[str]:
        """Return a line for all in which the pages differ from what was judged, old beside new."""
        return [*self._remarks(), *self._contradictions(), *self.catalogue]

    def _remarks(self) -> Iterator[str]:
        for place in dict.fromkeys(remark.place for remark in (*self.new_remarks, *self.old_remarks)):
            old, new = (
                [quote(remark.sentence) for remark in remarks if remark.place == place]
                for remarks in (self.old_remarks, self.new_remarks)
            )
            if new:
                was = f", in the place of {', '.join(old)}" if old else ""
                yield f"{place}: no rule reads {', '.join(new)}{was}, and no remark in {REVIEWED} covers it"
            else:
                yield f"{place}: {REVIEWED} has {', '.join(old)}, which the page needs no longer"

    def _contradictions(self) -> Iterator[str]:
        for found in self.new_contradictions:
            sentence = f" in {quote(found.sentence)}" if found.sentence else ""
            yield f"{found.place}: the page says {found.says}{sentence}, against {found.against} in {found.opposed}"
        for entry in self.old_contradictions:
            yield f"{entry.place}: {REVIEWED} has {entry.says} against {entry.against}, which the page no longer says"


def judge(reading: Reading, document: Mapping[str, Any], reviewed: Reviewed, catalogue: Mapping[str, Any]) -> Judgement:
    """Compare what was read with what a person has reviewed.

    Args:
        reading: What the pages say.
        document: Their document, parsed.
        reviewed: What was judged of them.
        catalogue: What the conformance catalogue holds, parsed.
    """
    # A bare document has nothing beside it.
    bare = not any(remark.place == BESIDE for remark in reading.remarks)
    listed = [remark for remark in reviewed.remarks if not (bare and remark.place == BESIDE)]
    constraints, entries = reading.rules.constraints, catalogue.get("requirements", [])
    new, old = unmatched(reading.remarks, reviewed.remarks), unmatched(listed, reading.remarks)
    everything = [*constraints, *numbers_of(entries)]
    contradictions = [
        (one, reviewed_as(one, reviewed.contradictions, everything))
        for one in unmatched(reading.contradictions, reviewed.contradictions)
    ]
    asked = Judgement(
        tuple(new),
        tuple(remark for remark in old if remark.place in {other.place for other in new}),
        tuple(one for one, known in contradictions if known is None),
        (),
        tuple(compare(constraints, document, catalogue, only_new=True)),
    )
    return Judgement(
        tuple(new),
        tuple(old),
        tuple(one if known is None else evolve(one, reason=known.reason) for one, known in contradictions),
        tuple(unmatched(reviewed.contradictions, reading.contradictions)),
        tuple(compare(constraints, document, catalogue)),
        tuple(asked.lines()),
    )
