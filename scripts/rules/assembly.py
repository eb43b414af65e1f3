"""Reads the rules that a document states only in prose, and holds them against its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import field, frozen

from scripts.prose.descriptions import ImageRequest, Property, answer_properties, image_requests
from scripts.prose.statements import (
    OTHERS,
    Count,
    Days,
    Kind,
    Length,
    QualityDefaults,
    QualityLevel,
    QualitySupported,
    RulesError,
    Severity,
    SizeLimits,
    SizeValues,
    Statement,
    quote,
    read,
    sentences,
)
from scripts.rules.constraint import Condition, Constraint
from scripts.rules.contradictions import Contradiction, settle
from scripts.rules.rulebook import Dimensions, Rules

__all__ = ["Rules", "RulesError", "read_rules"]

# No picture has a longer side, and a rule that allows more sizes could not be listed for tools that know no divisors.
_MAX_SIDE = 65_536
_MAX_SIZES = 1_000_000

# What the array of pictures is called: in a direct answer, and in that of a finished task.
_PICTURES = ("data", "image_result")


@frozen
class SizeRule:
    """The sizes that one group of models accepts; sides in pixels."""

    recommended: tuple[Dimensions, ...]
    default: Dimensions
    min_side: int
    max_side: int
    step: int
    max_pixels: int
    recommended_sentence: str = field(eq=False)
    custom_sentence: str = field(eq=False)


@frozen
class QualityRule:
    """The quality that one group of models takes by default."""

    default: str
    sentence: str = field(eq=False)


@frozen
class DurationRule:
    """How long a picture of one quality takes."""

    min_seconds: int
    max_seconds: int
    sentence: str = field(eq=False)


@frozen
class UserIdRule:
    """How many characters a ``user_id`` has."""

    min_length: int
    max_length: int
    sentence: str = field(eq=False)


@frozen
class LinkRule:
    """How many days the link of a picture works."""

    days: int
    sentence: str = field(eq=False)


@frozen
class ImagesRule:
    """How many pictures an answer holds."""

    count: int
    sentence: str = field(eq=False)


@frozen
class SeverityRule:
    """Which level of the content filter is the most severe, which the least."""

    most_severe: int
    least_severe: int
    sentence: str = field(eq=False)


_Rule = TypeVar("_Rule", SizeRule, QualityRule, DurationRule, UserIdRule, LinkRule, ImagesRule, SeverityRule)


def read_rules(document: Mapping[str, Any], reviewed: Mapping[str, Any] | None = None) -> Rules:
    """Read every rule that the descriptions of an OpenAPI document state.

    Args:
        document: The document, parsed.
        reviewed: What ``openapi/contradictions.yaml`` holds, parsed; None where no contradiction may stand.

    Returns:
        The rules. A property that the document lacks, or that is described without a rule, gives none.

    Raises:
        RulesError: A sentence cannot be read or gives no usable rule, or two statements contradict each other and the
            reviewed list does not say why they may.
    """
    found: list[Contradiction] = []
    requests = image_requests(document)
    answers = list(answer_properties(document))
    size = _agreed("size", [(request, _size(request, found)) for request in requests])
    for group, rule in size.items():
        found += _within(group, rule)
    quality = _agreed("quality", [(request, _quality(request, found)) for request in requests])
    duration = _durations(requests, found)
    user_id = _single(_user_id(prop, found) for request in requests for prop in request.named("user_id"))
    link = _single(_link(prop) for prop in answers if is_picture_link(prop))
    images = _single(_images(prop, found) for prop in answers if holds_pictures(prop, answers))
    severity = _single(_severity(prop, found) for prop in answers if is_severity_level(prop))

    def place(name: str) -> str:
        return next(prop.place for request in requests for prop in request.named(name))

    def when(group: str, groups: Mapping[str, object]) -> Condition | None:
        if group != OTHERS:
            return Condition((group,))
        named = tuple(name for name in groups if name != OTHERS)
        return Condition(named, excluded=True) if named else None

    stated: list[Constraint] = []
    for group, default in quality.items():
        stated.append(Constraint(place("quality"), when(group, quality), "default", default.default, default.sentence))
    for name, takes in duration.items():
        seconds = {name: [takes.min_seconds, takes.max_seconds]}
        stated.append(Constraint(place("quality"), None, "typicalSeconds", seconds, takes.sentence))
    for group, rule in size.items():
        condition, at = when(group, size), place("size")
        values = ["x".join(map(str, size)) for size in rule.recommended]
        stated += [
            Constraint(at, condition, "recommended", values, rule.recommended_sentence),
            Constraint(at, condition, "default", "x".join(map(str, rule.default)), rule.recommended_sentence),
            Constraint(at, condition, "minSide", rule.min_side, rule.custom_sentence),
            Constraint(at, condition, "maxSide", rule.max_side, rule.custom_sentence),
            Constraint(at, condition, "sideMultipleOf", rule.step, rule.custom_sentence),
            Constraint(at, condition, "maxPixels", rule.max_pixels, rule.custom_sentence),
        ]
    if user_id is not None:
        at = place("user_id")
        stated.append(Constraint(at, None, "minLength", user_id.min_length, user_id.sentence))
        stated.append(Constraint(at, None, "maxLength", user_id.max_length, user_id.sentence))
    if images is not None:
        at = next(prop.place for prop in answers if holds_pictures(prop, answers))
        stated.append(Constraint(at, None, "minItems", images.count, images.sentence))
        stated.append(Constraint(at, None, "maxItems", images.count, images.sentence))
    if link is not None:
        at = next(prop.place for prop in answers if is_picture_link(prop))
        stated.append(Constraint(at, None, "lifetime", link.days * 86_400, link.sentence))
    if severity is not None:
        at = next(prop.place for prop in answers if is_severity_level(prop))
        levels = sorted((severity.most_severe, severity.least_severe))
        stated.append(Constraint(at, None, "minimum", levels[0], severity.sentence))
        stated.append(Constraint(at, None, "maximum", levels[1], severity.sentence))
        stated.append(Constraint(at, None, "mostSevere", severity.most_severe, severity.sentence))
        stated.append(Constraint(at, None, "leastSevere", severity.least_severe, severity.sentence))
    read = {"size": size, "quality": quality, "duration": duration, "user_id": user_id, "images": images}
    settle(found, reviewed or {}, [name for name, rule in {**read, "link": link, "severity": severity}.items() if rule])
    return Rules(tuple(stated))


def _size(request: ImageRequest, found: list[Contradiction]) -> dict[str, SizeRule]:
    """Read the sizes of each group; a sentence on custom sizes belongs to the recommended sizes before it."""
    rules: dict[str, SizeRule] = {}
    properties = request.named("size")
    opened: tuple[SizeValues, str] | None = None
    of_all = False
    for statement, sentence in _stated("size", properties):
        match statement:
            case SizeValues():
                if opened:
                    raise RulesError(f"size: no limits for custom sizes follow {quote(opened[1])}")
                if of_all or (statement.groups is None and rules):
                    raise RulesError(f"size: a sentence on every model stands beside others: {quote(sentence)}")
                of_all = statement.groups is None
                opened = statement, sentence
            case SizeLimits():
                if not opened:
                    raise RulesError(f"size: no recommended sizes stand before {quote(sentence)}")
                for group in opened[0].groups or (OTHERS,):
                    if group in rules:
                        raise RulesError(f"size: a second rule for {group}: {quote(sentence)}")
                    rules[group] = _size_rule(*opened, statement, sentence)
                opened = None
    if opened:
        raise RulesError(f"size: no limits for custom sizes follow {quote(opened[1])}")
    if rules and OTHERS not in rules and (without := [model for model in request.models if model not in rules]):
        raise RulesError(f"size: no sentence gives the sizes of the model {quote(without[0])}")
    for group, rule in rules.items():
        found += _unlisted("size", group, request, rule.recommended_sentence)
        says = f"{rule.default[0]}x{rule.default[1]}"
        for prop in properties:
            found += _schema(f"size.{group}.default", says, prop, "default", rule.recommended_sentence)
    return rules


def _size_rule(values: SizeValues, recommended: str, limits: SizeLimits, custom: str) -> SizeRule:
    if len(defaults := set(values.defaults)) != 1:
        raise RulesError(f"size: {'two defaults' if defaults else 'no default'} in {quote(recommended)}")
    if len(set(values.values)) != len(values.values):
        raise RulesError(f"size: a size stands twice in {quote(recommended)}")
    if not 0 < limits.min_side <= limits.max_side <= _MAX_SIDE or not 0 < limits.step <= limits.max_side:
        raise RulesError(f"size: no picture has such sides: {quote(custom)}")
    sides = range(-(-limits.min_side // limits.step) * limits.step, limits.max_side + 1, limits.step)
    if not sides or sides[0] ** 2 > limits.max_pixels:
        raise RulesError(f"size: no size keeps all of {quote(custom)}")
    if len(sides) ** 2 > _MAX_SIZES:
        raise RulesError(f"size: over {_MAX_SIZES} sizes, too many to list, keep {quote(custom)}")
    if not all(0 < side <= _MAX_SIDE for size in values.values for side in size):
        raise RulesError(f"size: no picture has such sides: {quote(recommended)}")
    return SizeRule(
        recommended=values.values,
        default=values.defaults[0],
        min_side=limits.min_side,
        max_side=limits.max_side,
        step=limits.step,
        max_pixels=limits.max_pixels,
        recommended_sentence=recommended,
        custom_sentence=custom,
    )


def _within(group: str, rule: SizeRule) -> Iterator[Contradiction]:
    """Yield where the sentences of one group contradict each other."""

    def contradiction(name: str, says: object, against: str) -> Contradiction:
        sentence = rule.custom_sentence if name == "max_pixels" else rule.recommended_sentence
        return Contradiction(f"size.{group}.{name}", str(says), against, sentence, quote(rule.custom_sentence))

    if rule.default not in rule.recommended:
        yield contradiction("default", f"{rule.default[0]}x{rule.default[1]}", "recommended")
    for width, height in rule.recommended:
        broken = {
            f"min_side {rule.min_side}": min(width, height) < rule.min_side,
            f"max_side {rule.max_side}": max(width, height) > rule.max_side,
            f"step {rule.step}": bool(width % rule.step or height % rule.step),
            f"max_pixels {rule.max_pixels}": width * height > rule.max_pixels,
        }
        for limit in (limit for limit, is_broken in broken.items() if is_broken):
            yield contradiction("recommended", f"{width}x{height}", limit)
    if rule.max_pixels >= rule.max_side**2:
        yield contradiction("max_pixels", rule.max_pixels, f"max_side {rule.max_side}")


def _quality(request: ImageRequest, found: list[Contradiction]) -> dict[str, QualityRule]:
    rules: dict[str, QualityRule] = {}
    properties = request.named("quality")
    for statement, sentence in _stated("quality", properties):
        if isinstance(statement, QualitySupported) and set(statement.models) != set(request.models):
            raise RulesError(f"quality: not every model takes it, and no rule can say so yet: {quote(sentence)}")
        if isinstance(statement, QualityDefaults):
            for groups, default in statement.values:
                for group in groups or (OTHERS,):
                    if group in rules:
                        raise RulesError(f"quality: a second default for {group}: {quote(sentence)}")
                    rules[group] = QualityRule(default, sentence)
    for group, rule in rules.items():
        found += _unlisted("quality", group, request, rule.sentence)
        for prop in properties:
            found += _schema(f"quality.{group}.default", rule.default, prop, "default", rule.sentence)
            found += _schema(f"quality.{group}.default", rule.default, prop, "enum", rule.sentence)
    return rules


def _durations(requests: Sequence[ImageRequest], found: list[Contradiction]) -> dict[str, DurationRule]:
    rules: dict[str, DurationRule] = {}
    for prop in (prop for request in requests for prop in request.named("quality")):
        for statement, sentence in _stated("quality", [prop]):
            if isinstance(statement, QualityLevel):
                found += _schema(f"duration.{statement.name}", statement.name, prop, "enum", sentence)
                if statement.seconds:
                    rule = DurationRule(*_ascending(statement.seconds, "quality", sentence), sentence)
                    rules[statement.name] = _same(rules.get(statement.name, rule), rule)
    return rules


def _user_id(prop: Property, found: list[Contradiction]) -> UserIdRule | None:
    rules = []
    for statement, sentence in _stated("user_id", [prop]):
        if isinstance(statement, Length):
            least, greatest = _ascending((statement.least, statement.greatest), "user_id", sentence)
            rules.append(UserIdRule(least, greatest, sentence))
            found += _schema("user_id.min_length", least, prop, "minLength", sentence)
            found += _schema("user_id.max_length", greatest, prop, "maxLength", sentence)
    return _single(rules)


def _link(prop: Property) -> LinkRule | None:
    stated = _stated("link", [prop])
    return _single(LinkRule(statement.days, sentence) for statement, sentence in stated if isinstance(statement, Days))


def _images(prop: Property, found: list[Contradiction]) -> ImagesRule | None:
    rules = []
    for statement, sentence in _stated("images", [prop]):
        if isinstance(statement, Count) and statement.count is not None:
            rules.append(ImagesRule(statement.count, sentence))
            found += _schema("images.count", statement.count, prop, "minItems", sentence)
            found += _schema("images.count", statement.count, prop, "maxItems", sentence)
    return _single(rules)


def _severity(prop: Property, found: list[Contradiction]) -> SeverityRule | None:
    rules = []
    for statement, sentence in _stated("severity", [prop]):
        if isinstance(statement, Severity):
            ends = dict(statement.extremes)
            levels = _ascending(statement.range, "severity", sentence)
            if set(ends) != {"most", "least"} or tuple(sorted(ends.values())) != levels:
                raise RulesError(
                    f"severity: the most and the least severe are not the ends of the range: {quote(sentence)}"
                )
            rules.append(SeverityRule(ends["most"], ends["least"], sentence))
            found += _schema("severity", levels[0], prop, "minimum", sentence)
            found += _schema("severity", levels[1], prop, "maximum", sentence)
    return _single(rules)


def is_picture_link(prop: Property) -> bool:
    """Whether a property of an answer is the link of a picture."""
    return len(prop.path) > 2 and prop.path[-3] in _PICTURES and prop.path[-2:] == ("[]", "url")


def holds_pictures(prop: Property, answers: Sequence[Property]) -> bool:
    """Whether a property of an answer is the array of pictures."""
    return any(is_picture_link(other) and other.path[:-2] == prop.path for other in answers)


def is_severity_level(prop: Property) -> bool:
    """Whether a property of an answer is a severity level of the content filter."""
    return prop.path[-3:] == ("content_filter", "[]", "level")


def _stated(kind: Kind, properties: Sequence[Property]) -> Iterator[tuple[Statement, str]]:
    for prop in properties:
        for sentence in sentences(prop.description):
            if (statement := read(kind, sentence, prop.where)) is not None:
                yield statement, sentence


def _schema(rule: str, says: object, prop: Property, keyword: str, sentence: str) -> Iterator[Contradiction]:
    """Yield a contradiction where the schema's own keyword stands against what a sentence says."""
    value = prop.schema.get(keyword, says)
    agrees = says in value if isinstance(value, list) else value == says
    if not agrees:
        yield Contradiction(
            rule, str(says), f"schema {keyword} {_shown(value)}", sentence, f"the schema of {prop.where}"
        )


def _unlisted(kind: Kind, group: str, request: ImageRequest, sentence: str) -> Iterator[Contradiction]:
    if group != OTHERS and request.models and group not in request.models:
        listed = f"schema enum {_shown(list(request.models))}"
        yield Contradiction(f"{kind}.{group}", group, listed, sentence, f"the schema of model in the {request.where}")


def _shown(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return quote(text, 200)[1:-1]


def _agreed(kind: Kind, read: Sequence[tuple[ImageRequest, Mapping[str, _Rule]]]) -> Mapping[str, _Rule]:
    """Return the rules of the request that tells most groups apart, once the others say the same of each model."""
    stated = [(request, rules) for request, rules in read if rules]
    base = max((rules for _, rules in stated), key=len, default={})
    for request, rules in stated:
        for model in request.models:
            one, other = (groups.get(model, groups.get(OTHERS)) for groups in (base, rules))
            if one is None and other is not None:
                raise RulesError(f"{kind}: only the {request.where} gives a rule for the model {quote(model)}")
            if one is not None and other is not None:
                _same(one, other)
    return base


def _single(rules: Iterator[_Rule | None] | Sequence[_Rule]) -> _Rule | None:
    """Return the one rule that all who state it agree on."""
    agreed: _Rule | None = None
    for rule in rules:
        if rule is not None:
            agreed = rule if agreed is None else _same(agreed, rule)
    return agreed


def _same(one: _Rule, other: _Rule) -> _Rule:
    if one != other:
        raise RulesError(f"two sentences disagree: {_quoted(one)} and {_quoted(other)}")
    return one


def _quoted(rule: SizeRule | QualityRule | DurationRule | UserIdRule | LinkRule | ImagesRule | SeverityRule) -> str:
    if isinstance(rule, SizeRule):
        return f"{quote(rule.recommended_sentence)} {quote(rule.custom_sentence)}"
    return quote(rule.sentence)


def _ascending(numbers: tuple[int, int], kind: Kind, sentence: str) -> tuple[int, int]:
    if numbers[0] > numbers[1]:
        raise RulesError(f"{kind}: the range runs backwards in {quote(sentence)}")
    return numbers
