"""Reads glosses: descriptions that say what something is called or for, in words with which no rule can be stated.

A gloss is a noun phrase, or "Whether to" do something. Each of its words is one of those below, or a word of the
property's own name. Among them is no number, quantity, negation, condition, exception or model, and no verb that says
something of a subject: so no sentence of these words demands or forbids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
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
_PARTICIPLE, _VERB = "|".join(_PARTICIPLES), "|".join(_VERBS)

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
    match = _pattern(prop.name).fullmatch(sentence)
    if match is None:
        return False
    if match["whether"]:
        return bool(prop.first("type") == "boolean")
    head = match["head"].lower().rpartition(" ")[2].removesuffix("s")
    return head not in _TYPED or prop.first("type") in _TYPED[head]


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


@lru_cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return what the glosses of a property of that name look like."""
    noun = rf"(?:{'|'.join((*_NOUNS, *_TYPED))})s?"
    # Words of its own name stand last: what they say is said by the name as well.
    last = rf"(?:{'|'.join([noun, *_own(name)])})"
    phrase = rf"(?:(?:{_PARTICIPLE}) )?(?:{noun} ){{0,2}}{last}"
    inner = rf"(?:(?:the|an?|this|its) )?{phrase}"
    behind = rf"(?: (?:of|for|in) {inner}| to be (?:{_PARTICIPLE})| to (?:{_VERB})| (?:{_PARTICIPLE}) in {inner})"
    subject = rf"(?:(?P<whether>whether to) (?:{_VERB}) {inner}(?: to {inner})?|(?:the )?(?P<head>{phrase}))"
    return re.compile(rf"{subject}{behind}{{0,2}}\.?", re.IGNORECASE | re.ASCII)


def _own(name: str) -> list[str]:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    runs = [words[first:last] for first in range(len(words)) for last in range(first + 1, len(words) + 1)]
    return ["[ _-]?".join(run) + "s?" for run in runs if len("".join(run)) > 1]
