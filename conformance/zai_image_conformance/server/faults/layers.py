"""What faults do: each function makes a layer, which takes the place of an answer or makes another one of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from zai_image_api.constraints import stated
from zai_image_api.promises import CONSTRAINTS
from zai_image_conformance.server.faults.answers import Answer, Ask, Delivery, Layer, Wait

MOST_SEVERE: int = stated(CONSTRAINTS, "level", "mostSevere") or 0
_FLAGS = [{"role": role, "level": MOST_SEVERE} for role in ("assistant", "history", "user")]


def written(number: float) -> str:
    """Write a number with all its digits, and without a point where it needs none."""
    return str(int(number)) if number.is_integer() else repr(number)


def instead(answer: Answer) -> Layer:
    """Answer this, and ask nobody."""

    async def layer(ask: Ask, wait: Wait) -> Answer:
        return answer

    return layer


def success(change: Callable[[Answer], Answer]) -> Layer:
    """Make another answer of a good one."""

    async def layer(ask: Ask, wait: Wait) -> Answer:
        answer = await ask()
        return change(answer) if answer.status == 200 else answer

    return layer


def shaped(change: Callable[[dict[str, Any]], object]) -> Layer:
    """Make another JSON value of that of a good answer."""
    return success(lambda answer: answer.saying(change(answer.document)))


def delivered(delivery: Delivery) -> Layer:
    """Deliver any answer in this way."""

    async def layer(ask: Ask, wait: Wait) -> Answer:
        return evolve(await ask(), delivery=delivery)

    return layer


def late(seconds: float) -> Layer:
    """Wait before a good answer, as a real model would."""

    async def layer(ask: Ask, wait: Wait) -> Answer:
        answer = await ask()
        if answer.status == 200:
            await wait(seconds)
        return answer

    return layer


def unsteady(seconds: float) -> Layer:
    """Wait up to so long before a good answer, each time anew."""

    async def layer(ask: Ask, wait: Wait) -> Answer:
        return await late(random.uniform(0, seconds))(ask, wait)

    return layer


def slow(seconds: float) -> Layer:
    """Take so long to send a good answer."""
    return success(lambda answer: evolve(answer, seconds=seconds))


def html(status: int, title: str) -> Answer:
    """Make the page that a proxy shows instead of what was asked for."""
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body>\r\n</html>"
    return Answer(status, {"content-type": "text/html"}, page.encode())


def crashed() -> Answer:
    """Make the answer of a program that has crashed."""
    return Answer(500, {"content-type": "text/plain"}, b"Internal Server Error")


def gone() -> Answer:
    """Make the answer to a link that leads nowhere."""
    return Answer(404, {"content-type": "text/plain"}, b"Not Found")


def told_to_wait(seconds: float) -> Layer:
    """Refuse, and say when to come again."""
    return instead(Answer.refusal(1302, {"retry-after": written(seconds)}))


def expired() -> Answer:
    """Make the answer of an object store to a signed link after its time."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>"
    )
    return Answer(403, {"content-type": "application/xml"}, xml.encode())


def blocked() -> Answer:
    """Make the error response to a prompt, with what the content filter found."""
    refusal = Answer.refusal(1301)
    return refusal.saying({**refusal.document, "content_filter": _FLAGS})


def flagged(document: dict[str, Any]) -> object:
    """Report the most severe findings beside the image."""
    return {**document, "content_filter": _FLAGS}


def without(name: str) -> Callable[[dict[str, Any]], object]:
    """Leave a property out."""
    return lambda document: {other: value for other, value in document.items() if other != name}


def with_value(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    """Give a property another value."""
    return lambda document: {**document, name: value}


def with_items(item: object) -> Callable[[dict[str, Any]], object]:
    """Put this in the place of every item of data."""
    return lambda document: {**document, "data": [item for _ in document["data"]]}


def halved(answer: Answer) -> Answer:
    """Send the first half of the body as if it were all."""
    return evolve(answer, body=answer.body[: len(answer.body) // 2])


def emptied(answer: Answer) -> Answer:
    """Send nothing as the body."""
    return evolve(answer, body=b"")


def malformed(answer: Answer) -> Answer:
    """Write what JavaScript reads and JSON forbids: single quotes."""
    return evolve(answer, body=answer.body.replace(b'"', b"'"))


async def nested(ask: Ask, wait: Wait) -> Answer:
    """Give an error response the form that the vendor's page of errors shows, with a string as code."""
    answer = await ask()
    try:
        document = json.loads(answer.body)
    except ValueError:
        return answer
    match document:
        case {"code": int(code), "message": message}:
            error = {"code": str(code), "message": message}
            rest: Mapping[str, Any] = {name: value for name, value in document.items() if name not in error}
            return answer.saying({**rest, "error": error})
        case _:
            return answer
