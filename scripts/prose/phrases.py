"""The sentences that state a rule, as a table of phrases; a phrase has to fit a sentence from end to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen

from scripts.prose.glosses import is_gloss
from scripts.prose.properties import Property
from scripts.rules.constraint import Condition

REST: Final = Condition((), excluded=True)
"""Every model that the sentences beside it do not name."""
SAME: Final = Condition(())
"""The models of the sentence before."""


@frozen
class Clause:
    """What a sentence states of the property it describes."""

    keyword: str
    value: Any
    when: Condition | None = None


@frozen
class Statement:
    """A sentence that was read."""

    clauses: tuple[Clause, ...]
    free: tuple[str, ...] = ()
    """Its parts in free wording, which a person must have reviewed."""


def read(sentence: str, prop: Property) -> Statement | None:
    """Read a sentence of the description of a property.

    Args:
        sentence: With single spaces.
        prop: The property.

    Returns:
        What it states; None where no phrase for such a property fits it.
    """
    text = re.sub(r"[.]$", "", re.sub(r"^[-*+] ", "", sentence))
    for phrase in _phrases():
        if (match := phrase.pattern.fullmatch(text)) is not None and phrase.suits(prop, match):
            clauses = tuple(phrase.clauses(phrase.values(match)))
            free = " ".join((match.groupdict().get("free") or "").split())
            return Statement(clauses, (free,) if free and not is_gloss(free, prop) else ())
    return Statement(()) if is_gloss(text, prop) else None


# --- slots: what varies in a phrase

_ANYTHING: Final = ("it", "parameter", "field", "property", "value", "text", "array", "list")
"""What any property may be called in its own description."""
_WORDS: Final = (*("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),)
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}

_CODE = r"`[^`\s]+`"
_NUMBER = rf"(?:\d{{1,2}}\^\d{{1,2}}|\d{{1,15}}(?:\.\d{{1,9}})?|(?:{'|'.join(_WORDS)})\b)"
_AND = r"(?: ?, and |, ?| and | or | ?/ ?)"
_TO = r"(?: ?[-\u2013~] ?| to | and )"
_OTHERS = r"(?:all )?(?:the )?others? models?"
_MODELS = rf"(?:{_CODE}(?:{_AND}{_CODE})*|{_OTHERS})"
_PX = r" ?(?:px|pixels?)?"
_SIZE = r"`?\d{1,9}x\d{1,9}`?"
_CHOICE = rf"{_SIZE}(?: ?\(default\))?"
_DEFAULT = rf"{_MODELS} (?:default is|defaults to|is default|is) {_CODE}"
_EXTREME = r"`?(?:level )?\d{1,9}`? is (?:the )?(?:most|least) severe"


def _number(text: str) -> int | float:
    text = text.strip("` ").lower()
    if text in _WORDS:
        return _WORDS.index(text) + 1
    if "^" in text:
        base, exponent = text.split("^")
        return int(int(base) ** int(exponent))
    return float(text) if "." in text else int(text)


def _numbers(text: str) -> list[int | float]:
    return [_number(found) for found in re.findall(_NUMBER, text, re.IGNORECASE)]


def _codes(text: str) -> list[str]:
    return [found.strip("`") for found in re.findall(_CODE, text)]


def _models(text: str) -> Condition:
    return Condition(tuple(_codes(text))) if "`" in text else REST


def _defaults(text: str) -> list[tuple[Condition, str]]:
    return [
        (_models(found[: found.rindex(" ")]), _codes(found)[-1]) for found in re.findall(_DEFAULT, text, re.IGNORECASE)
    ]


def _choices(text: str) -> tuple[list[str], list[str]]:
    found = [choice.replace("`", "") for choice in re.findall(_CHOICE, text, re.IGNORECASE)]
    sizes = [choice.partition("(")[0].strip() for choice in found]
    return sizes, [size for size, choice in zip(sizes, found, strict=True) if "(" in choice]


def _extremes(text: str) -> dict[str, int]:
    found = re.findall(r"(\d+)`? is (?:the )?(most|least)", text, re.IGNORECASE)
    return {end.lower(): int(level) for level, end in found}


_SLOTS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "n": (rf"`?{_NUMBER}`?", _number),
    "range": (rf"(?:`{_NUMBER}{_TO}{_NUMBER}`|`?{_NUMBER}`?{_TO}`?{_NUMBER}`?)", _numbers),
    "pixels": (rf"`?{_NUMBER}{_PX}`?", lambda text: _numbers(text)[0]),
    "least": (rf"`?{_NUMBER}{_PX}`?", lambda text: _numbers(text)[0]),
    "step": (rf"`?{_NUMBER}{_PX}`?", lambda text: _numbers(text)[0]),
    "sides": (rf"(?:`{_NUMBER}{_PX}{_TO}{_NUMBER}{_PX}`|`?{_NUMBER}{_PX}`?{_TO}`?{_NUMBER}{_PX}`?)", _numbers),
    "levels": (rf"`?(?:level )?\d{{1,9}}{_TO}\d{{1,9}}`?", _numbers),
    "extremes": (rf"{_EXTREME}(?:{_AND}{_EXTREME})*", _extremes),
    "value": (_CODE, lambda text: text.strip("`")),
    "values": (rf"{_CODE}(?:{_AND}{_CODE})*", _codes),
    "size": (_SIZE, lambda text: text.strip("`")),
    "choices": (rf"{_CHOICE}(?:, ?{_CHOICE})*", _choices),
    "models": (_MODELS, _models),
    "named": (rf"{_CODE}(?:{_AND}{_CODE})*", _models),
    "defaults": (rf"{_DEFAULT}(?:{_AND}{_DEFAULT})*", _defaults),
    "time": (rf"(?:{'|'.join(_SECONDS)})s?", lambda text: _SECONDS[text.lower().removesuffix("s")]),
    "free": (r"\S.*?", str),
    # What the property is called is looked at apart.
    "it": (r"(?:(?:the |this |its )?`?[a-z][\w -]{0,40}?`? )??", str),
}


# --- phrases

Values: TypeAlias = Mapping[str, Any]
Making: TypeAlias = Callable[[Values], list[Clause]]


@frozen
class _Phrase:
    pattern: re.Pattern[str]
    types: tuple[str, ...]
    clauses: Making

    def suits(self, prop: Property, match: re.Match[str]) -> bool:
        return prop.is_type(*self.types) and _is_called(match.groupdict().get("it") or "", prop)

    def values(self, match: re.Match[str]) -> Values:
        return {slot: _SLOTS[slot][1](text) for slot, text in match.groupdict().items() if text is not None}


def _is_called(subject: str, prop: Property) -> bool:
    """Whether a sentence with this subject is about the property itself."""
    words = subject.strip(" `").lower()
    name = prop.name.lower().replace("_", " ")
    plain = re.sub(r"^(?:the|this|its) ", "", words).strip("` ").replace("_", " ").replace("-", " ")
    own = {
        name,
        f"{name}s",
        name.rpartition(" ")[2],
        "parameter",
        "field",
        "value",
        "property",
        "array",
        "list",
        "text",
        "it",
    }
    return not words or plain in own


def _between(low: str, high: str) -> Making:
    return lambda values: [Clause(low, values["range"][0]), Clause(high, values["range"][1])]


def _one(keyword: str, slot: str = "n") -> Making:
    return lambda values: [Clause(keyword, values[slot])]


def _sizes(values: Values) -> list[Clause]:
    when = values.get("models")
    sizes, marked = values["choices"]
    defaults = [*([values["size"]] if "size" in values else []), *marked]
    return [Clause("recommended", sizes, when), *(Clause("default", size, when) for size in defaults)]


def _limits(values: Values) -> list[Clause]:
    least, most = values["sides"] if "sides" in values else (values["least"], values["n"])
    stated = {"minSide": least, "maxSide": most, "sideMultipleOf": values["step"], "maxPixels": values["pixels"]}
    return [Clause(keyword, value, SAME) for keyword, value in stated.items()]


def _level_takes(values: Values) -> list[Clause]:
    seconds = values["range"] if "range" in values else [values["n"]] * 2
    return [Clause("typicalSeconds", {values["value"]: seconds})]


def _severity(values: Values) -> list[Clause]:
    least, most = values["levels"]
    stated = {"minimum": least, "maximum": most}
    stated |= {f"{end}Severe": level for end, level in values["extremes"].items()}
    return [Clause(keyword, value) for keyword, value in stated.items()]


def _unsupported(values: Values) -> list[Clause]:
    return [Clause("supported", False, evolve(values["named"], excluded=True))]


_MUST = "(?:must|should|can|may)"
_MOST = "(?:at most|up to|no more than|not more than|a maximum of|(?:must |can)not exceed|(?:is |are )?limited to)"
_LEAST = "(?:at least|no less than|not less than|no fewer than|a minimum of)"
_IS = "(?::| is:?| of)"
_BE = f"(?:{_MUST} be |{_MUST} have |has |is )?"
_CHARACTERS = "characters(?: long| in length)?"
_ITEMS = "(?:items?|elements?|entries|images?)"

_STRING, _NUMERIC, _ARRAY = ("string",), ("integer", "number"), ("array",)
_ANY = (*_STRING, *_NUMERIC, *_ARRAY, "boolean", "object")

# Each with the JSON types of the properties that it can be about, and what it states.
_TABLE: Final[Sequence[tuple[tuple[str, ...], str, Making]]] = (
    # Sizes
    (_STRING, "(?:<models> )?recommended (?:enum )?(?:values|sizes): ?<choices>", _sizes),
    (
        _STRING,
        "(?:image size, )?(?:default is <size>, )?recommended (?:enum )?(?:values|sizes): ?<choices>",
        _sizes,
    ),
    (
        _STRING,
        f"custom (?:parameter|size): ?(?:both )?width and height {_MUST} be "
        f"(?:between <sides>|{_LEAST} <least> and {_MOST} <n>(?:px)?),? "
        f"and (?:{_MUST} (?:be )?|be )?(?:divisible by|(?:a )?multiples? of) <step>,? "
        f"and the maximum pixel count {_MUST} not exceed <pixels>",
        _limits,
    ),
    # Values
    (_ANY, "(?:the )?default(?: value)?(?::| is) <value>", _one("default", "value")),
    (_ANY, "<it>defaults to <value>", _one("default", "value")),
    (
        _ANY,
        "<defaults>",
        lambda values: [Clause("default", value, when) for when, value in values["defaults"]],
    ),
    (
        _ANY,
        "(?:the )?(?:possible|allowed|supported|available|valid) (?:values|options)(?::| are:?) <values>",
        _one("enum", "values"),
    ),
    (_ANY, f"<it>(?:{_MUST} be )?one of:? <values>", _one("enum", "values")),
    (_STRING, "<value>: <free> takes about (?:<range>|<n>) seconds", _level_takes),
    # Models
    (_ANY, "<it>(?:is )?only (?:supported |available )?(?:for|by|on|with) <named>", _unsupported),
    (_ANY, "only <named> supports? this (?:parameter|field|property)", _unsupported),
    (
        _ANY,
        "<it>(?:is )?not (?:supported|available) (?:for|by|on|with) <models>",
        lambda values: [Clause("supported", False, values["models"])],
    ),
    # Lengths
    (
        _STRING,
        f"<it>length(?:{_IS}| {_MUST} be)?(?: between| from)? <range> {_CHARACTERS}",
        _between("minLength", "maxLength"),
    ),
    (_STRING, f"<it>{_BE}(?:between |from )?<range> {_CHARACTERS}", _between("minLength", "maxLength")),
    (_STRING, f"<it>(?:the )?max(?:imum|\\.)? length(?:{_IS})? <n> {_CHARACTERS}", _one("maxLength")),
    (_STRING, f"<it>(?:the )?min(?:imum|\\.)? length(?:{_IS})? <n> {_CHARACTERS}", _one("minLength")),
    (_STRING, f"<it>{_BE}{_MOST} <n> {_CHARACTERS}", _one("maxLength")),
    (_STRING, f"<it>{_BE}{_LEAST} <n> {_CHARACTERS}", _one("minLength")),
    # Counts
    (
        _ARRAY,
        f"(?:currently, )?<it>(?:only contains|contains only|contains exactly) <n> {_ITEMS}",
        lambda values: [Clause("minItems", values["n"]), Clause("maxItems", values["n"])],
    ),
    (_ARRAY, f"(?:currently, )?<it>(?:(?:only )?contains |{_BE})?{_MOST} <n> {_ITEMS}", _one("maxItems")),
    (_ARRAY, f"(?:currently, )?<it>(?:contains |{_BE})?{_LEAST} <n> {_ITEMS}", _one("minItems")),
    # Numbers
    (_NUMERIC, "<it>(?:value )?range(?::| is)? ?<range>", _between("minimum", "maximum")),
    (_NUMERIC, f"<it>{_BE}(?:between |from |in the range (?:of )?)?<range>", _between("minimum", "maximum")),
    (_NUMERIC, f"<it>(?:the )?max(?:imum)?(?: value)?(?:{_IS})? <n>", _one("maximum")),
    (_NUMERIC, f"<it>(?:the )?min(?:imum)?(?: value)?(?:{_IS})? <n>", _one("minimum")),
    (_NUMERIC, f"<it>{_BE}{_MOST} <n>", _one("maximum")),
    (_NUMERIC, f"<it>{_BE}{_LEAST} <n>", _one("minimum")),
    (_NUMERIC, f"<it>{_BE}(?:a multiple of|divisible by) <n>", _one("multipleOf")),
    (_NUMERIC, f"<free>, {_MOST} <n>", _one("maximum")),
    (_NUMERIC, f"<free>, {_LEAST} <n>", _one("minimum")),
    (_NUMERIC, "severity level <levels>, ?<extremes>", _severity),
    # Forms
    (_STRING, "<free>,? encoded (?:as|in) base64", lambda values: [Clause("format", "byte")]),
    (_STRING, "base64[- ]encoded <free>", lambda values: [Clause("format", "byte")]),
    # Times
    (
        _STRING,
        "(?:the )?(?:temporary )?(?:link|url) (?:expires after|is valid for) <n> <time>(?:, <free>)?",
        lambda values: [Clause("lifetime", values["n"] * values["time"])],
    ),
)


@cache
def _phrases() -> tuple[_Phrase, ...]:
    return tuple(_Phrase(_pattern(text), types, clauses) for types, text, clauses in _TABLE)


def _pattern(text: str) -> re.Pattern[str]:
    slotted = re.sub(r"<([a-z]+)>", lambda found: f"(?P<{found[1]}>{_SLOTS[found[1]][0]})", text)
    return re.compile(slotted, re.IGNORECASE | re.ASCII)


def quoted(sentence: str) -> Iterator[str]:
    """Yield each name that a sentence quotes as code: of ``role = user`` what stands last."""
    for code in re.findall(r"`([^`]+)`", sentence):
        yield code.rpartition("=")[2].strip()
