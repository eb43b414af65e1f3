"""One kind of operation: what it takes, how that becomes a request, and what its answers mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote

from . import checking, wire
from .constraints import Constraint, Violation
from .errors import InvalidData, InvalidResponse
from .types import UNSET, Response

T = TypeVar("T")

Reader: TypeAlias = Callable[[bytes], Any]
"""Reads the body of an answer, or raises ``InvalidData``."""
Where: TypeAlias = Literal["path", "query", "header", "cookie", "property", "body"]

_SUCCESS: Final = range(200, 300)


class Input(NamedTuple):
    """One thing that an operation takes."""

    argument: str
    """What it is called in Python."""
    name: str
    """What the document calls it."""
    where: Where
    """Where it goes: a place for parameters, or a property of the body, or the whole body."""
    place: str
    """The place of its schema in the document."""
    required: bool = False
    nullable: bool = False
    """Whether None is sent as null; it is otherwise the same as leaving it out."""
    default: Any = UNSET
    """What is sent where the caller gives nothing."""
    exploded: bool = True
    """Whether each item of an array in a query gets a parameter of its own."""


class Body(NamedTuple):
    """The body of a request."""

    media_type: str
    required: bool
    place: str
    """The place of its schema in the document."""


class Answer(NamedTuple):
    """What is promised for a range of statuses."""

    first: int
    last: int
    readers: Mapping[str, Reader]
    """By media type; without any, nothing is promised of the body."""


class Request(NamedTuple):
    """A request, but for the server and the key."""

    method: str
    target: str
    """Path and query, encoded, to be put behind the server's address."""
    headers: Mapping[str, str]
    content: bytes | None


class _Facts(NamedTuple, Generic[T]):
    """What the document says of one operation."""

    name: str
    """The tag and the operation, such as ``images.generate``."""
    method: str
    path: str
    """With a name in braces for each parameter of the path."""
    inputs: Sequence[Input]
    body: Body | None
    answers: Sequence[Answer]
    """The more particular ones first."""
    rules: checking.Index
    """The constraints of the whole document."""
    secured: bool = True
    """Whether it takes the key."""
    returns_image: bool = False
    """Whether a successful answer is an image."""
    chooser: str | None = None
    """The argument that names the model."""


class Operation(_Facts[T]):
    """One documented operation; ``T`` is what a successful answer is read as."""

    def check(self, arguments: Mapping[str, Any], extra_body: Mapping[str, Any] | None = None) -> list[Violation]:
        """Return every constraint that the arguments break; an empty list for a request that may be sent.

        Args:
            arguments: By their names in Python; ``UNSET``, and None unless it is null, stand for what is left out.
            extra_body: Further properties of the body.
        """
        try:
            found = self._violations(self._given(arguments), extra_body or {})
            # What schema and sentence say alike is told once.
            return list({violation.message: violation for violation in found}.values())
        except InvalidData as error:
            return [Violation("type", None, None, "", str(error))]
        except RecursionError:
            return [Violation("type", None, None, "", "the request is nested too deeply to be sent")]

    def request(self, arguments: Mapping[str, Any], extra_body: Mapping[str, Any] | None = None) -> Request:
        """Return the request that the arguments make, checked or not.

        Raises:
            InvalidData: JSON, or a header field, cannot hold it.
        """
        given = self._given(arguments)
        path, query, headers, cookies = self.path, list[str](), dict[str, str](), list[str]()
        for taken, value in given:
            if taken.where == "path":
                path = path.replace(f"{{{taken.name}}}", quote(_text(value), safe=""))
            elif taken.where == "query":
                query += _query(taken, value)
            elif taken.where == "header":
                headers[taken.name] = _text(value)
            elif taken.where == "cookie":
                cookies.append(f"{taken.name}={quote(_text(value), safe='')}")
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        content = self._content(given, extra_body or {})
        if content is not None and self.body is not None:
            headers["Content-Type"] = self.body.media_type
        return Request(self.method, path + ("?" + "&".join(query) if query else ""), headers, content)

    def read(self, status: int, headers: Mapping[str, str], content: bytes) -> Response[Any]:
        """Return the answer with its body read as the document promises it for the status.

        Raises:
            InvalidResponse: It is not of the promised shape, or nothing is promised for the status; it has the body.
        """
        problem = "the document promises no answer with this status"
        for answer in self._answers(status):
            try:
                return Response(status, content, headers, _read(answer, headers, content))
            except InvalidData as error:
                problem = str(error)
        raise InvalidResponse(status, headers, content, problem)

    def values(self, argument: str) -> tuple[Any, ...]:
        """Return the values that the document lists for an argument, in its order; nothing where it lists none."""
        places = [taken.place for taken in self.inputs if taken.argument == argument]
        listed = (rule.value for rule in self._stated(*places) if rule.keyword in ("enum", "known"))
        return tuple(next(listed, ()))

    def default(self, argument: str) -> Any:
        """Return what is sent where the caller does not give an argument; ``UNSET`` where nothing is."""
        return next((taken.default for taken in self.inputs if taken.argument == argument), UNSET)

    def unnamed(self, arguments: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the arguments name that the document does not, where it leaves room for that: newer models."""
        for argument, known in self._open.items():
            value = arguments.get(argument, UNSET)
            if value is not UNSET and value is not None and (value := wire.plain(value)) not in known:
                listed = checking.alternatives(known)
                yield f"the documentation names no {argument} {checking.shown(value)} ({listed})"

    @cached_property
    def sized(self) -> list[str]:
        """The arguments that are sizes, by the page's rules."""
        return [taken.argument for taken in self.inputs if "recommended" in map(_keyword, self._stated(taken.place))]

    @cached_property
    def _open(self) -> dict[str, Any]:
        """The values that the document lists for arguments that may have others."""
        listed: dict[str, Any] = {}
        for taken in self.inputs:
            for rule in self._stated(taken.place):
                if rule.keyword == "known":
                    listed.setdefault(taken.argument, rule.value)
        return listed

    @cached_property
    def _checker(self) -> Callable[[str | None], checking.Checker]:
        """Return what checks requests that name a model; a process asks for few of them."""
        return lru_cache(maxsize=8)(lambda model: checking.Checker(self.rules, model, self._arguments))

    def _stated(self, *places: str) -> Iterator[Constraint]:
        """Yield the constraints of places, and of what these refer to."""
        for place in places:
            for rule in self.rules.get(place, ()):
                if rule.keyword == "$ref":
                    yield from self._stated(rule.value)
                yield rule

    @cached_property
    def _arguments(self) -> dict[str, str]:
        """What each property of the body that is an argument is called in Python."""
        return {taken.name: taken.argument for taken in self.inputs if taken.where == "property"}

    def _given(self, arguments: Mapping[str, Any]) -> list[tuple[Input, Any]]:
        """Return what is not left out, as plain JSON values."""
        try:
            return [
                (taken, wire.plain(value))
                for taken in self.inputs
                if (value := arguments.get(taken.argument, UNSET)) is not UNSET
                and (value is not None or taken.nullable or taken.required)
            ]
        except RecursionError:
            raise InvalidData("this cannot be sent as JSON: it is nested too deeply") from None

    def _violations(self, given: Sequence[tuple[Input, Any]], extra_body: Mapping[str, Any]) -> Iterator[Violation]:
        named = {taken.argument: value for taken, value in given}
        model = named.get(self.chooser) if self.chooser else None
        checker = self._checker(model if isinstance(model, str) else None)
        for taken in self.inputs:
            if taken.where == "property":
                if taken.name in extra_body:
                    problem = f"{taken.name} is given in extra_body; pass {taken.argument}=..."
                    yield Violation("extra_body", None, None, "", problem)
            elif taken.argument in named:
                yield from checker.violations(taken.place, named[taken.argument], taken.argument)
                yield from _unsendable(taken, named[taken.argument])
            elif taken.required:
                yield Violation("required", None, None, "", f"{taken.argument} must be given")
        if self.body is not None and self._arguments:
            undocumented = {name: value for name, value in extra_body.items() if name not in self._arguments}
            whole = self._properties(given, undocumented)
            if whole or self.body.required:
                yield from checker.violations(self.body.place, whole, "")

    def _content(self, given: Sequence[tuple[Input, Any]], extra_body: Mapping[str, Any]) -> bytes | None:
        if self.body is None:
            return None
        for taken, value in given:
            if taken.where == "body":
                return wire.encode(value)
        whole = self._properties(given, extra_body)
        return wire.encode(whole) if self._arguments and (whole or self.body.required) else None

    def _properties(self, given: Sequence[tuple[Input, Any]], extra_body: Mapping[str, Any]) -> dict[str, Any]:
        return {**extra_body, **{taken.name: value for taken, value in given if taken.where == "property"}}

    def _answers(self, status: int) -> Iterator[Answer]:
        """Yield what is promised for a status; for any success then also what is promised for others."""
        yield from [answer for answer in self.answers if answer.first <= status <= answer.last][:1]
        if status in _SUCCESS:
            yield from (answer for answer in self.answers if answer.first in _SUCCESS)


def _keyword(rule: Constraint) -> str:
    return rule.keyword


def _unsendable(taken: Input, value: Any) -> Iterator[Violation]:
    """Yield what keeps a parameter of the right form from its place."""
    text = _text(value)
    problem = None
    if taken.where == "path" and text in ("", ".", ".."):
        problem = f"{taken.argument} {text!r} cannot be part of a path; write what is neither empty nor dots"
    elif taken.where == "header" and not (text.isascii() and text.isprintable() and text == text.strip()):
        problem = f"{taken.argument} cannot be sent as a header field; write printable ASCII without spaces at its ends"
    if problem is not None:
        yield Violation("form", checking.shown(value), None, "", problem)


def _text(value: Any) -> str:
    """Return a parameter as text, as OpenAPI's style ``simple`` has it."""
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else wire.encode(value).decode()


def _query(taken: Input, value: Any) -> list[str]:
    name = quote(taken.name, safe="")
    if isinstance(value, list):
        items = [quote(_text(item), safe="") for item in value]
        return [f"{name}={item}" for item in items] if taken.exploded else [f"{name}={','.join(items)}"]
    return [f"{name}={quote(_text(value), safe='')}"]


def _read(answer: Answer, headers: Mapping[str, str], content: bytes) -> Any:
    if not answer.readers:
        return None
    if len(answer.readers) == 1:
        # What type a body says it is of matters only where there is a choice.
        return next(iter(answer.readers.values()))(content)
    said = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    media_type = said.partition(";")[0].strip().lower()
    for offered in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if offered in answer.readers:
            return answer.readers[offered](content)
    raise InvalidData(f"{' or '.join(answer.readers)} was promised, {media_type or 'an answer without a type'} came")
