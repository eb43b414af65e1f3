"""Compares two revisions of an OpenAPI document, and tells in words what changed and for whom it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.change.effects import Change, Direction, Side, change, reworded
from scripts.change.schemas import SchemaComparison, becomes, keys_of, others, words
from scripts.rules.constraint import ANNOTATIONS
from scripts.source.quoting import in_backticks as shown
from scripts.source.references import MISSING, as_list, as_mapping, resolved
from scripts.source.selection import METHODS, operations_of

# What stands at the top for people; servers, security and operations are compared one by one.
_TOP_WORDS = ("info", "tags", "openapi", "externalDocs")
_COMPARED = frozenset({"paths", "components", "servers", "security"})


def document_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what changed: operations, parameters, properties, values, limits, words.

    Args:
        before: The OpenAPI document as it was, parsed; its references lead to its own parts.
        after: The document as it is now.
    """
    return _Comparison(before, after).document()


class _Comparison:
    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.before = before
        self.after = after
        self.schemas = SchemaComparison(before, after)

    def document(self) -> Iterator[Change]:
        for key in keys_of(self.before, self.after):
            was, now = self.before.get(key, MISSING), self.after.get(key, MISSING)
            if was != now and key not in _COMPARED:
                text = f"{key}: {becomes(was, now)}"
                is_words = key in _TOP_WORDS or key.startswith("x-")
                yield reworded(text) if is_words else change(text, "request", "changed")
        yield from _servers("servers", self.before, self.after)
        yield from self.security_schemes()
        old, new = (_operations(document) for document in (self.before, self.after))
        for name in keys_of(old, new):
            if name not in new:
                yield change(f"operation {shown(name)} is gone", "request", "dropped")
            elif name not in old:
                yield change(f"operation {shown(name)} is new", "request", "looser")
            else:
                yield from self.operation(name, old[name], new[name])

    def security_schemes(self) -> Iterator[Change]:
        old, new = (
            as_mapping(as_mapping(side.get("components")).get("securitySchemes")) for side in (self.before, self.after)
        )
        for name in keys_of(old, new):
            was, now = resolved(self.before, old.get(name)), resolved(self.after, new.get(name))
            where = f"security scheme {shown(name)}"
            yield from words(where, was, now)
            yield from others(where, was, now, "request", ANNOTATIONS)

    def operation(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        where = f"operation {shown(name)}"
        yield from words(where, old, new)
        yield from self.parameters(where, old, new)
        yield from self.body(where, old.get("requestBody"), new.get("requestBody"))
        yield from self.responses(where, as_mapping(old.get("responses")), as_mapping(new.get("responses")))
        yield from _servers(f"{where}: servers", old, new)
        yield from self.security(where, old, new)
        yield from others(
            where, old, new, "request", ANNOTATIONS | {"parameters", "requestBody", "responses", "servers", "security"}
        )

    def security(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        """Compare what an operation demands, wherever it is stated."""
        was, now = (
            as_list(node.get("security", document.get("security")))
            for node, document in ((old, self.before), (new, self.after))
        )
        if was != now:
            # Any one of those that are listed is enough; where none is, everybody may call.
            direction: Direction = "changed"
            if not was or not now:
                direction = "tighter" if now else "looser"
            elif all(requirement in now for requirement in was):
                direction = "looser"
            elif all(requirement in was for requirement in now):
                direction = "tighter"
            yield change(f"{where}: security {becomes(was, now)}", "request", direction)
        elif old.get("security") != new.get("security"):
            yield reworded(f"{where}: security is stated in another place")

    def parameters(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        was, now = _parameters(self.before, old), _parameters(self.after, new)
        for key in keys_of(was, now):
            place = f"{where}: parameter {shown(key)}"
            if key not in now:
                yield change(f"{place} is gone", "request", "dropped")
            elif key not in was:
                required = now[key].get("required") is True
                text = f"{place} is new and {'must' if required else 'may'} be given"
                yield change(text, "request", "tighter" if required else "looser")
            else:
                yield from words(place, was[key], now[key])
                yield from self.flag(place, was[key], now[key])
                yield from self.schemas.compare(place, was[key].get("schema"), now[key].get("schema"), "request")
                yield from self.media(place, was[key], now[key], "request")
                yield from others(
                    place, was[key], now[key], "request", ANNOTATIONS | {"name", "in", "schema", "content", "required"}
                )

    def body(self, where: str, old: Any, new: Any) -> Iterator[Change]:
        was, now = resolved(self.before, old), resolved(self.after, new)
        yield from words(f"{where}: body", was, now)
        yield from self.flag(f"{where}: body", was, now)
        yield from self.media(f"{where}: body", was, now, "request")
        yield from others(f"{where}: body", was, now, "request", ANNOTATIONS | {"content", "required"})

    def responses(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        for status in keys_of(old, new):
            place = f"{where}: answer {shown(status)}"
            if status not in old:
                # An error is an error to callers, documented or not; another kind of success they did not expect.
                yield change(f"{place} is new", "answer", "looser" if _is_success(status) else "open")
            elif status not in new:
                yield change(f"{place} is gone", "answer", "changed" if _is_success(status) else "tighter")
            else:
                was, now = resolved(self.before, old[status]), resolved(self.after, new[status])
                yield from words(place, was, now)
                yield from self.media(place, was, now, "answer")
                yield from _headers(place, as_mapping(was.get("headers")), as_mapping(now.get("headers")))
                yield from others(place, was, now, "answer", ANNOTATIONS | {"content", "headers", "links"})
                if was.get("links") != now.get("links"):
                    yield reworded(f"{place}: links {becomes(was.get('links', MISSING), now.get('links', MISSING))}")

    def media(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side) -> Iterator[Change]:
        was, now = as_mapping(old.get("content")), as_mapping(new.get("content"))
        known = [as_mapping(media).get("schema") for media in was.values()]
        for kind in keys_of(was, now):
            if kind not in now:
                yield change(f"{where}: media type {shown(kind)} is gone", side, "tighter")
            elif kind not in was:
                # The same values in another form are nothing new to who reads them.
                same = side == "answer" and as_mapping(now[kind]).get("schema") in known
                yield change(f"{where}: media type {shown(kind)} is new", side, "open" if same else "looser")
            else:
                one, other = as_mapping(was[kind]), as_mapping(now[kind])
                yield from words(where, one, other)
                yield from self.schemas.compare(where, one.get("schema"), other.get("schema"), side)
                yield from others(where, one, other, side, ANNOTATIONS | {"schema"})

    def flag(self, where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
        was, now = old.get("required") is True, new.get("required") is True
        if was != now:
            says = "must now" if now else "need no longer"
            yield change(f"{where} {says} be given", "request", "tighter" if now else "looser")


def _headers(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in keys_of(old, new):
        was, now = old.get(name, MISSING), new.get(name, MISSING)
        if was != now:
            direction: Direction = "open" if was is MISSING else "dropped" if now is MISSING else "changed"
            yield change(f"{where}: header {shown(name)} {becomes(was, now)}", "answer", direction)


def _is_success(status: str) -> bool:
    return status.startswith("2")


def _servers(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Compare servers: the first is where requests go, the others are there for those who choose one."""
    was, now = (as_list(node.get("servers")) for node in (old, new))
    if was == now:
        if old.get("servers") != new.get("servers"):
            yield change(f"{where}: {becomes(old.get('servers'), new.get('servers'))}", "request", "changed")
        return
    first, first_now = ([as_mapping(server).get("url") for server in servers[:1]] for servers in (was, now))
    if first != first_now or [*map(_without_words, was[:1])] != [*map(_without_words, now[:1])]:
        yield change(f"{where}: {becomes(was, now)}", "request", "changed")
        return
    urls, urls_now = ([as_mapping(server).get("url") for server in servers] for servers in (was, now))
    for url in [url for url in urls if url not in urls_now]:
        yield change(f"{where}: {shown(url)} is gone", "request", "dropped")
    for url in [url for url in urls_now if url not in urls]:
        yield Change(f"{where}: {shown(url)} is new", "compatible", "wording")
    if urls == urls_now or sorted(map(str, urls)) == sorted(map(str, urls_now)):
        yield reworded(f"{where}: {becomes(was, now)}")


def _without_words(server: Any) -> dict[str, Any]:
    return {key: value for key, value in as_mapping(server).items() if key != "description"}


def _operations(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return each operation with what its path says for all of its operations."""
    found: dict[str, Mapping[str, Any]] = {}
    for path, method, item in operations_of(document):
        shared = {key: value for key, value in item.items() if key not in METHODS}
        own = as_mapping(item[method])
        parameters = [*as_list(shared.get("parameters")), *as_list(own.get("parameters"))]
        found[f"{method.upper()} {path}"] = {**shared, **own, "parameters": parameters}
    return found


def _parameters(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = [resolved(document, parameter) for parameter in operation["parameters"]]
    return {f"{parameter.get('name')} in {parameter.get('in')}": parameter for parameter in found}
