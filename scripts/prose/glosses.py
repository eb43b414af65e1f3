"""Reads glosses: descriptions that say what something is called or for, in words with which no rule can be stated.

A gloss is a noun phrase, or "Whether to" do something. Each of its words is one of those below, or a word of the
property's own name. Among them is no number, quantity, negation, condition, exception or model, and no verb that says
something of a subject: so no sentence of these words demands or forbids.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Final

from scripts.prose.properties import Property

_NOUNS: Final = (
    *("answer", "audio", "call", "chat", "code", "content", "cover", "description", "error", "file", "icon", "image"),
    *(
        "index",
        "input",
        "message",
        "model",
        "name",
        "output",
        "page",
        "picture",
        "prompt",
        "reason",
        "request",
        "response",
    ),
    *(
        "result",
        "search",
        "service",
        "status",
        "style",
        "summary",
        "task",
        "title",
        "usage",
        "use",
        "user",
        "video",
        "website",
    ),
)
_TYPED: Final = {"number": ("integer", "number"), "array": ("array",), "list": ("array",), "text": ("string",)}
"""Nouns that say what values are: they go with a property of such a type alone."""
_PARTICIPLES: Final = ("edited", "generated", "requested", "returned", "searched", "used")
_VERBS: Final = (
    "add",
    "apply",
    "call",
    "edit",
    "enable",
    "generate",
    "include",
    "return",
    "search",
    "show",
    "stream",
    "use",
)
_STRUCTURE: Final = {"the": "t", **dict.fromkeys(("a", "an", "this", "its"), "a")} | {
    **dict.fromkeys(("of", "for", "in"), "p"),
    "to": "o",
    "be": "b",
    "whether": "w",
}
"""By word: its letter in the grammar. All other words have a letter for the kinds that they are of."""
_KINDS_OF_WORDS: Final = ((*_NOUNS, *_TYPED), _PARTICIPLES, _VERBS)
_OWN_NAME: Final = len(_KINDS_OF_WORDS)
_FIRST_LETTER: Final = 0x100


def _grammar() -> re.Pattern[str]:
    """Return what glosses look like, a letter a word."""

    def of_kind(kind: int) -> str:
        return "".join(chr(_FIRST_LETTER + kinds) for kinds in range(1, 2 << _OWN_NAME) if kinds >> kind & 1)

    noun, participle, verb, own = (f"[{of_kind(kind)}]" for kind in range(_OWN_NAME + 1))
    # Words of its own name stand last: what they say is said by the name as well.
    phrase = f"{participle}?{noun}{{0,2}}(?:{noun}|{own}{{1,4}})"
    inner = f"[ta]?{phrase}"
    behind = f"(?:p{inner}|ob{participle}|o{verb}|{participle}p{inner})"
    return re.compile(f"(?:(?P<whether>wo){verb}{inner}(?:o{inner})?|t?(?P<head>{phrase})){behind}{{0,2}}")


_GRAMMAR: Final = _grammar()

# What a further server is called: where it stands and what it is for. The client sends nothing there.
_REGIONS: Final = (
    *(
        "africa",
        "america",
        "americas",
        "asia",
        "asia pacific",
        "australia",
        "brazil",
        "canada",
        "china",
        "europe",
        "france",
    ),
    *(
        "germany",
        "global",
        "india",
        "international",
        "japan",
        "korea",
        "mainland china",
        "middle east",
        "north america",
    ),
    *("singapore", "south america", "united kingdom", "united states", "uk", "us", "usa", "eu"),
)
_KINDS: Final = ("backup", "development", "production", "sandbox", "staging", "test")
_SERVER: Final = re.compile(
    rf"(?:{'|'.join(_REGIONS)})(?: (?:{'|'.join(_KINDS)}))?(?: (?:server|region|endpoint))?"
    rf"|(?:{'|'.join(_KINDS)}) (?:server|environment|endpoint)",
    re.IGNORECASE,
)
_FURTHER_SERVER: Final = re.compile(r"/servers/[1-9]\d*/description")
_STATUS: Final = re.compile(r"/paths/[^/]+/[a-z]+/responses/([1-5]\d\d)/description")


def is_gloss(sentence: str, prop: Property) -> bool:
    """Whether a sentence only says what a property is called or for.

    Args:
        sentence: With single spaces.
        prop: The property that it describes.
    """
    if not re.fullmatch(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*\.?", sentence):
        return False
    words = re.findall(r"[a-z]+", sentence.lower())
    own = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", prop.name) if len(prop.name) > 1}
    match = _GRAMMAR.fullmatch("".join(_letter(word, own) for word in words))
    if match is None:
        return False
    if match["whether"]:
        return bool(prop.first("type") == "boolean")
    head = words[match.end("head") - 1].removesuffix("s")
    return head not in _TYPED or prop.first("type") in _TYPED[head]


def _letter(word: str, own: Collection[str]) -> str:
    if word in _STRUCTURE:
        return _STRUCTURE[word]
    either = {word, word.removesuffix("s")}
    kinds = sum(1 << kind for kind, words in enumerate((*_KINDS_OF_WORDS, own)) if either & {*words})
    return chr(_FIRST_LETTER + kinds)


def is_label(sentence: str, place: str) -> bool:
    """Whether a sentence at a place of the document only repeats a status, or names a server that is not called."""
    words = sentence.removesuffix(".")
    if _FURTHER_SERVER.fullmatch(place):
        return _SERVER.fullmatch(words) is not None
    status = _STATUS.fullmatch(place)
    return status is not None and words.lower() in map(str.lower, _phrases(int(status[1])))


def _phrases(status: int) -> Iterator[str]:
    try:
        yield HTTPStatus(status).phrase
    except ValueError:
        return
