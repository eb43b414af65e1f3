"""A description that says only what a property is called or for is read; with one word more it is not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.prose import glosses
from scripts.prose.glosses import is_gloss, is_label
from scripts.prose.properties import Property


def prop(name: str, kind: str | None) -> Property:
    schema: dict[str, Any] = {} if kind is None else {"type": kind}
    return Property("/p", name, "request", "/", ((schema, "/p"),))


READ = [
    ("watermark_enabled", "boolean", "Whether to add a watermark to the generated image."),
    ("with_audio", "boolean", "Whether to generate audio"),
    ("stream", "boolean", "Whether to stream the response."),
    ("response_format", "string", "The format of the generated image."),
    ("field", "string", "Field of use."),
    ("n", "integer", "Number of images to generate."),
    ("images", "array", "List of generated images."),
    ("size", "string", "Image size."),
    ("prompt", "string", "The text description of the image to be generated."),
    ("coverImageUrl", "string", "Video cover image URL."),
    ("seed", "integer", "Seed of the request."),
    ("model", "string", "Model name used in this call."),
    ("x", None, "The title of the page."),
]
# What turns a name into a rule: a quantity, a limit, a condition, an exception, a model, a verb with a subject.
MORE = [
    *(
        "only",
        "must",
        "not",
        "one",
        "two",
        "first",
        "all",
        "any",
        "every",
        "each",
        "no",
        "without",
        "except",
        "unless",
        "if",
    ),
    *(
        "when",
        "required",
        "optional",
        "deprecated",
        "unsupported",
        "unique",
        "maximum",
        "up",
        "least",
        "exactly",
        "empty",
    ),
    *(
        "premium",
        "paid",
        "free",
        "is",
        "are",
        "has",
        "may",
        "should",
        "default",
        "seconds",
        "bytes",
        "`glm-image`",
        "4",
        "2^20",
    ),
    *(
        "1024x1024",
        "glm-image",
        "50%",
        "trial",
        "accounts",
        "always",
        "never",
        "before",
        "after",
        "with",
        "by",
        "and",
        "or",
    ),
]


@pytest.mark.parametrize(("name", "kind", "sentence"), READ)
def test_a_gloss_is_read(name: str, kind: str | None, sentence: str) -> None:
    assert is_gloss(sentence, prop(name, kind))


@pytest.mark.parametrize(("name", "kind", "sentence"), READ)
def test_no_gloss_has_room_for_a_word_that_makes_a_rule_of_it(name: str, kind: str | None, sentence: str) -> None:
    words = sentence.removesuffix(".").split()
    # A word of the property's own name says what the name says already.
    for word in set(MORE) - set(name.split("_")):
        for at in range(len(words) + 1):
            for mark in ("", ",", ":"):
                found = " ".join([*words[:at], word + mark, *words[at:]])
                assert not is_gloss(found, prop(name, kind)), found
                assert not is_gloss(found + ".", prop(name, kind)), found


@given(st.sampled_from(READ), st.integers(0, 12), st.text(min_size=1, max_size=12))
def test_each_word_of_a_gloss_is_of_the_closed_list_or_of_the_own_name(
    gloss: tuple[str, str | None, str], at: int, text: str
) -> None:
    name, kind, sentence = gloss
    words = sentence.removesuffix(".").split()
    found = " ".join([*words[:at], text, *words[at:]])
    if is_gloss(found, prop(name, kind)):
        structure = {"a", "an", "be", "for", "in", "its", "of", "the", "this", "to", "whether"}
        listed = {*glosses._NOUNS, *glosses._TYPED, *glosses._PARTICIPLES, *glosses._VERBS, *structure}
        own = name.lower().replace("_", "")
        for word in re.findall(r"[a-z]+", found.lower()):
            assert {word, word.removesuffix("s")} & listed or word.removesuffix("s") in own
        assert re.fullmatch(r"[A-Za-z _-]*\.?", found)


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("watermark", "string", "Whether to add a watermark to the image."),
        ("watermark", None, "Whether to add a watermark to the image."),
        ("n", "string", "Number of images."),
        ("n", None, "Number of images."),
        ("images", "object", "List of images."),
        ("prompt", "integer", "Text of the prompt."),
    ],
)
def test_what_a_gloss_says_of_the_type_is_held_against_the_schema(name: str, kind: str | None, sentence: str) -> None:
    assert not is_gloss(sentence, prop(name, kind))


def test_the_words_of_another_property_are_not_read() -> None:
    assert is_gloss("Watermark of the image.", prop("watermark", "string"))
    assert not is_gloss("Watermark of the image.", prop("stamp", "string"))


RESPONSE = "/paths/~1images/post/responses/{}/description"


@pytest.mark.parametrize(
    ("place", "label"),
    [
        (RESPONSE.format(429), "Too many requests"),
        (RESPONSE.format(401), "Unauthorized."),
        (RESPONSE.format(200), "OK"),
        ("/servers/1/description", "Europe"),
        ("/servers/2/description", "Staging server"),
        ("/servers/1/description", "United States region"),
    ],
)
def test_the_phrase_of_a_status_and_the_place_of_a_further_server_are_read(place: str, label: str) -> None:
    assert is_label(label, place)
    for word in MORE:
        assert not is_label(f"{label.removesuffix('.')} {word}", place)
        assert not is_label(f"{word} {label}", place)


@pytest.mark.parametrize(
    ("place", "label"),
    [
        (RESPONSE.format(400), "Too many requests"),
        (RESPONSE.format("default"), "Too many requests"),
        (RESPONSE.format(599), "Network connect timeout"),
        ("/servers/0/description", "Europe"),
        ("/servers/1/description", "Deprecated"),
        ("/info/description", "Europe"),
    ],
)
def test_no_other_label_is_read(place: str, label: str) -> None:
    assert not is_label(label, place)
