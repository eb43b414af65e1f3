"""Wrong servers that take requests they should refuse, and refuse requests they should take."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from attrs import evolve

from tests.conformance.altered import KEY, Before, Call
from tests.conformance.wrong.server import COGVIEW, GLM, wrong


def _counting_bytes(call: Call) -> Call:
    user_id = call.fields.get("user_id")
    if not isinstance(user_id, str):
        return call
    return call.with_fields(user_id="u" * len(user_id.encode()))


def _forgiving(name: str, value: object) -> Before:
    """Put something right in the place of whatever was sent in a field."""
    return lambda call: call.with_fields(**{name: value}) if call.fields else call


def _refusing_prompts_outside_ascii(call: Call) -> Call:
    return call if str(call.fields.get("prompt")).isascii() else call.with_fields(prompt=None)


def _refusing_standard(call: Call) -> Call:
    return call.with_fields(quality="none") if call.fields.get("quality") == "standard" else call


def _model_taken_for(call: Call) -> Call:
    known = call.fields.get("model") in (GLM, COGVIEW) or not isinstance(call.fields.get("model"), str)
    return call if known else call.with_fields(model=GLM)


def _refusing_user_ids(length: int) -> Before:
    return lambda call: call.with_fields(user_id="u") if len(str(call.fields.get("user_id"))) == length else call


def _forgetting_user_ids(length: int) -> Before:
    return lambda call: call.with_fields(user_id=None) if len(str(call.fields.get("user_id"))) == length else call


def _forgetting_user_ids_in_full_orders(call: Call) -> Call:
    full = {"model", "prompt", "quality", "size", "user_id"} <= call.fields.keys()
    return call.with_fields(user_id=None) if full and len(call.fields["user_id"]) in (5, 129) else call


def _refusing_wide_user_ids(call: Call) -> Call:
    return call if str(call.fields.get("user_id")).isascii() else call.with_fields(user_id="u")


def _forgiving_other_types(name: str) -> Before:
    def before(call: Call) -> Call:
        return call.with_fields(**{name: None}) if isinstance(call.fields.get(name), list | dict) else call

    return before


def _unpacking_arrays(call: Call) -> Call:
    prompt = call.fields.get("prompt")
    return call.with_fields(prompt=str(prompt[0])) if isinstance(prompt, list) and prompt else call


def _making_up_the_model(call: Call) -> Call:
    return call.with_fields(model=GLM) if call.fields.get("prompt") and "model" not in call.fields else call


def _making_up_the_prompt(call: Call) -> Call:
    return call.with_fields(prompt="made up") if call.fields.get("model") and "prompt" not in call.fields else call


def _models_by_their_beginning(call: Call) -> Call:
    return call.with_fields(model=GLM) if str(call.fields.get("model")).startswith(GLM) else call


def _qualities_by_their_beginning(call: Call) -> Call:
    return call.with_fields(quality="hd") if str(call.fields.get("quality")).startswith("hd") else call


def _refusing_quality(quality: str) -> Before:
    return lambda call: call.with_fields(quality="none") if call.fields.get("quality") == quality else call


def _refusing_prompts_with(character: str) -> Before:
    return lambda call: call.with_fields(prompt=None) if character in str(call.fields.get("prompt")) else call


def _body(call: Call) -> object:
    try:
        return json.loads(call.body)
    except ValueError:
        return None


def _request_in_an_array(call: Call) -> Call:
    body = _body(call)
    return evolve(call, body=json.dumps(body[0]).encode()) if isinstance(body, list) and body else call


def _string_for_the_prompt(call: Call) -> Call:
    body = _body(call)
    return evolve(call, body=json.dumps({"model": GLM, "prompt": body}).encode()) if isinstance(body, str) else call


def _mended(call: Call) -> Call:
    cut = call.body.startswith(b"{") and not call.body.endswith(b"}")
    return evolve(call, body=json.dumps({"model": GLM, "prompt": "mended"}).encode()) if cut else call


def _form_for_a_request(call: Call) -> Call:
    fields = dict(parse_qsl(call.body.decode("utf-8", "replace")))
    return evolve(call, body=json.dumps(fields).encode()) if {"model", "prompt"} <= fields.keys() else call


def _first_of_two(call: Call) -> Call:
    try:
        first, _ = json.JSONDecoder().raw_decode(call.body.decode("utf-8", "replace"))
    except ValueError:
        return call
    return evolve(call, body=json.dumps(first).encode())


IN_FULL_REQUESTS = "user_id of five or 129 let through in a request with every field"

FIELDS = [
    wrong("user_id counted in bytes", "USER-ID-LENGTH", before=_counting_bytes),
    wrong("user_id not looked at", "USER-ID-LENGTH FIELD-TYPE", before=_forgiving("user_id", None)),
    wrong("quality not looked at", "QUALITY-VALUES FIELD-TYPE", before=_forgiving("quality", None)),
    wrong("standard not offered", "QUALITY-VALUES", before=_refusing_standard),
    wrong("any model taken for glm-image", "MODEL-KNOWN", before=_model_taken_for),
    wrong(
        "prompt made up",
        "PROMPT-REQUIRED FIELD-TYPE",
        before=lambda call: (
            call
            if isinstance(call.fields.get("prompt"), str) or not call.fields
            else call.with_fields(prompt="made up")
        ),
    ),
    wrong("prompts in ASCII alone", "PROMPT-TEXT", before=_refusing_prompts_outside_ascii),
    wrong(
        "whatever is not a request drawn anyway",
        "BODY-JSON BODY-OBJECT MODEL-REQUIRED",
        before=lambda call: (
            call
            if call.fields or call.method == "GET"
            else evolve(call, body=json.dumps({"model": GLM, "prompt": "made up"}).encode())
        ),
    ),
    wrong("shortest user_id excluded", "USER-ID-LENGTH", before=_refusing_user_ids(6)),
    wrong("longest user_id excluded", "USER-ID-LENGTH", before=_refusing_user_ids(128)),
    wrong("user_id of five let through", "USER-ID-LENGTH", before=_forgetting_user_ids(5)),
    wrong("user_id of 129 let through", "USER-ID-LENGTH", before=_forgetting_user_ids(129)),
    wrong(IN_FULL_REQUESTS, "USER-ID-LENGTH", before=_forgetting_user_ids_in_full_orders),
    wrong("user_id in ASCII alone", "USER-ID-LENGTH", before=_refusing_wide_user_ids),
    wrong("user_id of any type", "FIELD-TYPE", before=_forgiving_other_types("user_id")),
    wrong("quality of any type", "FIELD-TYPE", before=_forgiving_other_types("quality")),
    wrong("size of any type", "FIELD-TYPE", before=_forgiving_other_types("size")),
    wrong("arrays unpacked", "FIELD-TYPE", before=_unpacking_arrays),
    wrong("model made up where it is missing", "MODEL-REQUIRED", before=_making_up_the_model),
    wrong("prompt made up where it is missing", "PROMPT-REQUIRED", before=_making_up_the_prompt),
    wrong("models by their beginning", "MODEL-KNOWN", before=_models_by_their_beginning),
    wrong("qualities by their beginning", "QUALITY-VALUES", before=_qualities_by_their_beginning),
    wrong("hd not offered", "QUALITY-VALUES", before=_refusing_quality("hd"), model=COGVIEW),
    wrong("prompts with quotes refused", "PROMPT-TEXT", before=_refusing_prompts_with('"')),
    wrong("prompts with a line break refused", "PROMPT-TEXT", before=_refusing_prompts_with("\n")),
    wrong("a request in an array drawn", "BODY-OBJECT", before=_request_in_an_array),
    wrong("a string taken for the prompt", "BODY-OBJECT", before=_string_for_the_prompt),
    wrong("a broken body mended", "BODY-JSON", before=_mended),
    wrong("a form taken for a request", "BODY-JSON", before=_form_for_a_request),
    wrong("the first of two requests drawn", "BODY-JSON", before=_first_of_two),
]


def _showing_the_key(*schemes: str) -> Before:
    def before(call: Call) -> Call:
        scheme = call.headers.get("authorization", "none").partition(" ")[0].lower()
        wrong = call.headers.get("authorization") != f"Bearer {KEY}"
        if wrong and scheme in schemes:
            return evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"})
        return call

    return before


def _longer_keys(call: Call) -> Call:
    longer = call.headers.get("authorization", "").startswith(f"Bearer {KEY}")
    return evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"}) if longer else call


def _no_keys(call: Call) -> Call:
    empty = call.headers.get("authorization") == "Bearer"
    return evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"}) if empty else call


def _any_method(call: Call) -> Call:
    return evolve(call, method="POST") if call.fields else call


KEYS = [
    wrong(
        "open to everyone", "AUTH-MISSING AUTH-WRONG AUTH-SCHEME", before=_showing_the_key("none", "bearer", "basic")
    ),
    wrong("a missing key let through", "AUTH-MISSING", before=_showing_the_key("none")),
    wrong("any key let through", "AUTH-WRONG", before=_showing_the_key("bearer")),
    wrong("any scheme let through", "AUTH-SCHEME", before=_showing_the_key("basic")),
    wrong(
        "an answer to GET",
        "METHOD-POST",
        after=lambda call, answer: (
            evolve(answer, status=200) if call.method == "GET" and answer.status == 405 else answer
        ),
    ),
    wrong("a longer key let through", "AUTH-WRONG", before=_longer_keys),
    wrong("a scheme without a key let through", "AUTH-WRONG", before=_no_keys),
    wrong("images for any method", "METHOD-POST", before=_any_method),
    wrong(
        "the key not looked at for the other model",
        "AUTH-MISSING AUTH-WRONG AUTH-SCHEME",
        before=_showing_the_key("none", "bearer", "basic"),
        model=COGVIEW,
    ),
]
