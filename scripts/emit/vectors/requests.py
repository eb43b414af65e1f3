"""The test vectors of requests: method, header fields and body, each field at and beyond what is documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from scripts.emit.vectors.vector import Citations, Vector
from scripts.rules.constraint import Constraint
from scripts.rules.rulebook import Rules

_KEY = "a-key-of-your-own"
_HEADERS = {"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"}
_PROMPT = "A cute little kitten."
_ANY_TEXT = (
    'Eine kleine Katze, "\\u5c0f\\u732b" \\u0438 \\u043a\\u043e\\u0442\\u0451\\u043d\\u043e\\u043a \\U0001f408'
    "\\nunder a \\\\ sign, {curly}"
)

# Characters by what a length in the wrong unit makes of them.
_LETTERS = {
    "ASCII letters": "u",
    "characters of three bytes in UTF-8": "\u732b",
    "characters of four bytes in UTF-8, two units in UTF-16": "\U0001f408",
}
# Every field is a string. Some read a number as its digits, or null as left out, where that makes a valid request.
_WRONG_TYPES: Mapping[str, Any] = {"an array": ["array"], "an object": {"an": "object"}, "true": True}
_NO_OBJECTS = {"an array": [], "a string": _PROMPT, "a number": 7, "null": None}
_NO_JSON = {
    "an object that breaks off": '{"model": "glm-image", "prompt": "A cute',
    "nothing": "",
    "single quotes": "{'model': 'glm-image', 'prompt': 'A cute little kitten.'}",
    "a comma after the last field": '{"model": "glm-image", "prompt": "A cute little kitten.",}',
    "NaN, which JSON does not have": '{"model": "glm-image", "prompt": "A cute little kitten.", "seed": NaN}',
    "a form": "model=glm-image&prompt=kitten",
}


def request_vectors(
    path: str, models: tuple[str, ...], texts: Sequence[str], rules: Rules, citations: Citations
) -> Iterator[Vector]:
    """Yield the vectors of requests.

    Args:
        path: The path of the operation, after the base URL.
        models: The models of the document; nothing is yielded where it lists none.
        texts: The names of the properties of its requests that are text.
        rules: The rules read from its prose.
        citations: The requirements.
    """
    if models:
        vectors = _Requests(path, models, texts, rules, citations)
        yield from vectors.of_each_model()
        yield from vectors.of_fields()
        yield from vectors.of_bodies()
        yield from vectors.of_headers()
        yield from vectors.of_lines()


@frozen
class _Requests:
    path: str
    models: tuple[str, ...]
    texts: Sequence[str]
    rules: Rules
    citations: Citations
    plain: Mapping[str, Any] = field(init=False)
    """The least that a request holds."""

    @plain.default
    def _least(self) -> Mapping[str, Any]:
        return {"model": self.models[0], "prompt": _PROMPT}

    def of_each_model(self) -> Iterator[Vector]:
        """What a model draws, by what is asked."""
        for model in self.models:
            least = {"model": model, "prompt": _PROMPT}
            for name in ("size", "quality"):
                if (default := self.rules.stated(name, "default", model)) is not None:
                    requirement = self.citations.stating(default)
                    yield self._valid(f"{model} without {name}: the model's own default is drawn", requirement, least)
            for quality in self.citations.values("QUALITY-VALUES"):
                fields = {**least, "quality": quality}
                yield self._valid(f"{model} in {quality}", "QUALITY-VALUES", fields)
        for stated in self.rules.all_stated("quality", "typicalSeconds"):
            for quality in stated.value:
                yield self._valid(
                    f"{quality}, and about how long it takes: time out later",
                    self.citations.stating(stated),
                    {**self.plain, "quality": quality},
                )

    def of_fields(self) -> Iterator[Vector]:
        """One field at a time."""
        plain = self.plain
        for name in ("model", "prompt"):
            rest = {other: value for other, value in plain.items() if other != name}
            yield self._invalid(f"no {name}", f"{name.upper()}-REQUIRED", rest, name)
        yield self._invalid("an unknown model", "MODEL-KNOWN", {**plain, "model": "no-such-model"}, "model")
        yield self._invalid("a model in capitals", "MODEL-KNOWN", {**plain, "model": self.models[0].upper()}, "model")
        yield self._valid("a prompt of several scripts", "PROMPT-TEXT", {**plain, "prompt": _ANY_TEXT})
        yield self._unspecified("an empty prompt", "PROMPT-TEXT", {**plain, "prompt": ""})
        for quality in ("no-such-quality", "HD", ""):
            yield self._invalid(f"the quality {quality!r}", "QUALITY-VALUES", {**plain, "quality": quality}, "quality")
        yield self._invalid("a malformed size", "SIZE-FORM", {**plain, "size": "image"}, "size")
        yield from self._lengths()
        for name in self.texts:
            for what, value in _WRONG_TYPES.items():
                yield self._invalid(f"{name} is {what}", "FIELD-TYPE", {**plain, name: value}, name)
        for name in plain:
            yield self._invalid(f"{name} is null", "FIELD-TYPE", {**plain, name: None}, name)
        for name in [name for name in self.texts if name not in plain]:
            yield self._unspecified(f"{name} is null", "FIELD-TYPE", {**plain, name: None})
        yield self._unspecified("prompt is a number", "FIELD-TYPE", {**plain, "prompt": 7})
        yield self._unspecified("a field that the page does not know", "FIELD-TYPE", {**plain, "seed": 7})

    def _lengths(self) -> Iterator[Vector]:
        """Texts at the limits of their lengths and one character beyond, of every property that is limited so."""
        for name in self.texts:
            limits = {keyword: self.rules.stated(name, keyword) for keyword in ("minLength", "maxLength")}
            stated = [limit for limit in limits.values() if limit is not None]
            if not stated:
                continue
            least, most = (0 if limit is None else limit.value for limit in limits.values())
            requirement = self.citations.stating(stated[0])
            lengths = [length for limit in stated for length in _around(limit)]
            for what, letter in _LETTERS.items():
                for length in lengths:
                    fields = {**self.plain, name: letter * length}
                    told = f"a {name} of {length} {what}"
                    if least <= length and (not most or length <= most):
                        yield self._valid(told, requirement, fields)
                    else:
                        yield self._invalid(told, requirement, fields, name)
            if least:
                yield self._invalid(f"an empty {name}", requirement, {**self.plain, name: ""}, name)

    def of_bodies(self) -> Iterator[Vector]:
        """Bodies that are no JSON object."""
        for what, value in _NO_OBJECTS.items():
            yield self._invalid(f"the body is {what}", "BODY-OBJECT", value, "body")
        for what, text in _NO_JSON.items():
            yield self._vector(f"the body is no JSON: {what}", "BODY-JSON", _wrong("body"), {"text": text})

    def of_headers(self) -> Iterator[Vector]:
        """The header fields Content-Type and Authorization."""
        plain = {"json": self.plain}
        media_types = {
            "application/json": True,
            "application/json; charset=utf-8": True,
            "Application/JSON": True,
            "text/plain": False,
            "application/x-www-form-urlencoded": False,
            "multipart/form-data; boundary=b": False,
        }
        for media_type, right in media_types.items():
            expected = self._drawn(self.plain) if right else _wrong("content-type")
            headers = {**_HEADERS, "Content-Type": media_type}
            yield self._vector(f"Content-Type: {media_type}", "BODY-JSON", expected, {"headers": headers, **plain})
        credentials = {
            f"Bearer {_KEY}": ("AUTH-SCHEME", True),
            f"bearer {_KEY}": ("AUTH-SCHEME", True),
            f"Basic {_KEY}": ("AUTH-SCHEME", False),
            f"Token {_KEY}": ("AUTH-SCHEME", False),
            _KEY: ("AUTH-SCHEME", False),
            "Bearer": ("AUTH-MISSING", False),
            "": ("AUTH-MISSING", False),
        }
        for credential, (requirement, right) in credentials.items():
            expected = self._drawn(self.plain) if right else _wrong("authorization")
            headers = {**_HEADERS, "Authorization": credential}
            what = f"Authorization: {credential}".rstrip()
            yield self._vector(what, requirement, expected, {"headers": headers, **plain})
        for name, requirement in (("Content-Type", "BODY-JSON"), ("Authorization", "AUTH-MISSING")):
            others = {other: value for other, value in _HEADERS.items() if other != name}
            yield self._vector(f"no {name}", requirement, _wrong(name.lower()), {"headers": others, **plain})
        headers = {"Content-Type": "application/json", "X-Api-Key": _KEY}
        expected = _wrong("authorization")
        yield self._vector("the key in another field", "AUTH-MISSING", expected, {"headers": headers, **plain})

    def of_lines(self) -> Iterator[Vector]:
        """Method and path."""
        for method in ("GET", "PUT", "PATCH"):
            body: dict[str, Any] = {"text": ""} if method == "GET" else {"json": self.plain}
            yield self._vector(f"the method {method}", "METHOD-POST", _wrong("method"), {"method": method, **body})
        for path in ("/v1/images/generations", f"{self.path}/edits", self.path.upper()):
            request = {"path": path, "json": self.plain}
            yield self._vector(f"the path {path}", "METHOD-POST", _wrong("path"), request)

    def _valid(self, what: str, requirement: str, fields: Mapping[str, Any]) -> Vector:
        return self._vector(what, requirement, self._drawn(fields), {"json": fields})

    def _invalid(self, what: str, requirement: str, body: Any, wrong: str) -> Vector:
        return self._vector(what, requirement, _wrong(wrong), {"json": body})

    def _unspecified(self, what: str, requirement: str, fields: Mapping[str, Any]) -> Vector:
        return self._vector(what, requirement, {"outcome": "unspecified", "wrong": []}, {"json": fields})

    def _vector(self, what: str, requirement: str, expected: Mapping[str, Any], request: Mapping[str, Any]) -> Vector:
        line = {"method": "POST", "path": self.path, "headers": _HEADERS}
        return Vector(what, requirement, {**line, **request}, expected)

    def _drawn(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """What comes of a valid request: the size and quality that it names, or else the model's own."""
        model = fields["model"]
        drawn: dict[str, Any] = {}
        if (size := self.rules.size_of(model)) is not None:
            drawn["size"] = fields.get("size", "x".join(map(str, size.default)))
        default = self.rules.stated("quality", "default", model)
        if (quality := fields.get("quality", default and default.value)) is not None:
            drawn["quality"] = quality
            for stated in self.rules.all_stated("quality", "typicalSeconds", model):
                if quality in stated.value:
                    drawn["about_seconds"] = stated.value[quality]
        return {"outcome": "valid", "wrong": [], "drawn": drawn}


def _around(limit: Constraint) -> tuple[int, int]:
    """Return a limit and what is just beyond it, ascending."""
    return (limit.value - 1, limit.value) if limit.keyword == "minLength" else (limit.value, limit.value + 1)


def _wrong(*names: str) -> dict[str, Any]:
    return {"outcome": "invalid", "wrong": list(names)}
