"""Wrong servers by field: values that are let through or refused, for each field, each way and each model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import evolve

from tests.conformance.altered import Before, Call
from tests.conformance.wrong.server import GLM, MODELS, WrongServer, right, with_body, wrong
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.sizes import limits_for

LEAST, MOST = (catalogue()["USER-ID-LENGTH"].numbers[name] for name in ("minLength", "maxLength"))
QUALITIES = catalogue()["QUALITY-VALUES"].values
NAMES = ("model", "prompt", "quality", "size", "user_id")


def where(condition: Callable[[Mapping[str, Any]], bool], **changes: object) -> Before:
    """Change requests whose fields meet a condition; None takes a field out."""
    return lambda call: call.with_fields(**changes) if call.fields and condition(call.fields) else call


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """A field where it is text; else nothing."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _user_ids() -> Iterator[WrongServer]:
    def of(condition: Callable[[str], bool]) -> Callable[[Mapping[str, Any]], bool]:
        return lambda fields: bool(text_of(fields, "user_id")) and condition(fields["user_id"])

    def utf16(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    accepted: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "shorter ones": of(lambda text: len(text) == LEAST - 1),
        "longer ones": of(lambda text: len(text) == MOST + 1),
        "ones long enough in bytes": of(lambda text: len(text) < LEAST <= len(text.encode())),
        "ones long enough in units of UTF-16": of(lambda text: len(text) < LEAST <= utf16(text)),
        "shorter or longer ones in full requests": lambda fields: (
            set(NAMES) <= fields.keys()
            and isinstance(fields["user_id"], str)
            and not LEAST <= len(fields["user_id"]) <= MOST
        ),
        "any": of(lambda text: True),
    }
    refused: dict[str, Callable[[str], bool]] = {
        "the shortest": lambda text: len(text) == LEAST,
        "the longest": lambda text: len(text) == MOST,
        "ones too long in bytes": lambda text: len(text) <= MOST < len(text.encode()),
        "ones too long in units of UTF-16": lambda text: len(text) <= MOST < utf16(text),
        "UUIDs": lambda text: re.fullmatch(r"[0-9a-f-]{36}", text) is not None,
        "mail addresses": lambda text: "@" in text,
        "digits alone": str.isdecimal,
        "ones with a colon": lambda text: ":" in text,
        "all but letters and digits": lambda text: not text.isalnum(),
        "all but ASCII": lambda text: not text.isascii(),
    }
    for model in MODELS:
        for name, condition in accepted.items():
            yield wrong(
                f"user_id: accepts {name}", "USER-ID-LENGTH", before=where(condition, user_id=None), model=model
            )
        for name, is_refused in refused.items():
            yield wrong(
                f"user_id: refuses {name}", "USER-ID-LENGTH", before=where(of(is_refused), user_id="u"), model=model
            )


def _qualities() -> Iterator[WrongServer]:
    accepted: dict[str, Callable[[str], bool]] = {
        **{f"{name}": lambda text, it=name: text == it for name in ("high", "medium", "low", "auto")},  # type: ignore[misc]
        "ones in other letters": lambda text: text.lower() in QUALITIES,
        "ones with an ending": lambda text: text.startswith(QUALITIES),
        "any": lambda text: True,
    }
    for model in MODELS:
        for name, condition in accepted.items():
            before = where(
                lambda fields, it=condition: (
                    text_of(fields, "quality") not in ("", *QUALITIES) and it(fields["quality"])
                ),  # type: ignore[misc]
                quality=None,
            )
            # Those that are not bound to a model take turns.
            if name == "any":
                yield wrong(f"quality: accepts {name}", "QUALITY-VALUES", before=before, model=model)
            elif model == GLM:
                yield wrong(f"quality: accepts {name}", "QUALITY-VALUES", before=before)
        for quality in QUALITIES:
            before = where(lambda fields, it=quality: fields.get("quality") == it, quality="none")  # type: ignore[misc]
            yield wrong(f"quality: refuses {quality}", "QUALITY-VALUES", before=before, model=model)


def _models() -> Iterator[WrongServer]:
    names = ("cogview-4", "dall-e-3", "gpt-image-1", "stable-diffusion-xl")
    accepted: dict[str, Callable[[str], bool]] = {
        **{name: lambda text, it=name: text == it for name in names},  # type: ignore[misc]
        **{f"{model} in other letters": lambda text, it=model: text.lower() == it for model in MODELS},  # type: ignore[misc]
        **{f"{model} with an ending": lambda text, it=model: text.startswith(it) for model in MODELS},  # type: ignore[misc]
        "any": lambda text: True,
    }
    for name, condition in accepted.items():
        before = where(
            lambda fields, it=condition: text_of(fields, "model") not in ("", *MODELS) and it(fields["model"]),  # type: ignore[misc]
            model=GLM,
        )
        yield wrong(f"model: accepts {name}", "MODEL-KNOWN", before=before)
    for name, lacks in {
        "none": lambda fields: "model" not in fields and "Model" not in fields,
        "null": lambda fields: "model" in fields and fields["model"] is None,
        "Model for model": lambda fields: "Model" in fields,
    }.items():
        before = where(lambda fields, it=lacks: "prompt" in fields and it(fields), model=GLM)  # type: ignore[misc]
        yield wrong(f"model: accepts {name}", "FIELD-TYPE" if name == "null" else "MODEL-REQUIRED", before=before)


_SIGNS = "'%&<🐈\"\\{#$;@/-("


def _prompts() -> Iterator[WrongServer]:
    for model in MODELS:
        for name, lacks in {
            "none": lambda fields: "prompt" not in fields and "Prompt" not in fields,
            "null": lambda fields: "prompt" in fields and fields["prompt"] is None,
        }.items():
            before = where(lambda fields, it=lacks: "model" in fields and it(fields), prompt="made up")  # type: ignore[misc]
            found = "FIELD-TYPE" if name == "null" else "PROMPT-REQUIRED"
            yield wrong(f"prompt: accepts {name}", found, before=before, model=model)
        for sign in [*"'%&<🐈\"\\{$", "\n", "猫", "котёнок", "&amp;", "<b>"]:
            sign = "小猫" if sign == "猫" else sign
            before = where(lambda fields, it=sign: it in text_of(fields, "prompt"), prompt=None)  # type: ignore[misc]
            yield wrong(f"prompt: refuses {sign!r}", "PROMPT-TEXT", before=before, model=model)
    for sign in _SIGNS:
        before = where(lambda fields, it=sign: text_of(fields, "prompt").startswith(it), prompt=None)  # type: ignore[misc]
        yield wrong(f"prompt: refuses {sign!r} first", "PROMPT-TEXT", before=before)
    before = where(lambda fields: "Prompt" in fields, prompt="made up")
    yield wrong("prompt: accepts Prompt", "PROMPT-REQUIRED", before=before)
    yield wrong(
        "prompt: refuses all but ASCII",
        "PROMPT-TEXT",
        before=where(lambda f: not text_of(f, "prompt").isascii(), prompt=None),
    )


def _types() -> Iterator[WrongServer]:
    for name in NAMES:
        for kind, words in ((list, "an array"), (dict, "an object")):

            def before(call: Call, name: str = name, kind: type = kind) -> Call:
                fields = call.fields
                if not isinstance(fields.get(name), kind):
                    return call
                usual = {"model": GLM, "prompt": "made up"}.get(name)
                return call.with_fields(**{name: usual})

            yield wrong(f"{name}: accepts {words}", "FIELD-TYPE", before=before)
    for model in MODELS:
        sides = str(limits_for(model).default)
        size = where(lambda fields: isinstance(fields.get("size"), list | dict), size=sides)
        yield wrong("size: accepts [1280,1280] and objects", "FIELD-TYPE", before=size, model=model)


def _sizes_in_words() -> Iterator[WrongServer]:
    forms = {
        "auto": r"auto",
        "1k": r"1k",
        "words": r"[a-z]+|1k",
        "one side": r"\d+",
        "one side and a sign": r"\d+x",
        "a sign and one side": r"x\d+",
        "three sides": r"\d+x\d+x\d+",
        "more behind it": r"\d+x\d+[a-z]+",
        "more before it": r"[a-z]+\d+x\d+",
        "pixels behind it": r"\d+x\d+px",
        "a ratio": r"\d+:\d+",
        "a word for a shape": r"square|landscape|portrait",
        "signs before the sides": r"-\d+x-\d+",
    }
    for name, form in forms.items():
        before = where(lambda fields, it=form: re.fullmatch(it, text_of(fields, "size")) is not None, size=None)  # type: ignore[misc]
        if name in ("auto", "1k", "words"):
            for model in MODELS:
                yield wrong(f"size: accepts {name}", "SIZE-FORM", before=before, model=model)
        else:
            yield wrong(f"size: accepts {name}", "SIZE-FORM", before=before)


def mended(mend: Callable[[bytes], object]) -> Before:
    """Read bodies that are no JSON in a way of one's own."""

    def before(call: Call) -> Call:
        try:
            json.loads(call.body.decode("utf-8"), parse_constant=lambda it: json.loads("-"))
        except ValueError:
            try:
                fields = mend(call.body)
            except (ValueError, SyntaxError):
                return call
            return with_body(call, **right(str(fields.get("model")))) if isinstance(fields, dict) else call
        return call

    return before


def _bodies() -> Iterator[WrongServer]:
    def loose(text: str) -> object:
        return json.loads(text, strict=False)

    mends: dict[str, Callable[[bytes], object]] = {
        "NaN": lambda body: json.loads(body.decode()),
        "a trailing comma": lambda body: json.loads(re.sub(r",\s*}", "}", body.decode())),
        "invalid UTF-8": lambda body: json.loads(body.decode("utf-8", "replace")),
        "Latin-1": lambda body: json.loads(body.decode("latin-1")),
        "single quotes": lambda body: json.loads(body.decode().replace("'", '"')),
        "comments": lambda body: json.loads(re.sub(r"/\*.*?\*/", "", body.decode())),
        "control characters in strings": lambda body: loose(body.decode()),
        "a beginning": lambda body: json.loads(re.sub(r'[^"]*$', "", body.decode()) + "}"),
        "more behind it": lambda body: json.JSONDecoder().raw_decode(body.decode())[0],
        "a form": lambda body: dict(pair.split("=", 1) for pair in body.decode().split("&")) if b"=" in body else None,
    }
    for name, mend in mends.items():
        yield wrong(f"body: accepts {name}", "BODY-JSON", before=mended(mend))
    yield wrong(
        "body: accepts none",
        "BODY-JSON",
        before=lambda call: call if call.body or call.method != "POST" else with_body(call, **right(GLM)),
    )
    refuses: dict[str, Callable[[bytes], bool]] = {
        "escapes": lambda body: b"\\u" in body,
        "surrogate pairs": lambda body: b"\\ud83d" in body,
        "several lines": lambda body: b"\n" in body.strip(),
        "spaces around": lambda body: body != body.strip(),
        "no spaces": lambda body: b'": ' not in body,
        "another order of fields": lambda body: (
            not body.strip().replace(b"\n", b"").replace(b" ", b"").startswith(b'{"model"')
        ),
    }
    for model in MODELS:
        for name, is_refused in refuses.items():

            def before(call: Call, is_refused: Callable[[bytes], bool] = is_refused) -> Call:
                is_right = {"model", "prompt"} <= call.fields.keys()
                return evolve(call, body=b"{") if is_right and is_refused(call.body) else call

            found = "BODY-JSON PROMPT-TEXT" if name in ("escapes", "surrogate pairs") else "BODY-JSON"
            yield wrong(f"body: refuses {name}", found, before=before, model=model)
        charset: Before = lambda call: (  # noqa: E731
            evolve(call, body=b"{") if "charset" in call.headers.get("content-type", "") else call
        )
        yield wrong("body: refuses a charset", "BODY-JSON", before=charset, model=model)
    kinds: dict[str, type] = {"an array": list, "a string": str, "null": type(None), "a number": int}
    for name, kind in kinds.items():

        def no_object(call: Call, kind: type = kind) -> Call:
            try:
                document = json.loads(call.body)
            except ValueError:
                return call
            return with_body(call, **right(GLM)) if type(document) is kind else call

        yield wrong(f"body: accepts {name}", "BODY-OBJECT", before=no_object)
    for method in ("GET", "PUT"):

        def any_method(call: Call, it: str = method) -> Call:
            if call.method != it or "/paas" not in call.path:
                return call
            headers = {**call.headers, "content-type": "application/json"}
            return with_body(evolve(call, method="POST", headers=headers), **right(GLM))

        yield wrong(f"method: accepts {method}", "METHOD-POST", before=any_method)


BY_FIELD: list[WrongServer] = [
    *_user_ids(),
    *_qualities(),
    *_models(),
    *_prompts(),
    *_types(),
    *_sizes_in_words(),
    *_bodies(),
]
