"""Writes what a person accepts where it belongs: into the reviewed file, and into the conformance catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scripts.change.entries import Entries
from scripts.prose.properties import makes_images, properties
from scripts.prose.reviewed import Contradiction, Remark
from scripts.rules.assembly import Reading
from scripts.rules.catalogue import enumerations, is_said, reviewed_by
from scripts.rules.constraint import Condition, Constraint, label
from scripts.rules.judgement import Judgement
from scripts.source.references import MISSING, as_mapping, at

_ACCEPTED: Final = "read and accepted: it states no rule"
_MEANT: Final = "read and accepted: both are meant"

# How the ids of requirements end, by the keyword of their numbers, and what they say.
_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "recommended": ("RECOMMENDED", "every recommended {name}{of} is accepted"),
    "default": ("DEFAULT", "the default {name}{of} is {values}"),
    **dict.fromkeys(("minSide", "maxSide"), ("RANGE", "the sides of an image{of} range from {values} pixels")),
    "sideMultipleOf": ("STEP", "the sides of an image{of} are multiples of {values}"),
    "maxPixels": ("PIXELS", "an image{of} has at most {values} pixels"),
    **dict.fromkeys(("minLength", "maxLength"), ("LENGTH", "the length of {name}{of}: {bound}{values} characters")),
    **dict.fromkeys(("minItems", "maxItems"), ("COUNT", "the number of items of {name}{of}: {bound}{values}")),
    **dict.fromkeys(("minimum", "maximum"), ("LIMITS", "the value of {name}{of}: {bound}{values}")),
    "multipleOf": ("STEP", "the value of {name}{of} is a multiple of {values}"),
    "enum": ("VALUES", "the values of {name}{of}: {values}"),
    "typicalSeconds": ("TIME", "the time that {name}{of} takes, in seconds: {values}"),
    "lifetime": ("LIFE", "how long {name}{of} works, in seconds: {values}"),
    "supported": ("SUPPORT", "{name} is not sent{of}"),
}


def reviewed_text(text: str, judgement: Judgement) -> str:
    """Return the text of ``openapi/reviewed.yaml`` with what a person accepts added, and what is needless taken out."""
    for kind, old, new in (
        ("remarks", judgement.old_remarks, judgement.new_remarks),
        ("contradictions", judgement.old_contradictions, judgement.new_contradictions),
    ):
        entries = Entries(text, kind)
        gone = list(old)
        for number, entry in enumerate(entries.plain):
            found = (Remark if kind == "remarks" else Contradiction)(**entry)
            if found in gone:
                gone.remove(found)
                entries.drop(number)
        for one in new:
            places = [number for number, entry in enumerate(entries.plain) if entry["place"] == one.place]
            entries.add(places[-1] if places else len(entries.plain) - 1, _plain(one), spaced=False)
        text = entries.text()
    return text


def _plain(one: Remark | Contradiction) -> dict[str, str]:
    if isinstance(one, Remark):
        return {"place": one.place, "sentence": one.sentence, "reason": _ACCEPTED}
    return {"place": one.place, "says": one.says, "against": one.against, "reason": one.reason or _MEANT}


def catalogue_text(text: str, reading: Reading, document: Mapping[str, Any], judgement: Judgement) -> str:
    """Return the text of the conformance catalogue, brought to what the pages now say.

    Numbers and sentences change in their entries, which keep id, order and comments. The entries of a group of models
    that is new follow the pattern of another's; those of one that is gone go.
    """
    entries = Entries(text, "requirements")
    revision = _Revision(entries, reading.rules.constraints, document, judgement)
    revision.numbers()
    revision.additions()
    return entries.text()


class _Revision:
    def __init__(
        self, entries: Entries, constraints: Sequence[Constraint], document: Mapping[str, Any], judgement: Judgement
    ) -> None:
        self.entries, self.document, self.judgement = entries, document, judgement
        self.stated = {constraint.key: constraint for constraint in constraints}
        self.claimed: set[tuple[object, ...]] = set()
        self.ids = {entry["id"] for entry in entries.plain}
        self.reviewed = {constraint.key for entry in entries.plain for constraint in reviewed_by(entry)}
        self.conditions = self._paired(constraints)

    def _paired(self, constraints: Sequence[Constraint]) -> dict[tuple[str, str, Condition | None], Condition | None]:
        """Return the condition that takes the place of each of the catalogue's, by place and keyword."""
        old: dict[tuple[str, str], list[Condition | None]] = {}
        new: dict[tuple[str, str], list[Condition | None]] = {}
        reviewed = [one for entry in self.entries.plain for one in reviewed_by(entry)]
        for found, each in ((old, reviewed), (new, constraints)):
            for constraint in each:
                conditions = found.setdefault((constraint.place, constraint.keyword), [])
                if constraint.when not in conditions:
                    conditions.append(constraint.when)
        pairs = {}
        for key, conditions in old.items():
            left = [condition for condition in new.get(key, []) if condition not in conditions]
            missing = [condition for condition in conditions if condition not in new.get(key, [])]
            for condition in missing:
                matching = [other for other in left if _is_successor(condition, other)]
                if matching or (len(left) == 1 and len(missing) == 1):
                    pairs[(*key, condition)] = (matching or left)[0]
                    left.remove((matching or left)[0])
        return pairs

    def numbers(self) -> None:
        """Bring each entry to what the pages say, or take it out."""
        for number, entry in enumerate(self.entries.plain):
            changes = self._of_numbers(entry)
            if changes is not None and "sentence" not in changes:
                changes |= self._of_sentence(entry)
            if changes is not None and "values" in entry:
                changes |= self._of_values(entry | changes)
            pointer = None if changes is None else (entry | changes).get("schema")
            if changes is None or (pointer is not None and at(self.document, pointer) is MISSING):
                self.entries.drop(number)
            elif changes:
                self.entries.change(number, **changes)

    def _of_numbers(self, entry: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what changes in an entry because of its numbers; None where none of them is left."""
        reviewed = list(reviewed_by(entry))
        numbers: dict[str, Any] = {}
        found: list[Constraint] = []
        when = Condition.of(entry.get("when"))
        for one in reviewed:
            now = self.conditions.get((one.place, one.keyword, when), when)
            derived = self.stated.get((one.place, now, *one.key[2:]))
            if derived is not None:
                found.append(derived)
                numbers[one.keyword] = (
                    {**numbers.get(one.keyword, {}), **derived.value}
                    if isinstance(derived.value, Mapping)
                    else derived.value
                )
            elif as_mapping(at(self.document, one.place)).get(one.keyword) == one.value and when is None:
                numbers[one.keyword] = one.value
        if reviewed and not numbers:
            return None
        for one in self._joining(entry, found[0].when if found else when):
            found.append(one)
            numbers[one.keyword] = one.value
        self.claimed |= {constraint.key for constraint in found}
        changes: dict[str, Any] = {}
        now = found[0].when if found else when
        if now != when:
            changes["when"] = None if now is None else now.to_plain()
        if numbers and numbers != entry["numbers"]:
            changes["numbers"] = numbers
        if (title := _retitled(entry.get("title", ""), entry.get("numbers", {}), numbers, when, now)) != entry.get(
            "title", ""
        ):
            changes["title"] = title
        if found and "sentence" in entry and not any(_said(entry, constraint) for constraint in found):
            changes["sentence"] = found[0].sentence
        return changes

    def _joining(self, entry: Mapping[str, Any], when: Condition | None) -> list[Constraint]:
        """Return what is new and of no kind that has entries of its own: it stands with other numbers of its place."""
        return [
            one
            for one in self.stated.values()
            if one.keyword not in _KINDS
            and "numbers" in entry
            and (one.place, one.when) == (entry.get("place"), when)
            and one.key not in self.reviewed | self.claimed
        ]

    def _of_sentence(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Return what an entry quotes in the place of a sentence that is gone: what now stands there, or the place."""
        if "sentence" not in entry or is_said(entry, self.stated, self.document):
            return {}
        for old in self.judgement.old_remarks:
            if " ".join(entry["sentence"].split()) in old.sentence:
                new = [remark.sentence for remark in self.judgement.new_remarks if remark.place == old.place]
                owner = old.place.rpartition("/")[0]
                return {"sentence": new[0]} if new else {"sentence": None, "schema": f"#{owner}"}
        place = entry.get("place", "")
        return {"sentence": None, "schema": f"#{place}"}

    def _of_values(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        found = enumerations(self.document, entry.get("schema"))
        if entry["values"] in found:
            return {}
        near = max(
            (values for values in found if isinstance(values, list)),
            key=lambda values: len(set(map(str, values)) & set(entry["values"])),
            default=None,
        )
        return {"values": near}

    def additions(self) -> None:
        """Add entries for what none of them has."""
        groups: dict[tuple[object, ...], list[Constraint]] = {}
        for key, constraint in self.stated.items():
            if key not in self.claimed:
                kind = _kind(constraint.keyword)[0]
                groups.setdefault((constraint.place, constraint.when, kind, *key[3:]), []).append(constraint)
        for constraints in groups.values():
            first = constraints[0]
            alike = [
                (number, entry) for number, entry in enumerate(self.entries.plain) if entry.get("place") == first.place
            ]
            pattern = _pattern([entry for _, entry in alike], constraints)
            self.entries.add(
                alike[-1][0] if alike else len(self.entries.plain) - 1, self._entry(constraints, pattern), spaced=True
            )

    def _entry(self, constraints: Sequence[Constraint], pattern: Mapping[str, Any] | None) -> dict[str, Any]:
        first = constraints[0]
        numbers = {constraint.keyword: constraint.value for constraint in constraints}
        kind, words = _kind(first.keyword)
        values = " to ".join(_words(constraint.value) for constraint in constraints)
        of = f" for {label(first.when)}" if first.when is not None else ""
        bound = {"min": "at least ", "max": "at most "}.get(first.keyword[:3], "") if len(constraints) == 1 else ""
        title = words.format(name=first.name, of=of, values=values, keyword=first.keyword, bound=bound)
        entry: dict[str, Any] = dict(pattern or self._binding(first))
        if pattern is not None and (was := Condition.of(pattern.get("when"))) is not None and not was.excluded:
            title = _retitled(pattern["title"], pattern["numbers"], numbers, was, first.when)
        entry |= {
            "id": self._new_id(first, kind),
            "title": title,
            "level": entry.get("level", "MUST"),
            "sentence": first.sentence,
        }
        entry["place"] = first.place
        entry.pop("when", None)
        if first.when is not None:
            entry["when"] = first.when.to_plain()
        entry["numbers"] = numbers
        order = ("id", "title", "level", "sentence", "binds", "check", "place", "when", "numbers")
        return {name: entry[name] for name in (*order, *(name for name in entry if name not in order)) if name in entry}

    def _binding(self, constraint: Constraint) -> dict[str, Any]:
        """Return whom a rule of no known pattern binds, and how the suite tests it: by its keyword, where it can."""
        about = next(each for each in properties(self.document) if each.place == constraint.place)
        tested = constraint.keyword in _TESTED
        if tested and about.side == "request" and makes_images(about.path):
            return {"binds": ["server", "client"], "check": "Sends values at each limit and beyond it."}
        if tested and about.status.startswith("2"):
            return {"binds": ["server"], "check": "Holds every answer against it."}
        return {"binds": ["client" if about.side == "request" else "server"], "check": _UNTESTED}

    def _new_id(self, constraint: Constraint, kind: str) -> str:
        group = ""
        if constraint.when is not None:
            group = "others" if constraint.when.excluded else "-".join(constraint.when.models)
        keys = [str(key) for key in constraint.key[3:]]
        words = "-".join(filter(None, [constraint.name, group, *keys, kind]))
        made = "".join(c if c.isalnum() else "-" for c in words.upper() if c.isascii()).strip("-")
        number = next(n for n in range(1, len(self.ids) + 2) if (f"{made}-{n}" if n > 1 else made) not in self.ids)
        self.ids.add(made := f"{made}-{number}" if number > 1 else made)
        return made


_TESTED: Final = frozenset(
    {"minLength", "maxLength", "pattern", "enum", "const", "minItems", "maxItems", "uniqueItems"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
)
_UNTESTED: Final = "Not tested over HTTP by a check of its own."


def _is_successor(old: Condition | None, new: Condition | None) -> bool:
    """Whether a condition takes the place of another: it is for the rest as well, or shares a model with it."""
    if old is None or new is None or old.excluded != new.excluded:
        return False
    return old.excluded or bool(set(old.models) & set(new.models))


def _pattern(alike: Sequence[Mapping[str, Any]], constraints: Sequence[Constraint]) -> Mapping[str, Any] | None:
    """Return the entry of another group with the same keywords, best of a group that is named."""
    keywords = {constraint.keyword for constraint in constraints}
    found = [entry for entry in alike if set(entry.get("numbers", {})) == keywords and entry.get("when") is not None]
    return min(found, key=lambda entry: bool(entry["when"].get("excluded")), default=None)


def _said(entry: Mapping[str, Any], constraint: Constraint) -> bool:
    return " ".join(entry["sentence"].split()) in constraint.sentence


def _kind(keyword: str) -> tuple[str, str]:
    return _KINDS.get(keyword, (keyword.upper(), "{name}{of}: {keyword} {values}"))


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {' to '.join(map(str, item))}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _retitled(
    title: str, old: Mapping[str, Any], new: Mapping[str, Any], was: Condition | None, now: Condition | None
) -> str:
    """Return a title with the new numbers and models in the place of the old ones, in the form that these have."""
    for keyword, value in old.items():
        for before, after in zip(_forms(value), _forms(new.get(keyword, value)), strict=False):
            title = title.replace(before, f"\0{after}\0") if before != after else title
    if was is not None and now != was and not was.excluded:
        title = title.replace(label(was), label(now))
    return title.replace("\0", "")


def _forms(value: Any) -> list[str]:
    """Return the ways in which a title may name a value: as it is, as a power of two, and as days."""
    if isinstance(value, Mapping):
        return [form for item in value.values() for form in _forms(item)]
    if isinstance(value, list):
        return [form for item in value for form in (_forms(item) if isinstance(item, int) else [])]
    if not isinstance(value, int) or isinstance(value, bool):
        return [str(value)]
    power = f"2^{value.bit_length() - 1}" if value > 16 and value & (value - 1) == 0 else str(value)
    number, unit = (value // 86_400, "day") if value and value % 86_400 == 0 else (value, "second")
    days = f"{number} {unit}{'' if number == 1 else 's'}"
    return [power, days, str(value)]
