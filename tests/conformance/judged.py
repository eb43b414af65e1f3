"""Verdicts that reports are tried on: one of every kind, on servers as small as they can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from attrs import evolve

from tests.conformance.altered import KEY, Altered, Answer, Call
from zai_image_conformance.model import Verdict
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite.runner import judge

MODELS = ("glm-image", "cogview-4-250304")
POISON = "".join(
    (
        "<script>document.title='poisoned'</script>",
        '"><img src=x onerror="document.title=\'poisoned\'">',
        "'><svg onload='document.title=1'>",
        "</style></title></pre></details></script>-->",
        "]]>&lt;script&gt;{{ 7 * 7 }}{% raw %}",
        "javascript:alert(1) data:text/html,<script>alert(1)</script>",
        "\x1b[2J\x1b]0;poisoned\x07\x00\u202e\u2028\ud800 ",
        KEY,
    )
)
"""Everything that a server might say to act on whoever reads of it; and the key."""


def on_embedded(
    *,
    before: Callable[[Call], Call] = lambda call: call,
    after: Callable[[Call, Answer], Answer] = lambda call, answer: answer,
    **options: Any,
) -> Verdict:
    """The verdict on the embedded server, changed."""
    with listening(Altered(application(api_key=KEY), before=before, after=after)) as origin:
        return judge(f"{origin}/api", **{"api_key": KEY, "seed": 0, **options})


def failing() -> Verdict:
    """A gateway with a bit of everything: failures, known deviations, and no key that anything could be said of."""

    def careless(call: Call) -> Call:
        call = evolve(call, headers={**call.headers, "authorization": f"Bearer {KEY}"})
        size = str(call.fields.get("size", ""))
        width, _, height = size.partition("x")
        if not (width.isdecimal() and height.isdecimal()) or size.startswith("0"):
            return call
        # Rounds to its grid, and clamps what is too large, where the page wants a refusal.
        rounded = "x".join(str(min(2048, int(side) // 32 * 32)) for side in (width, height))
        return call.with_fields(size="1536x1056" if size == "1568x1056" else rounded)

    def nested(call: Call, answer: Answer) -> Answer:
        if call.path.startswith("/images/") or answer.status < 400:
            return answer
        # What is too short crashes, and says so in the body that it knows.
        crashed = len(str(call.fields.get("user_id", "u" * 6))) < 6
        error = {"code": str(answer.document["code"]), "message": answer.document["message"]}
        return evolve(answer.saying({"error": error}), status=500 if crashed else answer.status)

    return on_embedded(before=careless, after=nested, profile="deployed", api_key=None)


def hostile() -> Verdict:
    """A server that puts poison wherever a word of its own may stand."""
    turn = count()
    links = (
        f"http://127.0.0.1:9/{POISON}",
        "data:text/html,<script>alert(1)</script>",
        "javascript:alert(1)",
        POISON,
        f"{KEY}://x",
    )

    def poisoned(call: Call, answer: Answer) -> Answer:
        number = next(turn)
        said = POISON * (3000 if number == 7 else 1)
        headers = {"content-type": f"text/{POISON.encode('ascii', 'replace').decode()}".translate(_UNSENDABLE)}
        if call.path.startswith("/images/"):
            return evolve(answer, headers=headers)
        if answer.status >= 400:
            document = (said, {"code": said, "message": said}, {said: said}, [said] * 2, {"error": {"code": said}})
            return Answer(answer.status, headers, _raw(document[number % 5]))
        link = answer.document["data"][0]["url"] if number % 5 else links[number // 5 % len(links)]
        fields = {"created": said, "data": [{"url": link, said: said}], "content_filter": [{"role": said}], said: 1}
        return Answer(200, headers, json.dumps(fields).encode())

    return on_embedded(after=poisoned, models=MODELS)


_UNSENDABLE = dict.fromkeys((*range(32), 127))


def _raw(document: object) -> bytes:
    """As JSON, but with control characters as they are, which JSON forbids."""
    return json.dumps(document).encode().replace(b"\\u001b", b"\x1b")
