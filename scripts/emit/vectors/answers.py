"""The test vectors of successful answers: what the promise allows, and what comes instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from scripts.emit.vectors.vector import Citations, Vector
from scripts.rules.rulebook import Rules

_JSON = {"Content-Type": "application/json"}
_CREATED = 1_760_335_349
_URL = "https://images.example/kitten.png"

# No image can be had from these, whoever reads them.
_NOT_JSON = {
    "nothing": "",
    "an answer that breaks off": '{"created": 1760335349, "data": [{"url": "htt',
    "a page of HTML": "<html><body>Welcome</body></html>",
    "lists within lists, a thousand deep": "[" * 1000 + "]" * 1000,
}
_NO_DATA: Mapping[str, Any] = {
    "data is null": None,
    "data is an object": {"url": _URL},
    "data is a string": _URL,
    "data holds null": [None],
    "data holds a string": [_URL],
    "data holds an object without url": [{}],
    "url is null": [{"url": None}],
    "url is a number": [{"url": 7}],
}
_NO_OBJECT: Mapping[str, Any] = {
    "an array": [],
    "a string": "hello",
    "null": None,
    "pairs, which some languages take for an object": [["created", _CREATED], ["data", []]],
}


def answer_vectors(rules: Rules, citations: Citations) -> Iterator[Vector]:
    """Yield the vectors of answers with status 200.

    Args:
        rules: The rules read from the document's prose.
        citations: The requirements.
    """
    answers = _Answers(rules, citations)
    yield from answers.promised()
    yield from answers.useless()
    yield from answers.doubtful()


@frozen
class _Answers:
    rules: Rules
    citations: Citations

    @property
    def plain(self) -> dict[str, Any]:
        """The least that an answer holds."""
        return {"created": _CREATED, "data": [{"url": _URL}] * self._count}

    @property
    def _count(self) -> int:
        least = self.rules.stated("data", "minItems")
        return least.value if least is not None else 1

    def promised(self) -> Iterator[Vector]:
        """Answers that keep the promise."""
        plain = self.plain
        yield self._image("the least that an answer holds", "ANSWER-URL", plain)
        yield self._image("created at the beginning of the epoch", "ANSWER-CREATED", {**plain, "created": 0})
        yield self._image("created after 2038", "ANSWER-CREATED", {**plain, "created": 2**31 + 1})
        for what, url in {
            "a link with a query": "https://images.example/k?a=b&c=%2F#f",
            "a link under http and a port": "http://127.0.0.1:8000/k.png",
        }.items():
            yield self._image(what, "ANSWER-URL", {**plain, "data": [{"url": url}] * self._count})
        if (lifetime := self.rules.stated("url", "lifetime")) is not None:
            requirement = self.citations.stating(lifetime)
            yield self._image(f"the link works for {lifetime.value} seconds", requirement, plain)
        if (least := self.rules.stated("data", "minItems")) is not None:
            yield self._image("as many images as are promised", self.citations.stating(least), plain)
        more = {**plain, "request_id": "r-1", "data": [{"url": _URL, "revised_prompt": "kitten"}] * self._count}
        yield self._image("fields that the page does not know", "ANSWER-URL", more)
        for role in self.citations.values("FILTER-FORM"):
            for level in self._levels():
                items = [{"role": role, "level": level}]
                yield self._image(f"{role} at level {level}", "FILTER-FORM", {**plain, "content_filter": items})
        yield self._image("an empty content_filter", "FILTER-FORM", {**plain, "content_filter": []})
        for item in ({"role": "user"}, {"level": 0}, {}):
            what = f"a content_filter with an item of {' and '.join(item) or 'nothing'} alone"
            yield self._image(what, "FILTER-FORM", {**plain, "content_filter": [item]})

    def useless(self) -> Iterator[Vector]:
        """Answers without an image."""
        for what, text in _NOT_JSON.items():
            yield self._other(what, "ANSWER-MEDIA-TYPE", "error", {"text": text})
        for what, body in _NO_OBJECT.items():
            yield self._other(what, "ANSWER-MEDIA-TYPE", "error", {"json": body})
        page = {"headers": {"Content-Type": "text/html"}, "text": _NOT_JSON["a page of HTML"]}
        yield self._other("a page of HTML that says what it is", "ANSWER-MEDIA-TYPE", "error", page)
        without = {"created": _CREATED}
        yield self._other("no data", "ANSWER-COUNT", "error", {"json": without})
        yield self._other("no image", "ANSWER-COUNT", "error", {"json": {**without, "data": []}})
        for what, data in _NO_DATA.items():
            yield self._other(what, "ANSWER-URL", "error", {"json": {**without, "data": data}})

    def doubtful(self) -> Iterator[Vector]:
        """Answers that break a promise and hold a link all the same: a client may give it or refuse it."""
        plain = self.plain
        one_more = {**plain, "data": [*plain["data"], {"url": _URL}]}
        yield self._other("one image more than is promised", "ANSWER-COUNT", "unspecified", {"json": one_more})
        for what, url in {"a relative link": "/kitten.png", "a link of another scheme": "file:///etc/passwd"}.items():
            data = [{"url": url}] * self._count
            yield self._other(what, "ANSWER-URL", "unspecified", {"json": {**plain, "data": data}})
        yield self._other("no created", "ANSWER-CREATED", "unspecified", {"json": {"data": plain["data"]}})
        for what, created in {
            "created is a string": str(_CREATED),
            "created is true": True,
            "created is null": None,
            "created has a fraction": _CREATED + 0.5,
            "created is in milliseconds": _CREATED * 1000,
            "created is no date in any calendar": 10**30,
        }.items():
            yield self._other(what, "ANSWER-CREATED", "unspecified", {"json": {**plain, "created": created}})
        least, *_, greatest = self._levels() or [0, 0]
        for what, found in {
            "content_filter is a string": "none",
            "content_filter is null": None,
            "content_filter holds a string": ["user"],
            "an unknown role": [{"role": "system", "level": greatest}],
            "a role in capitals": [{"role": "USER", "level": greatest}],
            "a level that is a string": [{"role": "user", "level": str(greatest)}],
            "a level below the range": [{"role": "user", "level": least - 1}],
            "a level above the range": [{"role": "user", "level": greatest + 1}],
        }.items():
            body = {**plain, "content_filter": found}
            yield self._other(what, "FILTER-FORM", "unspecified", {"json": body})

    def _levels(self) -> list[int]:
        least, greatest = (self.rules.stated("level", keyword) for keyword in ("minimum", "maximum"))
        return list(range(least.value, greatest.value + 1)) if least is not None and greatest is not None else []

    def _image(self, what: str, requirement: str, body: Mapping[str, Any]) -> Vector:
        image = {"url": body["data"][0]["url"], "created": body["created"]}
        if (lifetime := self.rules.stated("url", "lifetime")) is not None:
            image["expires"] = body["created"] + lifetime.value
        image["content_filter"] = body.get("content_filter", [])
        expected = {"outcome": "image", "kept": True, "image": image}
        return self._vector(what, requirement, {"json": body}, expected)

    def _other(self, what: str, requirement: str, outcome: str, answer: Mapping[str, Any]) -> Vector:
        return self._vector(what, requirement, answer, {"outcome": outcome, "kept": False})

    def _vector(self, what: str, requirement: str, answer: Mapping[str, Any], expected: Mapping[str, Any]) -> Vector:
        return Vector(what, requirement, {"status": 200, "headers": _JSON, **answer}, expected)
