"""Reads all that the pages say: the constraints that sentences state, and the sentences in which none is read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from scripts.prose.cutting import sentences, spaced
from scripts.prose.glosses import is_label
from scripts.prose.phrases import REST, SAME, Clause, read
from scripts.prose.properties import Property, properties
from scripts.prose.reviewed import Contradiction, Remark
from scripts.prose.texts import DESCRIBING, Example, Text, texts_and_examples, texts_beside
from scripts.rules.agreement import against_examples, against_prose, against_schema, schema_values, unknown_names
from scripts.rules.constraint import Condition, Constraint, overlap
from scripts.rules.rulebook import OF_SIZES, Rules, dimensions
from scripts.source.failure import PipelineError
from scripts.source.quoting import quote

# No image has a longer side, and a rule that allows more sizes could not be listed for tools that know no divisors.
_MAX_SIDE = 65_536
_MAX_SIZES = 1_000_000
_RANGES: Final = (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum"))


class RulesError(PipelineError):
    """The prose gives no rules that could be relied on; one line that quotes the sentence."""


@frozen
class Reading:
    """What the pages say."""

    rules: Rules
    remarks: tuple[Remark, ...]
    """Every sentence, and every free part of one, that is not read; without reasons."""
    contradictions: tuple[Contradiction, ...]
    """Without reasons, likewise."""


def read_pages(document: Mapping[str, Any], pages: Sequence[bytes] = ()) -> Reading:
    """Read a document and what stands beside it on its pages.

    Args:
        document: The OpenAPI document, parsed.
        pages: The published pages, whole.

    Raises:
        RulesError: Sentences give no usable rule, or two disagree.
    """
    known = properties(document)
    texts, examples = texts_and_examples(document, known)
    described: dict[str, list[Property]] = {}
    for prop in known:
        # Words may also stand beside a reference.
        for place in dict.fromkeys([prop.place, *(place for _, place in prop.parts)]):
            described.setdefault(place, []).append(prop)
    constraints: list[Constraint] = []
    remarks: list[Remark] = []
    contradictions: list[Contradiction] = []
    for text in texts:
        owners = described.get(text.owner, []) if text.place.rpartition("/")[2] in DESCRIBING else []
        stated, left = _read_text(text, owners)
        constraints += stated
        remarks += left
        contradictions += [found for prop in owners for found in unknown_names(prop, left)]
    constraints = _without_repetition(constraints)
    by_place = {prop.place: prop for prop in known}
    _check_sizes(constraints, by_place)
    stated_at: dict[str, list[Constraint]] = {}
    for constraint in constraints:
        stated_at.setdefault(constraint.place, []).append(constraint)
    for constraint in constraints:
        prop, beside = by_place[constraint.place], stated_at[constraint.place]
        contradictions += [*against_schema(constraint, prop, beside), *against_prose(constraint, prop, beside)]
    contradictions += _within(constraints)
    contradictions += [found for prop in known for found in schema_values(prop, constraints)]
    remarks += [remark for example in examples for remark in _shown_words(example, constraints)]
    remarks += [remark for text in texts_beside(pages) for remark in _read_text(text, [])[1]]
    contradictions += [found for example in examples for found in against_examples(example, constraints)]
    return Reading(Rules(tuple(constraints)), tuple(remarks), tuple(dict.fromkeys(contradictions)))


def _read_text(text: Text, owners: Sequence[Property]) -> tuple[list[Constraint], list[Remark]]:
    """Read the sentences of one text for each property that it describes."""
    remarks: list[Remark] = []
    found: list[Constraint] = []
    stated: list[tuple[str, list[tuple[Clause, ...]]]] = []
    for sentence in map(spaced, sentences(text.text)):
        if is_label(sentence, text.place):
            continue
        statements = [read(sentence, prop) for prop in owners]
        clauses = [
            _typed(statement.clauses, prop) for statement, prop in zip(statements, owners, strict=True) if statement
        ]
        if not owners or len(clauses) < len(owners) or None in clauses:
            remarks.append(Remark(text.place, sentence))
            continue
        remarks += [Remark(text.place, part) for statement in statements[:1] if statement for part in statement.free]
        stated.append((sentence, [each for each in clauses if each is not None]))
    for number, prop in enumerate(owners):
        try:
            found += _constraints(prop, [(sentence, clauses[number]) for sentence, clauses in stated])
        except RulesError as error:
            beside = ", ".join(quote(remark.sentence) for remark in remarks)
            raise RulesError(f"{error}; no rule reads {beside}" if beside else str(error)) from None
    return found, remarks


def _typed(clauses: tuple[Clause, ...], prop: Property) -> tuple[Clause, ...] | None:
    """Give values that were quoted as code the property's type; None where they do not have it."""
    if prop.is_type("string"):
        return clauses
    try:
        return tuple(
            evolve(clause, value=_json(clause.value)) if clause.keyword in ("default", "enum") else clause
            for clause in clauses
        )
    except ValueError:
        return None


def _json(value: Any) -> Any:
    return [_json(item) for item in value] if isinstance(value, list) else json.loads(value)


def _constraints(prop: Property, stated: Sequence[tuple[str, tuple[Clause, ...]]]) -> list[Constraint]:
    found: list[Constraint] = []
    last: tuple[Condition | None, str] | None = None
    for sentence, clauses in stated:
        for clause in clauses:
            when = clause.when
            if clause.keyword == "recommended":
                if last is not None:
                    raise RulesError(f"{prop.name}: no limits for custom sizes follow {quote(last[1])}")
                last = when, sentence
                _check_recommended(prop, clause, clauses, sentence)
            if when == SAME:
                if last is None:
                    raise RulesError(f"{prop.name}: no recommended sizes stand before {quote(sentence)}")
                when = last[0]
            value = clause.value
            found.append(Constraint(prop.place, when, clause.keyword, value, sentence))
        if any(clause.when == SAME for clause in clauses):
            last = None
        for low, high in _RANGES:
            numbers = {clause.keyword: clause.value for clause in clauses}
            if low in numbers and high in numbers and numbers[low] > numbers[high]:
                raise RulesError(f"{prop.name}: the range runs backwards in {quote(sentence)}")
        for clause in clauses:
            if clause.keyword == "typicalSeconds" and any(least > most for least, most in clause.value.values()):
                raise RulesError(f"{prop.name}: the range runs backwards in {quote(sentence)}")
    if last is not None:
        raise RulesError(f"{prop.name}: no limits for custom sizes follow {quote(last[1])}")
    _check_severity(prop, found)
    return [evolve(constraint, when=_named_rest(constraint, found)) for constraint in found]


def _named_rest(constraint: Constraint, beside: Sequence[Constraint]) -> Condition | None:
    """Return the condition, with the models that "other models" leaves out by name."""
    if constraint.when != REST:
        return constraint.when
    named = [
        model
        for other in beside
        if other.keyword == constraint.keyword and other.when is not None and other.when != REST
        for model in other.when.models
    ]
    return Condition(tuple(dict.fromkeys(named)), excluded=True) if named else None


def _check_recommended(prop: Property, clause: Clause, clauses: Sequence[Clause], sentence: str) -> None:
    defaults = {other.value for other in clauses if other.keyword == "default"}
    if len(defaults) != 1:
        raise RulesError(f"{prop.name}: {'two defaults' if defaults else 'no default'} in {quote(sentence)}")
    if len(set(clause.value)) != len(clause.value):
        raise RulesError(f"{prop.name}: a size stands twice in {quote(sentence)}")
    if not all(0 < side <= _MAX_SIDE for size in clause.value for side in dimensions(size)):
        raise RulesError(f"{prop.name}: no image has such sides: {quote(sentence)}")


def _check_severity(prop: Property, constraints: Sequence[Constraint]) -> None:
    stated = {constraint.keyword: constraint for constraint in constraints}
    if "mostSevere" in stated or "leastSevere" in stated:
        ends = {stated[end].value for end in ("mostSevere", "leastSevere") if end in stated}
        if ends != {stated[end].value for end in ("minimum", "maximum") if end in stated} or len(ends) != 2:
            sentence = next(iter(stated.values())).sentence
            raise RulesError(
                f"{prop.name}: the most and the least severe are not the ends of the range: {quote(sentence)}"
            )


def _without_repetition(constraints: Sequence[Constraint]) -> list[Constraint]:
    """Return each constraint once, after making sure that no two disagree on what holds for any model."""
    kept: dict[tuple[object, ...], Constraint] = {}
    for constraint in constraints:
        for other in kept.values():
            same = (other.place, other.keyword, *other.key[3:]) == (
                constraint.place,
                constraint.keyword,
                *constraint.key[3:],
            )
            if same and other.value != constraint.value and overlap(other.when, constraint.when):
                raise RulesError(f"two sentences disagree: {quote(other.sentence)} and {quote(constraint.sentence)}")
        kept.setdefault(constraint.key, constraint)
    return list(kept.values())


def _check_sizes(constraints: Sequence[Constraint], by_place: Mapping[str, Property]) -> None:
    """Make sure that every model has sizes, that there are some, and that all requests agree on them."""
    rules = Rules(tuple(constraints))
    for rule in rules.all_sizes():
        custom = quote(rule.custom_sentence)
        if not 0 < rule.min_side <= rule.max_side <= _MAX_SIDE or not 0 < rule.step <= rule.max_side:
            raise RulesError(f"size: no image has such sides: {custom}")
        sides = rule.sides
        if not sides or sides[0] ** 2 > rule.max_pixels:
            raise RulesError(f"size: no size keeps all of {custom}")
        if len(sides) ** 2 > _MAX_SIZES:
            raise RulesError(f"size: over {_MAX_SIZES} sizes, too many to list, keep {custom}")
        ruled = [other for other in rules.all_sizes() if other.place == rule.place]
        for model in by_place[rule.place].models:
            if not any(other.covers(model) for other in ruled):
                raise RulesError(f"size: no sentence gives the sizes of the model {quote(model)}")
            for other in rules.all_sizes():
                both = rule.covers(model) and other.covers(model) and model in by_place[other.place].models
                if both and evolve(rule, when=None, place="") != evolve(other, when=None, place=""):
                    raise RulesError(
                        f"two sentences disagree: {quote(rule.recommended_sentence)} {custom} and "
                        f"{quote(other.recommended_sentence)} {quote(other.custom_sentence)}"
                    )


def _within(constraints: Sequence[Constraint]) -> Iterator[Contradiction]:
    """Yield where the sentences on the sizes of one group of models contradict each other."""
    for rule in Rules(tuple(constraints)).all_sizes():
        of = f" for {rule.label}" if rule.when else ""

        def contradiction(
            says: str, against: str, sentence: str, place: str = rule.place, of: str = of
        ) -> Contradiction:
            return Contradiction(place, f"{says}{of}", against, "", sentence, quote(sentence))

        sizes = {f"{width}x{height}": (width, height) for width, height in rule.recommended}
        if rule.default not in rule.recommended:
            default = "x".join(map(str, rule.default))
            yield contradiction(f"default {default}", "recommended", rule.recommended_sentence)
        for size, (width, height) in sizes.items():
            for keyword, limit in rule.broken(width, height).items():
                yield contradiction(f"recommended {size}", f"{keyword} {limit}", rule.custom_sentence)
        if rule.max_pixels >= rule.max_side**2:
            yield contradiction(f"maxPixels {rule.max_pixels}", f"maxSide {rule.max_side}", rule.custom_sentence)


def _shown_words(example: Example, constraints: Sequence[Constraint]) -> Iterator[Remark]:
    """Yield the sentences of an example that is text, unless the property can have only such values as are listed."""
    if isinstance(example.value, str):
        prop = example.of
        ruled = prop is not None and (
            any(prop.first(keyword) is not None for keyword in ("enum", "const"))
            or any(stated.place == prop.place and stated.keyword in (*OF_SIZES, "enum") for stated in constraints)
        )
        if not ruled:
            for sentence in sentences(example.value):
                yield Remark(example.place, spaced(sentence))
